import { describe, expect, it } from 'vitest'
import { describeFailure, type Failure } from '../domain/failure.ts'
import { err, type Result } from '../domain/result.ts'
import type { Answer, Exchange } from '../transport/port.ts'
import type { Reply, Seen } from '../transport/wire.ts'
import { act, type ActRequest } from './act.ts'
import { HostBatch } from './batch.ts'
import { frameEnd, handPort, noteTarget } from './fake-host.test-rig.ts'
import type { IntentEnd } from './intents.ts'
import type { Patience } from './patience.ts'

const lost: Failure = { kind: 'unknown', host: 'h1', detail: 'connection reset' }
const me = { organisation: 'ministry', backend: 'file:///state', urn: 'urn:a', operation: 'update' }
const old = { hash: 'old', seen: { text: 'old' }, owner: null }
const fresh = { hash: 'new', seen: { text: 'new' }, owner: me }
const half = { hash: 'half', seen: { text: 'ne' }, owner: me }
const looked = (seen: Seen): Reply => ({ id: 1, ok: true, op: 'observe', ...seen, warnings: [] })
const applied: Reply = { id: 1, ok: true, op: 'apply', ...fresh, before: 'old', warnings: [], ran: ['write'] }
const busy: Reply = {
  id: 1,
  ok: false,
  why: 'error',
  error: {
    message: 'Another session is at work on this host',
    fqid: 'Chancery.Busy',
    category: 'ResourceBusy',
    type: 'System.InvalidOperationException',
    hresult: -2146233079,
    stack: '',
  },
  step: 'observe',
  ran: [],
  after: null,
  warnings: [],
}
const halfStill: Reply = { id: 1, ok: true, op: 'apply', ...half, before: 'half', warnings: [], ran: [] }
const changed: Reply = { id: 1, ok: false, why: 'changed', ...fresh }

const request: ActRequest = {
  operation: 'update',
  target: noteTarget(),
  steps: [{ verb: 'write', params: {}, because: 'text differs', changes: ['text'], effects: [] }],
  sight: { state: 'seen', hash: 'old', found: { text: 'old' }, owner: null },
  adopt: true,
  me,
}

/** Acts against a host that answers in this order, and tells what was sent, and how what was begun ended. */
async function acted(answers: readonly (Reply | Failure | 'lost')[], tries: number) {
  const ends: [number, IntentEnd][] = []
  let begun = 0
  let now = 0
  const port = handPort((_sent: Exchange, count): Result<Answer, Failure> => {
    const answer = answers[count - 1]
    if (answer === undefined) throw new Error(`nothing is answered to request ${count}`)
    if (answer === 'lost') return err(lost)
    return 'kind' in answer ? err(answer) : frameEnd([answer])
  })
  const patience: Patience = { leftMs: () => tries * 60_000, chance: () => 0, told: () => {} }
  const batch = new HostBatch(port, {
    quietMs: 0,
    longestMs: 0,
    firstMs: 0,
    patience,
    clock: { now: () => now, sleep: async (ms) => ((now += ms), true) },
  })
  batch.keep({
    begin: (intents) => ({ ok: true, value: intents.map(() => begun++) }),
    end: (id, how) => void ends.push([id, how]),
  })
  const result = await act(batch, request)
  return { result, ends, begun, sent: port.sent.map(({ ops }) => ops[0]!.op) }
}

describe('an act whose reply was lost while a worker of before still holds the host', () => {
  it('is sent once more when that one is gone, and each sending has its end', async () => {
    const { result, ends, sent } = await acted(['lost', looked(old), busy, busy, applied], 10)
    expect(result).toMatchObject({ ok: true, value: { found: { text: 'new' } } })
    expect(sent).toEqual(['apply', 'observe', 'apply', 'apply', 'apply'])
    expect(ends.toSorted(([a], [b]) => a - b)).toEqual([
      [0, 'not-begun'],
      [1, 'not-begun'],
      [2, 'not-begun'],
      [3, 'done'],
    ])
  })

  it('was done by the first time where it looks as wanted by then', async () => {
    const { result, ends } = await acted(['lost', looked(old), busy, changed, looked(fresh)], 10)
    expect(result).toMatchObject({ ok: true, value: { found: { text: 'new' } } })
    expect(ends).toContainEqual([0, 'done'])
  })

  it('stays unknown and in flight where the host is held for longer than there is time', async () => {
    const { result, ends, begun } = await acted(
      ['lost', looked(old), ...Array.from({ length: 99 }, () => busy)],
      1,
    )
    expect(result).toMatchObject({
      ok: false,
      error: { kind: 'unknown', detail: 'connection reset; the host is still at work on a frame of before' },
    })
    expect(begun).toBeGreaterThan(2)
    expect(ends.map(([id]) => id)).not.toContain(0)
    expect(ends.every(([, how]) => how === 'not-begun')).toBe(true)
  })
})

describe('an act whose reply was lost, and lost again when it was sent once more', () => {
  it('is looked at again, and done where it looks as wanted by then', async () => {
    const { result, ends, sent } = await acted(['lost', looked(old), 'lost', looked(fresh)], 10)
    expect(result).toMatchObject({ ok: true, value: { found: { text: 'new' } } })
    expect(sent).toEqual(['apply', 'observe', 'apply', 'observe'])
    expect(ends).toEqual([
      [0, 'not-begun'],
      [1, 'done'],
    ])
  })

  it('is sent a third time where it still looks as before', async () => {
    const { result, sent } = await acted(['lost', looked(old), 'lost', looked(old), applied], 10)
    expect(result).toMatchObject({ ok: true, value: { found: { text: 'new' } } })
    expect(sent).toEqual(['apply', 'observe', 'apply', 'observe', 'apply'])
  })

  it('stays unknown and in flight where there is no more time', async () => {
    const { result, ends, begun } = await acted(['lost', looked(old), 'lost'], 0)
    expect(result).toEqual({ ok: false, error: lost })
    expect(begun).toBe(2)
    expect(ends.map(([id]) => id)).toEqual([0])
  })

  it('is tried again where it could not be sent, as the host was out of reach', async () => {
    const away: Failure = { kind: 'unreachable', host: 'h1', detail: 'connection refused' }
    const { result, sent } = await acted(['lost', looked(old), away, applied], 10)
    expect(result).toMatchObject({ ok: true, value: { found: { text: 'new' } } })
    expect(sent).toEqual(['apply', 'observe', 'apply', 'apply'])
  })
})

describe('an act whose reply was lost and that looks half done', () => {
  it('is judged once nothing is at work there: it may have ended meanwhile', async () => {
    const { result, ends, sent } = await acted(['lost', looked(half), busy, changed], 10)
    expect(result).toMatchObject({ ok: true, value: { found: { text: 'new' } } })
    expect(result.ok && result.value.short).toBeUndefined()
    expect(sent).toEqual(['apply', 'observe', 'apply', 'apply'])
    expect(ends).toContainEqual([0, 'done'])
  })

  it('is said to differ where nothing is at work there and it still does', async () => {
    const { result, ends } = await acted(['lost', looked(half), halfStill], 10)
    expect(result).toMatchObject({ ok: true, value: { short: { kind: 'refused', rule: 'converged' } } })
    expect(ends).toContainEqual([0, 'failed'])
  })

  it('stays unknown where the host is held for longer than there is time', async () => {
    const { result, ends } = await acted(['lost', looked(half), ...Array.from({ length: 99 }, () => busy)], 1)
    expect(result).toMatchObject({ ok: false, error: { kind: 'unknown' } })
    expect(ends.map(([id]) => id)).not.toContain(0)
  })

  it('and is on nobody’s record is no work of ours', async () => {
    const owned: Reply = { id: 1, ok: false, why: 'owned', ...fresh, owner: null }
    const { result } = await acted(['lost', looked({ ...fresh, owner: null }), owned], 10)
    expect(result).toMatchObject({ ok: false, error: { kind: 'exists' } })
  })
})

describe('an act whose reply was lost and that the look after it can’t see', () => {
  const down: Reply = {
    ...busy,
    error: { ...busy.error, message: 'The service is down', fqid: 'ObjectNotFound,Get-Note' },
  } as Reply
  const unknown = (because: string) => ({
    ok: false,
    error: {
      kind: 'unknown',
      unseen: { act: 'update of Note n', because: expect.stringContaining(because) },
    },
  })

  it.each([
    ['at once', ['lost', down]],
    ['before it is sent once more', ['lost', looked(old), down]],
    ['when the host has changed by then', ['lost', looked(old), changed, down]],
    ['once nothing is at work there', ['lost', looked(half), down]],
  ] as const)('%s stays unknown and in flight', async (_when, answers) => {
    const { result, ends } = await acted(answers, 10)
    expect(result).toMatchObject(unknown('The service is down'))
    expect(ends.map(([id]) => id)).not.toContain(0)
  })

  it('for want of a login stays unknown: what refuses us now says nothing of what ran', async () => {
    const refused: Failure = { kind: 'login', host: 'h1', account: 'chancery', detail: 'key refused' }
    const { result, ends } = await acted(['lost', refused], 10)
    expect(result).toMatchObject(unknown('login of chancery is refused: key refused'))
    expect(result.ok ? '' : describeFailure(result.error)).not.toMatch(/nothing (ran|was changed)/i)
    expect(ends).toEqual([])
  })
})
