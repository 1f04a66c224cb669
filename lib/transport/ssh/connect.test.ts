import { writeFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../domain/clock.ts'
import { err, ok } from '../../domain/result.ts'
import { type Order, openWorker } from './connect.ts'
import { fingerprint } from './known-hosts.ts'
import { type Manners, NotingDoor, SshRig } from './ssh.test-rig.ts'
import type { SshOptions } from './target.ts'

const rigs: SshRig[] = []
const start = async (manners: Manners = {}): Promise<SshRig> => {
  const rig = await new SshRig(manners).start()
  rigs.push(rig)
  return rig
}
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.stop()
})

const optionsFor = (rig: SshRig, more: Partial<SshOptions> = {}): SshOptions => ({
  knownHosts: rig.knownHosts,
  allowed: () => ok(undefined),
  clock: systemClock,
  ...more,
})
const order = (manner: Order['manner']): Order => ({
  command: 'worker',
  first: Buffer.from('one\ntwo\n'),
  manner,
})

describe.each(['ahead', 'waiting'] as const)('a worker opened in the manner "%s"', (manner) => {
  test('gets the command and what it reads first, whole and in order', async () => {
    const rig = await start()
    const opened = await openWorker(rig.target(new NotingDoor()), order(manner), optionsFor(rig))
    expect(opened.ok).toBe(true)
    const far = await rig.channel()
    expect(far.command).toBe('worker')
    expect([await far.line(), await far.line()]).toEqual(['one', 'two'])
    if (opened.ok) {
      const closed = new Promise<string>((heard) =>
        opened.value.listen({ bytes: () => undefined, noise: () => undefined, closed: heard }),
      )
      opened.value.write('three\n')
      expect(await far.line()).toBe('three')
      opened.value.close('done')
      expect(await closed).toBe('done')
    }
  })

  test('sends the host nothing after a key that is not the pinned one', async () => {
    const rig = await start({ otherHostKey: true })
    const opened = await openWorker(rig.target(new NotingDoor()), order(manner), optionsFor(rig))
    expect(opened).toMatchObject({
      ok: false,
      error: { ran: 'nothing', wait: false, failure: { kind: 'host-key', host: 'far' } },
    })
    expect(rig.tried).toEqual([])
  })

  test('trusts no key where none is pinned', async () => {
    const rig = await start()
    writeFileSync(rig.knownHosts, '')
    const opened = await openWorker(rig.target(new NotingDoor()), order(manner), optionsFor(rig))
    expect(opened).toMatchObject({
      ok: false,
      error: { failure: { kind: 'host-key', expected: undefined } },
    })
    expect(rig.tried).toEqual([])
  })

  test('is a refused login when the key is refused, and nothing ran', async () => {
    const rig = await start({ answer: (context) => context.reject(['publickey']) })
    const opened = await openWorker(rig.target(new NotingDoor()), order(manner), optionsFor(rig))
    expect(opened).toMatchObject({
      ok: false,
      error: { ran: 'nothing', wait: false, failure: { kind: 'login', account: 'chancery' } },
    })
  })

  test('opens no socket to an address that is off limits', async () => {
    const rig = await start()
    const allowed = (address: string, hostName: string) =>
      err({ network: `${address} of ${hostName}`, by: 'test' })
    const opened = await openWorker(rig.target(new NotingDoor()), order(manner), optionsFor(rig, { allowed }))
    expect(opened).toMatchObject({
      ok: false,
      error: { failure: { kind: 'off-limits', network: '127.0.0.1 of 127.0.0.1' } },
    })
    expect(rig.sockets).toHaveLength(0)
  })

  test('paces every byte, in pieces of at most 4096', async () => {
    const rig = await start()
    const door = new NotingDoor()
    const first = Buffer.from(`${'x'.repeat(20_000)}\n`)
    const opened = await openWorker(rig.target(door), { ...order(manner), first }, optionsFor(rig))
    expect(opened.ok).toBe(true)
    const far = await rig.channel()
    expect(await far.line()).toHaveLength(20_000)
    expect(Math.max(...door.pieces)).toBeLessThanOrEqual(4096)
    // Each piece counts the headers of its one to three packets.
    const paced = door.pieces.reduce((sum, n) => sum + n, 0)
    expect(paced - 52 * door.pieces.length).toBeGreaterThanOrEqual(far.socket.bytesRead)
    expect(paced - 3 * 52 * door.pieces.length).toBeLessThanOrEqual(far.socket.bytesRead)
  })

  test('goes through a jump host, whose own key is pinned too', async () => {
    const rig = await start()
    const jump = await start({ forwards: true })
    const door = new NotingDoor()
    const knownHosts = rig.knownHosts
    writeFileSync(
      knownHosts,
      `[127.0.0.1]:${rig.port} ${rig.host.public}\n[127.0.0.1]:${jump.port} ${jump.host.public}\n`,
    )
    const target = rig.target(door, { jump: { ...jump.target(door), id: 'jump' } })
    const opened = await openWorker(target, order(manner), optionsFor(rig))
    expect(opened.ok).toBe(true)
    expect(jump.forwarded).toEqual([`127.0.0.1:${rig.port}`])
    expect(await (await rig.channel()).line()).toBe('one')
    writeFileSync(knownHosts, `[127.0.0.1]:${rig.port} ${rig.host.public}\n`)
    expect(await openWorker(target, order(manner), optionsFor(rig))).toMatchObject({
      ok: false,
      error: { failure: { kind: 'host-key', host: 'jump' } },
    })
  })

  test('is unreachable where nothing listens', async () => {
    const rig = await start()
    await rig.goDown()
    const opened = await openWorker(rig.target(new NotingDoor()), order(manner), optionsFor(rig))
    expect(opened).toMatchObject({
      ok: false,
      error: {
        ran: 'nothing',
        failure: { kind: 'unreachable', detail: expect.stringContaining('ECONNREFUSED') },
      },
    })
  })
})

describe('three flights', () => {
  test('ask the server for nothing before the signed request', async () => {
    const rig = await start()
    await openWorker(rig.target(new NotingDoor()), order('ahead'), optionsFor(rig))
    expect(rig.tried).toEqual(['publickey'])
  })

  test('are not tried with a server that is not known to take them', async () => {
    const rig = await start({ ident: 'dropbear_2022.83' })
    const opened = await openWorker(rig.target(new NotingDoor()), order('ahead'), optionsFor(rig))
    expect(opened.ok).toBe(true)
    expect(rig.tried).toEqual(['publickey?', 'publickey'])
  })

  test('say that waiting may do when the server wants a second method; nothing ran', async () => {
    const rig = await start({ answer: (context) => context.reject(['password'], true) })
    const opened = await openWorker(rig.target(new NotingDoor()), order('ahead'), optionsFor(rig))
    expect(opened).toMatchObject({
      ok: false,
      error: { ran: 'nothing', wait: true, failure: { kind: 'login' } },
    })
  })

  test('say that waiting may do when the channel is refused; nothing ran', async () => {
    const rig = await start({ exec: 'refuse' })
    const opened = await openWorker(rig.target(new NotingDoor()), order('ahead'), optionsFor(rig))
    expect(opened).toMatchObject({
      ok: false,
      error: { ran: 'nothing', wait: true, failure: { kind: 'unreachable' } },
    })
  })

  test('leave it unknown what ran when the connection is lost after they were sent', async () => {
    const rig = await start({ answer: () => rig.sockets[0]?.resetAndDestroy() })
    const opened = await openWorker(rig.target(new NotingDoor()), order('ahead'), optionsFor(rig))
    expect(opened).toMatchObject({ ok: false, error: { ran: 'unknown', failure: { kind: 'unknown' } } })
  })
})

describe('waiting', () => {
  test('knows that nothing ran when the connection is lost during the login', async () => {
    const rig = await start({ answer: () => rig.sockets[0]?.resetAndDestroy() })
    const opened = await openWorker(rig.target(new NotingDoor()), order('waiting'), optionsFor(rig))
    expect(opened).toMatchObject({ ok: false, error: { ran: 'nothing', failure: { kind: 'unreachable' } } })
  })

  test('asks for a password where the server wants one after the key, and sends it once', async () => {
    const rig = await start({
      answer: (context) => {
        if (context.method === 'password')
          return context.password === 'secret' ? context.accept() : context.reject()
        if (context.method === 'publickey' && context.signature === undefined) return context.accept()
        context.reject(['password'], context.method === 'publickey')
      },
    })
    const asked: string[] = []
    const askSecret: NonNullable<SshOptions['askSecret']> = ({ host, kind }) => {
      asked.push(`${kind} of ${host}`)
      return Promise.resolve('secret')
    }
    const opened = await openWorker(
      rig.target(new NotingDoor()),
      order('waiting'),
      optionsFor(rig, { askSecret }),
    )
    expect(opened.ok).toBe(true)
    expect(asked).toEqual(['password of far'])
  })
})

test('the fingerprint is the one that ssh-keygen -l prints', () => {
  const blob = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl', 'base64')
  expect(fingerprint(blob)).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU')
})
