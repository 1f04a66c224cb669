import { describe, expect, it } from 'vitest'
import { ok } from '../domain/result.ts'
import { HostBatch } from '../reconcile/batch.ts'
import { PlanBook } from '../reconcile/book.ts'
import { frameEnd, handPort, noteKind } from '../reconcile/fake-host.test-rig.ts'
import { Observations } from '../reconcile/look.ts'
import type { Owner, Reply } from '../transport/wire.ts'
import { diff } from './difference.ts'
import { foresee, perform } from './mutation.ts'
import { check, read } from './resource-calls.ts'
import { type Phase, StackRun } from './stack-run.ts'
import { secretOf, unknownValue } from './wire-values.ts'

const urn = 'urn:pulumi:mission.x::p::chancery:test:Note::n'
const me: Owner = { organisation: 'org', backend: 'b', urn, operation: 'create' }
const call = { urn, loaded: noteKind }
const news = { host: 'h1', name: 'N', text: 'new' }

/** A host with one note; applies what it is told. */
function host(initial: string | null, owner: Owner | null = initial === null ? null : me) {
  let text = initial
  const seen = () => ({
    hash: text === null ? 'absent' : `hash ${text}`,
    seen: text === null ? null : { text },
    owner: text === null ? null : owner,
  })
  const port = handPort((request) =>
    frameEnd(
      request.ops.map((op): Reply => {
        if (op.op === 'ping') return { id: 0, ok: true, op: 'ping', managed: null }
        if (op.op === 'observe') return { id: 0, ok: true, op: 'observe', warnings: [], ...seen() }
        if (op.expect !== seen().hash) return { id: 0, ok: false, why: 'changed', ...seen() }
        for (const step of op.steps) text = step.name === 'remove' ? null : String(step.params['text'])
        return {
          id: 0,
          ok: true,
          op: 'apply',
          ran: op.steps.map((s) => s.name),
          before: op.expect,
          warnings: [],
          ...seen(),
        }
      }),
    ),
  )
  return { port, text: () => text, set: (t: string | null) => (text = t) }
}

function runs(port: ReturnType<typeof handPort>) {
  const batch = new HostBatch(port, {
    clock: { now: () => 0, sleep: async () => true },
    quietMs: 1,
    longestMs: 1,
    firstMs: 1,
  })
  const book = new PlanBook()
  return (phase: Phase) =>
    new StackRun({
      phase,
      catalogue: new Map([['test:Note', noteKind]]),
      hosts: ['h1'],
      batch: () => batch,
      organisation: 'org',
      backend: 'b',
      observations: new Observations(),
      book,
      dataLoss: new Set(),
      online: true,
      clock: { now: () => 0, sleep: async () => true },
      emit: () => {},
    })
}

describe('inputs', () => {
  const run = () => runs(host(null).port)('preview')
  it('are refused with the place, what was expected and what was given', () => {
    const { complaints } = check(run(), call, { host: 'elsewhere', name: 3, text: 't', extra: 1 })
    expect(complaints.map((c) => c.property).sort()).toEqual(['', 'host', 'name'])
    expect(complaints.find((c) => c.property === 'host')?.reason).toContain(
      'expected a host of this site (h1), got "elsewhere"',
    )
  })
  it('that are not known yet pass where they are references', () => {
    expect(check(run(), call, { ...news, text: unknownValue }).complaints).toEqual([])
  })
  it('that name the same thing twice are refused', () => {
    const same = run()
    expect(check(same, call, news).complaints).toEqual([])
    expect(check(same, { ...call, urn: `${urn}2` }, { ...news, name: 'n' }).complaints[0]?.reason).toContain(
      'declared twice',
    )
  })
})

describe('previewed is what runs', () => {
  it('a create carries out the booked steps without a second look', async () => {
    const h = host(null)
    const of = runs(h.port)
    await foresee(of('preview'), 'create', call, {}, news)
    const made = await perform(of('apply'), 'create', call, {}, news)
    expect(made).toMatchObject({ ok: true, value: { id: 'h1|n', properties: { observed: { text: 'new' } } } })
    expect(h.port.sent.map((s) => s.ops.map((o) => o.op))).toEqual([['observe'], ['apply']])
  })
  it('a mutation that was not previewed, or with other inputs, is refused and sends nothing', async () => {
    const h = host(null)
    const of = runs(h.port)
    await foresee(of('preview'), 'create', call, {}, news)
    const other = await perform(of('apply'), 'create', call, {}, { ...news, text: 'other' })
    const unseen = await perform(of('apply'), 'update', call, {}, news)
    expect([other, unseen]).toMatchObject([
      { ok: false, error: { rule: 'previewed-is-what-runs' } },
      { ok: false, error: { rule: 'previewed-is-what-runs' } },
    ])
    expect(h.port.sent).toHaveLength(1)
  })
  it('a reference that became known is filled in, and nothing else may differ', async () => {
    const h = host(null)
    const of = runs(h.port)
    await foresee(of('preview'), 'create', call, {}, { ...news, text: unknownValue })
    const made = await perform(of('apply'), 'create', call, {}, { ...news, text: 'known now' })
    expect(made.ok && h.text()).toBe('known now')
    const renamed = await perform(of('apply'), 'create', call, {}, { ...news, name: 'M', text: 'known now' })
    expect(renamed).toMatchObject({ ok: false, error: { rule: 'previewed-is-what-runs' } })
  })
  it('a host that changed in between is not touched', async () => {
    const h = host(null)
    const of = runs(h.port)
    await foresee(of('preview'), 'create', call, {}, news)
    h.set('somebody else’s')
    const made = await perform(of('apply'), 'create', call, {}, news)
    expect(made).toMatchObject({
      ok: false,
      error: { kind: 'changed', planned: null, now: { text: 'somebody else’s' } },
    })
    expect(h.text()).toBe('somebody else’s')
  })
})

describe('drift', () => {
  const state = { ...news, observed: { text: 'new' } }
  it('shows as a change although no input changed', async () => {
    const result = await diff(runs(host('drifted').port)('preview'), call, state, news)
    expect(result).toEqual(
      ok({
        changes: 'some',
        replaces: [],
        properties: [{ property: 'text', replace: false, kind: 'update' }],
      }),
    )
  })
  it('is none where the host is as wanted', async () => {
    expect(await diff(runs(host('new').port)('preview'), call, state, news)).toEqual(ok({ changes: 'none' }))
  })
  it('another name replaces, the old one first', async () => {
    const h = host('new')
    const result = await diff(runs(h.port)('preview'), call, state, { ...news, name: 'other' })
    expect(result).toMatchObject({ ok: true, value: { replaces: ['name'] } })
  })
})

describe('a value that is secret from now on, or no more', () => {
  const secret = { ...news, text: secretOf('new') }
  const clearState = { ...news, observed: { text: 'new' } }
  const sealedState = { ...secret, observed: { text: 'new' } }
  it.each([
    ['secret', clearState, secret],
    ['clear', sealedState, news],
  ])(
    'is a change of the state alone, %s now: nothing is sent, also under guard of the book',
    async (_, olds, now) => {
      const h = host('new')
      const of = runs(h.port)
      const differs = ok({
        changes: 'some',
        replaces: [],
        properties: [{ property: 'text', replace: false, kind: 'update' }],
      })
      const preview = of('preview')
      expect(await diff(preview, call, olds, now)).toEqual(differs)
      await foresee(preview, 'update', call, olds, now)
      const apply = of('apply')
      expect(await diff(apply, call, olds, now)).toEqual(differs)
      const kept = await perform(apply, 'update', call, olds, now)
      expect(kept).toMatchObject({ ok: true, value: { properties: { text: now.text } } })
      expect(h.port.sent.flatMap(({ ops }) => ops.map(({ op }) => op))).toEqual(['observe'])
    },
  )
  it('is none where the state says so already', async () => {
    const preview = runs(host('new').port)('preview')
    expect(await diff(preview, call, sealedState, secret)).toEqual(ok({ changes: 'none' }))
  })
})

describe('a refresh', () => {
  it('says gone for what is absent, and an error for what could not be looked at', async () => {
    const gone = await read(runs(host(null).port)('refresh'), call, { ...news }, news)
    expect(gone).toMatchObject({ ok: true, value: { id: '' } })
    const dead = handPort(() => ({
      ok: false,
      error: { kind: 'unreachable', host: 'h1', detail: 'refused' },
    }))
    expect(await read(runs(dead)('refresh'), call, { ...news }, news)).toMatchObject({
      ok: false,
      error: { kind: 'unreachable' },
    })
  })
})
