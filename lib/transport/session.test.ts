import { inflateRawSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import type { Clock } from '../domain/clock.ts'
import { systemClock } from '../domain/clock.ts'
import type { Event } from '../domain/event.ts'
import { ok } from '../domain/result.ts'
import { BreakerOpen } from '../link/door.ts'
import { ManualClock } from '../link/manual-clock.ts'
import { lineLimit } from './lines.ts'
import { type HostMemory, processMemory } from './memory.ts'
import type { Exchange, HostPort, OpBody } from './port.ts'
import { createTransport, type Transport } from './session.ts'
import { type FarChannel, type Manners, NotingDoor, SshRig } from './ssh/ssh.test-rig.ts'
import { type Frame, marker, wireVersion } from './wire.ts'

const script = 'a'.repeat(64)
const look = { key: 'k', script, params: {} }
const observe: OpBody = { op: 'observe', ...look }
const apply: OpBody = { op: 'apply', ...look, expect: 'absent', own: null, steps: [] }
const asking = (...ops: readonly OpBody[]): Exchange => ({
  scripts: new Map([[script, 'param($p)']]),
  guards: [],
  ops,
})

const hello = `${marker}{"hello":${wireVersion},"ps":"5.1","time":"2026-01-01T00:00:00.000Z","pid":4}\n`
const seen = (id: number): string =>
  `${marker}{"id":${id},"ok":true,"op":"observe","warnings":[],"hash":"absent","seen":null,"owner":null}\n`
const end = (frame: number, more = '"ok":true'): string => `${marker}{"frame":${frame},${more},"ms":5}\n`

type Scene = {
  readonly rig: SshRig
  readonly door: NotingDoor
  readonly memory: HostMemory
  readonly events: Event[]
  readonly port: HostPort
  readonly transport: Transport
}
const scenes: Scene[] = []
afterEach(async () => {
  for (const { rig, transport } of scenes.splice(0)) {
    await transport.close()
    await rig.stop()
  }
})

async function scene(
  manners: Manners = {},
  clock: Clock = systemClock,
  door = new NotingDoor(),
): Promise<Scene> {
  const rig = await new SshRig(manners).start()
  const events: Event[] = []
  const memory = processMemory()
  const transport = createTransport({
    resolve: () => ({ address: '127.0.0.1', port: rig.port, account: 'chancery', key: rig.key }),
    knownHosts: rig.knownHosts,
    allowed: () => ok(undefined),
    door: () => door,
    emit: (event) => events.push(event),
    clock,
    memory,
    idleMs: 60_000,
    silenceMs: 120_000,
  })
  const made = { rig, door, memory, events, transport, port: transport.host('far') }
  scenes.push(made)
  return made
}

/** The frame that the client wrote last. */
async function frame(far: FarChannel): Promise<Frame> {
  const line = await far.line()
  return JSON.parse(
    line.startsWith('z') ? inflateRawSync(Buffer.from(line.slice(1), 'base64')).toString() : line,
  )
}

/** Takes the worker's source and greets. */
async function worker(rig: SshRig): Promise<FarChannel> {
  const far = await rig.channel()
  expect((await far.line()).length).toBeGreaterThan(1000)
  far.say(hello)
  return far
}

describe('an exchange', () => {
  test('sends worker and frame with the login, and answers in order of its operations', async () => {
    const { rig, port, events, door } = await scene()
    const heard: number[] = []
    const answer = port.exchange(asking(observe, { op: 'ping' }), (index) => heard.push(index))
    const far = await worker(rig)
    const sent = await frame(far)
    expect(sent).toMatchObject({
      frame: 1,
      scripts: { [script]: 'param($p)' },
      ops: [{ id: 1 }, { id: 2, op: 'ping' }],
    })
    far.say(`Authorised use only\n#< CLIXML\n${marker}{"id":2,"ok":true,"op":"ping"}\nstray`)
    far.say(`${seen(1)}${end(1)}`)
    const got = await answer
    expect(got).toMatchObject({
      ok: true,
      value: {
        replies: [{ id: 1 }, { id: 2 }],
        end: { ok: true },
        noise: ['Authorised use only', '#< CLIXML'],
      },
    })
    expect(heard).toEqual([1, 0])
    expect(port.counters).toMatchObject({ connections: 1, exchanges: 1, hostMs: 5 })
    expect(events.map((e) => ('state' in e ? e.state : e.kind))).toEqual([
      'connecting',
      'connected',
      'exchange',
    ])
    expect(door.told).toEqual(['succeeded'])
  })

  test('goes over the connection that is open, without scripts that the host has', async () => {
    const { rig, port } = await scene()
    const first = port.exchange(asking(observe))
    const far = await worker(rig)
    await frame(far)
    far.say(`${seen(1)}${end(1)}`)
    await first
    const second = port.exchange(asking(observe))
    expect(await frame(far)).toEqual({ frame: 2, ops: [{ id: 2, ...observe }] })
    far.say(`${seen(2)}${end(2)}`)
    expect(await second).toMatchObject({ ok: true })
    expect(port.counters).toMatchObject({ connections: 1, exchanges: 2 })
  })

  test('waits for the one before it on the same host', async () => {
    const { rig, port } = await scene()
    const both = [port.exchange(asking(observe)), port.exchange(asking(observe))]
    const far = await worker(rig)
    expect(await frame(far)).toMatchObject({ frame: 1 })
    far.say(seen(1))
    far.say(end(1))
    expect(await both[0]).toMatchObject({ ok: true })
    expect(await frame(far)).toMatchObject({ frame: 2 })
    far.say(`${seen(2)}${end(2)}`)
    expect(await both[1]).toMatchObject({ ok: true })
  })

  test('sends again, once, with the scripts that the host turned out to lack', async () => {
    const { rig, port, memory } = await scene()
    memory.add('far', [script])
    const answer = port.exchange(asking(observe))
    const far = await worker(rig)
    expect(await frame(far)).not.toHaveProperty('scripts')
    far.say(end(1, `"ok":false,"why":"need","need":["${script}"]`))
    expect(await frame(far)).toMatchObject({ frame: 2, scripts: { [script]: 'param($p)' } })
    far.say(`${seen(2)}${end(2)}`)
    expect(await answer).toMatchObject({ ok: true })
    expect([...memory.get('far')]).toEqual([script])
  })

  test('is a protocol failure when the host keeps asking for scripts', async () => {
    const { rig, port } = await scene()
    const answer = port.exchange(asking(observe))
    const far = await worker(rig)
    for (const n of [1, 2]) {
      await frame(far)
      far.say(end(n, `"ok":false,"why":"need","need":["${script}"]`))
    }
    expect(await answer).toMatchObject({ ok: false, error: { kind: 'protocol' } })
  })

  test('hands on a refusal by guards, without replies', async () => {
    const { rig, port } = await scene()
    const answer = port.exchange(asking(observe))
    const far = await worker(rig)
    await frame(far)
    far.say(end(1, '"ok":false,"why":"guards","changed":[]'))
    expect(await answer).toMatchObject({
      ok: true,
      value: { replies: [undefined], end: { ok: false, why: 'guards' } },
    })
  })
})

describe('a connection that is lost', () => {
  test('after an act was sent leaves it unknown whether it ran', async () => {
    const { rig, port, door } = await scene()
    const answer = port.exchange(asking(apply))
    const far = await worker(rig)
    await frame(far)
    far.socket.resetAndDestroy()
    expect(await answer).toMatchObject({ ok: false, error: { kind: 'unknown', host: 'far' } })
    expect(door.told).toEqual([expect.stringContaining('failed: ')])
  })

  test('while looking is looked over again, once, on a new connection', async () => {
    const { rig, port, events } = await scene()
    const answer = port.exchange(asking(observe))
    const first = await worker(rig)
    await frame(first)
    first.socket.resetAndDestroy()
    const second = await worker(rig)
    const again = await frame(second)
    second.say(`${seen(again.ops[0]?.id ?? 0)}${end(again.frame)}`)
    expect(await answer).toMatchObject({ ok: true })
    expect(events).toContainEqual({ kind: 'link', host: 'far', state: 'retrying' })
  })

  test('twice while looking is unreachable', async () => {
    const { rig, port } = await scene()
    const answer = port.exchange(asking(observe))
    for (let i = 0; i < 2; i += 1) {
      const far = await worker(rig)
      await frame(far)
      far.socket.resetAndDestroy()
    }
    expect(await answer).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
  })

  test('by the end of the worker says with which code it ended', async () => {
    const { rig, port } = await scene()
    const answer = port.exchange(asking(apply))
    const far = await worker(rig)
    await frame(far)
    far.channel.exit(7)
    far.channel.end()
    expect(await answer).toMatchObject({
      ok: false,
      error: { kind: 'unknown', detail: 'the worker ended with code 7' },
    })
  })

  test('before the worker spoke says what the host said instead', async () => {
    const { rig, port } = await scene()
    const answer = port.exchange(asking(apply))
    const far = await rig.channel()
    far.channel.stderr.write("'powershell.exe' is not recognized\r\n")
    far.channel.exit(1)
    far.channel.end()
    expect(await answer).toMatchObject({
      ok: false,
      error: {
        detail:
          "the worker ended with code 1; the worker did not start, the host said: 'powershell.exe' is not recognized",
      },
    })
  })

  test('by silence is lost after the time for silence, and the limits of the operations', async () => {
    const clock = new ManualClock()
    const { rig, port, events } = await scene({}, clock)
    const answer = port.exchange(asking({ ...apply, limitMs: 1000 }))
    const far = await worker(rig)
    await frame(far)
    let over = false
    void answer.then(() => (over = true))
    await until(() => events.some((e) => e.kind === 'link' && e.state === 'connected'))
    await clock.advance(121_000)
    expect(over).toBe(false)
    await clock.advance(2_000)
    expect(await answer).toMatchObject({ ok: false, error: { kind: 'unknown', detail: 'no byte for 122 s' } })
  })
})

describe('nothing ran, and it is said why', () => {
  test('when nothing listens', async () => {
    const { rig, port, door } = await scene()
    await rig.goDown()
    expect(await port.exchange(asking(apply))).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
    expect(door.told).toEqual([expect.stringContaining('ECONNREFUSED')])
  })

  test('when the login is refused; the link is not to blame', async () => {
    const { port, door } = await scene({ answer: (context) => context.reject(['publickey']) })
    expect(await port.exchange(asking(apply))).toMatchObject({ ok: false, error: { kind: 'login' } })
    expect(door.told).toEqual(['succeeded'])
  })

  test('when the link’s breaker is open', async () => {
    class ClosedDoor extends NotingDoor {
      override run<T>(): Promise<T> {
        return Promise.reject(new BreakerOpen(0, 'test'))
      }
    }
    const { rig, port } = await scene({}, systemClock, new ClosedDoor())
    expect(await port.exchange(asking(apply))).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
    expect(rig.sockets).toEqual([])
  })

  test('when interrupted before it began', async () => {
    const { rig, port } = await scene()
    expect(await port.exchange(asking(apply), undefined, AbortSignal.abort())).toMatchObject({
      ok: false,
      error: { kind: 'interrupted' },
    })
    const running = port.exchange(asking(observe))
    const stop = new AbortController()
    const queued = port.exchange(asking(apply), undefined, stop.signal)
    const far = await worker(rig)
    await frame(far)
    stop.abort()
    expect(await queued).toMatchObject({ ok: false, error: { kind: 'interrupted' } })
    far.say(`${seen(1)}${end(1)}`)
    expect(await running).toMatchObject({ ok: true })
  })
})

describe('an exchange that is connecting', () => {
  test('ends at an abort; nothing ran', async () => {
    const stop = new AbortController()
    const { port, door } = await scene({ answer: () => stop.abort(), ident: 'dropbear_1' })
    expect(await port.exchange(asking(apply), undefined, stop.signal)).toMatchObject({
      ok: false,
      error: { kind: 'interrupted' },
    })
    expect(door.told).toEqual([])
  })

  test('goes on after an abort once everything was sent ahead, and is cut by close', async () => {
    const stop = new AbortController()
    const { port } = await scene({
      answer: () => {
        stop.abort()
        setImmediate(() => void port.close())
      },
    })
    expect(await port.exchange(asking(apply), undefined, stop.signal)).toMatchObject({
      ok: false,
      error: { kind: 'unknown', detail: 'closed by this program' },
    })
  })

  test('is cut by close before that; nothing ran, and nothing is tried again', async () => {
    const { rig, port } = await scene({ answer: () => void port.close(), ident: 'dropbear_1' })
    expect(await port.exchange(asking(observe))).toMatchObject({ ok: false, error: { kind: 'interrupted' } })
    expect(rig.sockets).toHaveLength(1)
    expect(await port.exchange(asking(observe))).toMatchObject({ ok: false, error: { kind: 'interrupted' } })
  })
})

describe('an interruption while a frame is on the wire', () => {
  test('does not lose its answer', async () => {
    const { rig, port } = await scene()
    const stop = new AbortController()
    const acting = port.exchange(asking(observe), undefined, stop.signal)
    const far = await worker(rig)
    await frame(far)
    stop.abort()
    await new Promise((resolve) => setImmediate(resolve))
    far.say(`${seen(1)}${end(1)}`)
    expect(await acting).toMatchObject({ ok: true })
  })
})

describe('what is not our protocol', () => {
  test.each([
    ['a reply before the greeting', [seen(1)]],
    ['an older worker', [hello.replace(`"hello":${wireVersion}`, `"hello":${wireVersion - 1}`)]],
    ['a newer worker', [hello.replace(`"hello":${wireVersion}`, `"hello":${wireVersion + 1}`)]],
    ['a reply nobody asked for', [hello, seen(99)]],
  ])('is refused: %s', async (_title, lines) => {
    const { rig, port } = await scene()
    const answer = port.exchange(asking(apply))
    const far = await rig.channel()
    await far.line()
    await frame(far)
    for (const line of lines) far.say(line)
    expect(await answer).toMatchObject({ ok: false, error: { kind: 'protocol' } })
  })

  test('says which versions meet where the worker is another one, and the next exchange connects anew', async () => {
    const { rig, port } = await scene()
    const answer = port.exchange(asking(apply))
    const far = await rig.channel()
    far.say(hello.replace(`"hello":${wireVersion}`, '"hello":9'))
    expect(await answer).toMatchObject({
      error: { kind: 'protocol', detail: `the worker speaks version 9, expected ${wireVersion}` },
    })
    const again = port.exchange(asking(observe))
    const next = await worker(rig)
    await frame(next)
    next.say(`${seen(2)}${end(2)}`)
    expect(await again).toMatchObject({ ok: true })
  })

  test('is refused: fifty megabytes without an end of line; the connection is closed long before the last of them', async () => {
    const { rig, port, events } = await scene()
    const answer = port.exchange(asking(apply))
    const far = await worker(rig)
    await frame(far)
    const closed = (): boolean => events.some((e) => e.kind === 'link' && e.state === 'closed')
    far.say(marker)
    for (let sent = 0; sent < 50 && !closed(); sent++) {
      far.say('x'.repeat(1_000_000))
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    expect(await answer).toMatchObject({
      ok: false,
      error: { kind: 'protocol', detail: `a line longer than ${lineLimit} bytes` },
    })
    expect(port.counters.bytesDown).toBeLessThan(lineLimit + 5_000_000)
  })

  test('is refused: the answer to a look of the connection before, and the end of its frame', async () => {
    for (const old of [seen(1), end(1)]) {
      const { rig, port, events } = await scene()
      const first = port.exchange(asking(observe))
      const far = await worker(rig)
      await frame(far)
      far.say(`${seen(1)}${end(1)}`)
      expect(await first).toMatchObject({ ok: true })
      far.channel.close()
      await until(() => events.some((e) => e.kind === 'link' && e.state === 'closed'))
      const second = port.exchange(asking(observe))
      const next = await worker(rig)
      await frame(next)
      next.say(old)
      expect(await second).toMatchObject({ ok: false, error: { kind: 'protocol' } })
    }
  })
})

describe('the connection', () => {
  test('is closed once it was idle long enough, and opened again for the next exchange', async () => {
    const clock = new ManualClock()
    const { rig, port, events } = await scene({}, clock)
    const first = port.exchange(asking(observe))
    const far = await worker(rig)
    await frame(far)
    far.say(`${seen(1)}${end(1)}`)
    await first
    await clock.advance(60_000)
    await until(() => events.some((e) => e.kind === 'link' && e.state === 'closed'))
    const second = port.exchange(asking(observe))
    const again = await worker(rig)
    await frame(again)
    again.say(`${seen(2)}${end(2)}`)
    expect(await second).toMatchObject({ ok: true })
    expect(port.counters.connections).toBe(2)
  })

  test('is kept while a channel beside the worker is open, also one that began when it was idle, and is idle again after it', async () => {
    const clock = new ManualClock()
    const { rig, port, transport, events } = await scene({}, clock)
    const closed = (): boolean => events.some((e) => e.kind === 'link' && e.state === 'closed')
    const first = port.exchange(asking(observe))
    const far = await worker(rig)
    await frame(far)
    far.say(`${seen(1)}${end(1)}`)
    await first
    await clock.advance(30_000)
    const beside = await transport.bulk('far').beside({ command: 'receive', first: Buffer.from('first\n') })
    const receiver = await rig.channel()
    expect(await receiver.line()).toBe('first')
    await clock.advance(600_000)
    expect(closed()).toBe(false)
    if (!beside.ok) throw new Error('no channel')
    await beside.value.write(Buffer.from('second\n'))
    expect(await receiver.line()).toBe('second')
    beside.value.close('done')
    await clock.advance(60_000)
    await until(closed)
    expect(port.counters.connections).toBe(1)
  })

  test('that is of no more use ends once the frame on it is answered; what waits goes over another', async () => {
    const { rig, port, transport } = await scene()
    const first = port.exchange(asking(observe))
    const far = await worker(rig)
    await frame(far)
    transport.reconnect('far', 'the primary line carries now', 'idle')
    const second = port.exchange(asking(observe))
    far.say(`${seen(1)}${end(1)}`)
    expect(await first).toMatchObject({ ok: true })
    const again = await worker(rig)
    expect(await frame(again)).toMatchObject({ frame: 2 })
    again.say(`${seen(2)}${end(2)}`)
    expect(await second).toMatchObject({ ok: true })
    expect(port.counters.connections).toBe(2)
  })

  test('falls back to waiting where a host refuses what is sent ahead, and remembers it', async () => {
    const manners: { exec?: 'refuse' } = { exec: 'refuse' }
    const { rig, port, memory } = await scene(manners)
    const answer = port.exchange(asking(apply))
    await until(() => rig.sockets.length === 2)
    delete manners.exec
    const far = await worker(rig)
    await frame(far)
    far.say(
      `${marker}{"id":1,"ok":false,"why":"changed","hash":"absent","seen":null,"owner":null}\n${end(1)}`,
    )
    expect(await answer).toMatchObject({ ok: true })
    expect(rig.tried).toEqual(['publickey', 'publickey?', 'publickey'])
    expect(memory.waits('far')).toBe(true)
  })
})

/** Waits for what other turns of the event loop bring about. */
async function until(seenIt: () => boolean): Promise<void> {
  while (!seenIt()) await new Promise<void>((resolve) => setImmediate(resolve))
}
