import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../../lib/domain/clock.ts'
import { describeFailure } from '../../../lib/domain/failure.ts'
import type { FaultName } from '../../../lib/lab/index.ts'
import type { OpBody } from '../../../lib/transport/port.ts'
import { createTransport, type Transport } from '../../../lib/transport/session.ts'
import { startLabHost } from './lab-host.ts'
import { openDoor } from './over-ssh.ts'
import { scripts } from './transcript.ts'

let host: Awaited<ReturnType<typeof startLabHost>>
const open: Transport[] = []
beforeAll(async () => {
  host = await startLabHost()
})
afterEach(async () => {
  host.lab.host('host').clear()
  for (const transport of open.splice(0)) await transport.close()
})
afterAll(() => host.stop())

const named = (name: string): string => scripts.get(name) ?? ''
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const texts = new Map(['look', 'write'].map((name) => [hashOf(named(name)), named(name)]))

let files = 0
/** An act on a thing of its own, and a look at it. */
function thing(): { readonly act: OpBody; readonly look: OpBody } {
  files += 1
  const params = { path: `C:\\fault-${files}.txt` }
  const look = { key: `fault-${files}`, script: hashOf(named('look')), params }
  const step = { name: 'write', script: hashOf(named('write')), params: { ...params, content: 'done' } }
  return {
    look: { op: 'observe', ...look },
    act: { op: 'apply', ...look, expect: 'absent', own: null, steps: [step] },
  }
}

function connectHost(silenceMs = 120_000): Transport {
  const transport = createTransport({
    resolve: () => ({
      address: '127.0.0.1',
      port: host.reach.port,
      account: host.reach.account,
      key: host.reach.key,
    }),
    knownHosts: host.reach.knownHosts,
    allowed: () => ({ ok: true, value: undefined }),
    door: () => openDoor,
    emit: () => undefined,
    clock: systemClock,
    silenceMs,
  })
  open.push(transport)
  return transport
}

const ask = (transport: Transport, ...ops: readonly OpBody[]) =>
  transport.host('host').exchange({ scripts: texts, guards: [], ops })
const order = (name: FaultName, value?: number): void =>
  host.lab.host('host').order({ name, ...(value === undefined ? {} : { value }) })

describe('noise before and between replies changes no answer', () => {
  test.each([
    ['banner', undefined],
    ['clixml', undefined],
    ['stray-output', undefined],
    ['split-reply', 1],
    ['split-reply', 7],
    ['hold-reply', 30],
  ] as const)('%s %s', async (name, value) => {
    order(name, value)
    const { act, look } = thing()
    expect(await ask(connectHost(), act, look)).toMatchObject({
      ok: true,
      value: {
        replies: [
          { ok: true, ran: ['write'] },
          { ok: true, seen: { content: 'done' } },
        ],
      },
    })
  })
})

describe('a connection that is lost around an act', () => {
  test.each([
    ['drop-before-act', null],
    ['drop-after-act', { content: 'done' }],
    ['drop-mid-reply', { content: 'done' }],
    ['worker-killed', { content: 'done' }],
  ] as const)('%s: unknown, and the next look says what is so', async (name, seen) => {
    const transport = connectHost()
    const { act, look } = thing()
    expect(await ask(transport, look)).toMatchObject({ ok: true })
    order(name)
    const answer = await ask(transport, act)
    expect(answer).toMatchObject({ ok: false, error: { kind: 'unknown', host: 'host' } })
    if (!answer.ok) expect(describeFailure(answer.error)).toContain('Run again')
    expect(await ask(transport, look)).toMatchObject({
      ok: true,
      value: { replies: [seen === null ? { seen: null } : { seen }] },
    })
  })

  test.each(['drop-before-act', 'drop-after-act', 'drop-mid-reply'] as const)(
    '%s: a mere look is looked over again',
    async (name) => {
      const transport = connectHost()
      order(name)
      expect(await ask(transport, thing().look)).toMatchObject({ ok: true })
      expect(transport.host('host').counters.connections).toBe(2)
    },
  )

  test('on the first connection, sent with the login: unknown too', async () => {
    order('drop-before-act')
    expect(await ask(connectHost(), thing().act)).toMatchObject({ ok: false, error: { kind: 'unknown' } })
  })

  test('that falls silent is given up after the time for silence', async () => {
    const transport = connectHost(300)
    const { act, look } = thing()
    expect(await ask(transport, look)).toMatchObject({ ok: true })
    host.lab.link('site').cut()
    expect(await ask(transport, act)).toMatchObject({
      ok: false,
      error: { kind: 'unknown', detail: 'no byte for 0 s' },
    })
  })
})

describe('nothing ran', () => {
  test.each([
    ['refuse-connection', 'unreachable'],
    ['host-key-changed', 'host-key'],
    ['login-refused', 'login'],
  ] as const)('%s is %s', async (name, kind) => {
    order(name)
    const { act, look } = thing()
    expect(await ask(connectHost(), act)).toMatchObject({ ok: false, error: { kind } })
    const logins = host.lab.host('host').counters.logins
    host.lab.host('host').clear()
    expect(await ask(connectHost(), look)).toMatchObject({ ok: true, value: { replies: [{ seen: null }] } })
    expect(host.lab.host('host').counters.logins).toBe(logins + 1)
  })
})

test('a marked line that is not JSON is noise, and the reply that never came is lost', async () => {
  const transport = connectHost()
  const { act, look } = thing()
  expect(await ask(transport, look)).toMatchObject({ ok: true })
  order('garbage-reply')
  expect(await ask(transport, act)).toMatchObject({ ok: false, error: { kind: 'protocol' } })
  expect(await ask(transport, look)).toMatchObject({
    ok: true,
    value: { replies: [{ seen: { content: 'done' } }] },
  })
})
