import { describe, expect, it } from 'vitest'
import { err, ok } from '../domain/result.ts'
import type { Reply } from '../transport/wire.ts'
import { act, observe } from './act.ts'
import { HostBatch } from './batch.ts'
import { frameEnd, handClock, handPort, noteTarget } from './fake-host.test-rig.ts'
import type { Intent, Intents } from './intents.ts'
import type { Sight } from './observation.ts'

const me = { organisation: 'o', backend: 'b', urn: 'u', operation: '' }
const sees = (text: string | null, op: 'observe' | 'apply' = 'observe', id = 0): Reply => {
  const seen =
    text === null ? { hash: 'absent', seen: null, owner: null } : { hash: text, seen: { text }, owner: me }
  return op === 'observe'
    ? { id, ok: true, op, warnings: [], ...seen }
    : { id, ok: true, op, ran: ['write'], before: 'absent', warnings: [], ...seen }
}
const absent: Sight = { state: 'seen', hash: 'absent', found: null, owner: null }
const write = (name: string) => {
  const target = noteTarget({ want: { name, text: 'new' }, urn: `urn::${name}` })
  return {
    operation: 'create' as const,
    target,
    steps: [{ verb: 'write', params: {}, because: '', changes: [], effects: [] }],
    sight: absent,
    adopt: false,
    me,
  }
}
const waits = { quietMs: 10, longestMs: 100, firstMs: 1000 }

describe('requests for one host', () => {
  it('that arrive together travel as one frame', async () => {
    const clock = handClock()
    const port = handPort((request) => frameEnd(request.ops.map(() => sees('x'))))
    const batch = new HostBatch(port, { clock, ...waits })
    const looks = Array.from({ length: 20 }, (_, i) =>
      observe(batch, noteTarget({ want: { name: `n${i}`, text: 't' } })),
    )
    await clock.tick(10)
    await Promise.all(looks)
    expect(port.sent.map((s) => s.ops.length)).toEqual([20])
    expect(port.sent[0]!.scripts.size).toBe(1)
  })

  it('do not wait longer than the longest wait, however many keep coming', async () => {
    const clock = handClock()
    const port = handPort((request) => frameEnd(request.ops.map(() => sees('x'))))
    const batch = new HostBatch(port, { clock, ...waits })
    for (let i = 0; i < 11; i++) {
      void observe(batch, noteTarget())
      await clock.tick(9)
    }
    await clock.tick(2)
    expect(port.sent).toHaveLength(1)
  })

  it('leave at once when the plan expects no more', async () => {
    const clock = handClock()
    const port = handPort((request) => frameEnd(request.ops.map(() => sees('new', 'apply'))))
    const batch = new HostBatch(port, { clock, ...waits })
    batch.arm([], [], 2, () => ({ kind: 'protocol', host: 'h1', detail: '' }))
    const done = Promise.all([act(batch, write('a')), act(batch, write('b'))])
    await clock.tick(0)
    expect((await done).every((d) => d.ok)).toBe(true)
    expect(port.sent).toHaveLength(1)
  })
})

describe('guards', () => {
  const guard = { key: 'k', script: 's', params: {}, expect: 'h' }
  it('ride on the first frame that changes something, and on no other', async () => {
    const clock = handClock()
    const port = handPort((request) =>
      frameEnd(request.ops.map((op) => sees('new', op.op === 'apply' ? 'apply' : 'observe'))),
    )
    const batch = new HostBatch(port, { clock, ...waits })
    batch.arm([guard], [], 1, () => ({ kind: 'protocol', host: 'h1', detail: '' }))
    for (const send of [
      () => observe(batch, noteTarget()),
      () => act(batch, write('a')),
      () => act(batch, write('b')),
    ]) {
      const sent = send()
      await clock.tick(10)
      await sent
    }
    expect(port.sent.map((s) => s.guards.length)).toEqual([0, 1, 0])
  })

  it('that fail stop everything on the host, also what comes later', async () => {
    const clock = handClock()
    const changed = { kind: 'changed', host: 'h1', resource: 'Note n', planned: null, now: null } as const
    const port = handPort(() =>
      ok({ replies: [], end: { frame: 1, ok: false, why: 'guards', changed: [], ms: 1 }, noise: [] }),
    )
    const batch = new HostBatch(port, { clock, ...waits })
    batch.arm([guard], [], 1, () => changed)
    const first = act(batch, write('a'))
    await clock.tick(10)
    expect(await first).toEqual(err(changed))
    expect(await act(batch, write('b'))).toEqual(err(changed))
    expect(port.sent).toHaveLength(1)
  })

  it('hold back everything else that changes something until they are answered', async () => {
    const clock = handClock()
    const answers = Promise.withResolvers<void>()
    const changed = { kind: 'changed', host: 'h1', resource: 'Note n', planned: null, now: null } as const
    const port = handPort(() =>
      ok({ replies: [], end: { frame: 1, ok: false, why: 'guards', changed: [], ms: 1 }, noise: [] }),
    )
    const slow = {
      ...port,
      exchange: async (...args: Parameters<typeof port.exchange>) => (
        await answers.promise,
        port.exchange(...args)
      ),
    }
    const batch = new HostBatch(slow, { clock, ...waits })
    batch.arm([guard], [], 1, () => changed)
    const first = act(batch, write('a'))
    await clock.tick(100)
    const second = act(batch, write('b'))
    await clock.tick(100)
    answers.resolve()
    expect(await Promise.all([first, second])).toEqual([err(changed), err(changed)])
    expect(port.sent).toHaveLength(1)
  })
})

describe('a lost reply', () => {
  const lost = err({ kind: 'unknown', host: 'h1', detail: 'closed' } as const)
  const unreachable = err({ kind: 'unreachable', host: 'h1', detail: 'refused' } as const)
  const run = async (answers: Parameters<typeof handPort>[0], leftMs = 60_000, acts = 1) => {
    const clock = handClock()
    const port = handPort(answers)
    const told: string[] = []
    const patience = {
      leftMs: () => leftMs,
      chance: () => 0,
      told: (attempt: number, wait: number, left: number) =>
        void told.push(`${attempt} in ${wait} of ${left}`),
    }
    const log = intentLog()
    const batch = new HostBatch(port, { clock, ...waits, patience })
    batch.keep(log)
    const results = Promise.all(Array.from({ length: acts }, (_, i) => act(batch, write(`n${i}`))))
    for (let i = 0; i < 400; i++) await clock.tick(500)
    const [result] = await results
    const sent = port.sent.map((s) => s.ops[0]!)
    const steps = sent.flatMap((op) => (op.op === 'apply' ? [op.steps.length] : []))
    return { result, ops: sent.map(({ op }) => op), steps, told, log: log.lines }
  }

  it('is resolved by looking: the act had happened', async () => {
    const { result, ops } = await run((_, n) => (n === 1 ? lost : frameEnd([sees('new')])))
    expect(result).toMatchObject({ ok: true, value: { found: { text: 'new' } } })
    expect(ops).toEqual(['apply', 'observe'])
  })
  it('is resolved by looking: nothing had happened, so it is sent once more', async () => {
    const { result, ops } = await run((_, n) =>
      n === 1 ? lost : frameEnd([n === 2 ? sees(null) : sees('new', 'apply')]),
    )
    expect(result).toMatchObject({ ok: true, value: { found: { text: 'new' } } })
    expect(ops).toEqual(['apply', 'observe', 'apply'])
  })
  it('that left something neither as before nor as wanted is told, not repeated', async () => {
    const { result, ops, steps } = await run((_, n) =>
      n === 1 ? lost : frameEnd([sees('half', n === 2 ? 'observe' : 'apply')]),
    )
    expect(result).toMatchObject({ ok: true, value: { short: { kind: 'refused', rule: 'converged' } } })
    expect(ops).toEqual(['apply', 'observe', 'apply'])
    expect(steps).toEqual([1, 0])
  })
  it('stays unknown while the host can’t be reached, and is looked at less and less often until there is no more time', async () => {
    const { result, ops, told, log } = await run((_, n) => (n === 1 ? lost : unreachable))
    expect(result).toEqual(lost)
    expect(ops).toEqual(['apply', ...Array.from({ length: 6 }, () => 'observe')])
    expect(told.map((text) => text.replace(/ of .*/, ''))).toEqual([
      '2 in 1000',
      '3 in 2000',
      '4 in 4000',
      '5 in 8000',
      '6 in 16000',
    ])
    expect(log).toEqual(['begin test:Note|n0'])
  })
  it('is not tried again where no time is left', async () => {
    const { ops, told } = await run((_, n) => (n === 1 ? lost : unreachable), 0)
    expect(ops).toEqual(['apply', 'observe'])
    expect(told).toEqual([])
  })
  it('of many acts is looked at together, in one frame a try', async () => {
    const { ops, told } = await run((_, n) => (n === 1 ? lost : unreachable), 4000, 20)
    expect(ops).toEqual(['apply', 'observe', 'observe', 'observe'])
    expect(told).toHaveLength(2)
  })
})

describe('what is about to be done', () => {
  const lost = err({ kind: 'unknown', host: 'h1', detail: 'closed' } as const)
  const unreachable = err({ kind: 'unreachable', host: 'h1', detail: 'refused' } as const)
  const run = async (answers: Parameters<typeof handPort>[0], log = intentLog()) => {
    const clock = handClock()
    const port = handPort((request, n) => {
      log.lines.push(`sent ${request.ops[0]!.op}`)
      return answers(request, n)
    })
    const batch = new HostBatch(port, { clock, ...waits })
    batch.keep(log)
    const result = act(batch, write('a'))
    for (let i = 0; i < 4; i++) await clock.tick(500)
    return { result: await result, log: log.lines }
  }

  it('is written before it is sent, and how it ended after', async () => {
    const { log } = await run(() => frameEnd([sees('new', 'apply')]))
    expect(log).toEqual(['begin test:Note|a', 'sent apply', 'done 1'])
  })
  it('that was never sent is written as not begun', async () => {
    const { log } = await run(() => unreachable)
    expect(log).toEqual(['begin test:Note|a', 'sent apply', 'not-begun 1'])
  })
  it('that the host refused is written as not begun, and one that failed there as failed', async () => {
    const changed: Reply = { id: 0, ok: false, why: 'changed', hash: 'x', seen: { text: 'x' }, owner: null }
    expect((await run(() => frameEnd([changed]))).log.at(-1)).toBe('not-begun 1')
    const error = { fqid: 'X', category: 'Y', message: 'Z', type: 'T', hresult: 0, stack: '' }
    const failed: Reply = {
      id: 0,
      ok: false,
      why: 'error',
      error,
      step: 'write',
      ran: [],
      after: null,
      warnings: [],
    }
    expect((await run(() => frameEnd([failed]))).log.at(-1)).toBe('failed 1')
  })
  it('whose reply was lost has no end until it is looked at', async () => {
    const { log } = await run((_, n) => (n === 1 ? lost : frameEnd([sees('new')])))
    expect(log).toEqual(['begin test:Note|a', 'sent apply', 'sent observe', 'done 1'])
    const again = await run((_, n) =>
      n === 1 ? lost : frameEnd([n === 2 ? sees(null) : sees('new', 'apply')]),
    )
    expect(again.log).toEqual([
      'begin test:Note|a',
      'sent apply',
      'sent observe',
      'begin test:Note|a',
      'sent apply',
      'done 2',
      'not-begun 1',
    ])
  })
  it('is not sent where it can’t be written', async () => {
    const full = { ...intentLog(), begin: () => err('no space left') }
    const { result, log } = await run(() => frameEnd([sees('new', 'apply')]), full)
    expect(result).toEqual(err({ kind: 'unwritten', host: 'h1', detail: 'no space left' }))
    expect(log).toEqual([])
  })
  it('holds no value of what is wanted', async () => {
    const seen: Intent[] = []
    const log: ReturnType<typeof intentLog> = {
      ...intentLog(),
      begin: (intents) => (seen.push(...intents), ok(intents.map((_, i) => i))),
    }
    await run(() => frameEnd([sees('new', 'apply')]), log)
    expect(seen).toEqual([
      { host: 'h1', urn: 'u', key: 'test:Note|a', operation: 'create', verbs: ['write'], expect: 'absent' },
    ])
  })
})

/** Keeps what is written, in its order, in memory. */
function intentLog(): Intents & { readonly lines: string[] } {
  const lines: string[] = []
  let id = 0
  return {
    lines,
    begin: (intents) =>
      ok(
        intents.map(({ key }) => {
          lines.push(`begin ${key}`)
          return ++id
        }),
      ),
    end: (of, how) => void lines.push(`${how} ${of}`),
  }
}
