import { describe, expect, it } from 'vitest'
import { noteTarget } from '../../reconcile/fake-host.test-rig.ts'
import type { Observation } from '../../reconcile/observation.ts'
import { type InFlight, judgeInFlight, type Sightings } from './judge.ts'

const me = { organisation: 'o', backend: 'b', urn: 'urn', operation: '' }
const target = noteTarget({ want: { name: 'n', text: 'new' } })
const act: InFlight = {
  from: 'run',
  host: 'h1',
  urn: 'urn',
  key: 'test:Note|n',
  operation: 'create',
  expect: 'absent',
  at: undefined,
  by: undefined,
}
const sees = (text: string | null, owner: typeof me | null = me): Observation => ({
  state: 'seen',
  hash: text ?? 'absent',
  found: text === null ? null : { text },
  owner,
})
const judged = (over: Partial<InFlight>, observation: Observation, seen: Partial<Sightings> = {}) =>
  judgeInFlight(
    { ...act, ...over },
    {
      ...{ target, declared: true, observation, record: undefined, me, word: undefined },
      ...seen,
    },
  )

describe('an act in flight', () => {
  it('that made what was wanted is done, and nothing is left to do', () => {
    expect(judged({}, sees('new'))).toMatchObject({ verdict: 'done', needsPerson: false })
    expect(judged({}, sees('new')).next).toMatch(/^nothing: /)
  })
  it('before which it looked the same was not begun, and up does it', () => {
    const seen = judged({}, sees(null, null))
    expect(seen).toMatchObject({ verdict: 'not-begun', needsPerson: false })
    expect(seen.next).toMatch(/^write: /)
  })
  it('that left something neither as before nor as wanted is half done, and up goes on from there', () => {
    const seen = judged({}, sees('half'))
    expect(seen).toMatchObject({ verdict: 'half-done', needsPerson: false })
    expect(seen.next).toMatch(/^write: /)
  })
  it('whose thing is as wanted, but somebody else’s, is not called done', () => {
    const seen = judged({}, sees('new', { ...me, organisation: 'other' }))
    expect(seen).toMatchObject({ verdict: 'half-done', needsPerson: true })
    expect(seen.next).toMatch(/^stops there: .*owned by other/)
  })
  it('of which only the state knows is done, not begun or half done by what is there', () => {
    const state = { from: 'state', expect: undefined } as const
    expect(judged(state, sees('new')).verdict).toBe('done')
    expect(judged(state, sees(null, null)).verdict).toBe('not-begun')
    expect(judged(state, sees('half')).verdict).toBe('half-done')
  })
  it('that removes is done when thing and record are gone, half done when one of them is', () => {
    const removal = { operation: 'delete', expect: 'old' }
    const gone = { declared: false }
    expect(judged(removal, sees(null, null), gone).verdict).toBe('done')
    expect(judged(removal, sees(null), gone).verdict).toBe('half-done')
    expect(judged(removal, sees('old'), gone).verdict).toBe('not-begun')
    expect(judged(removal, sees('other'), gone).verdict).toBe('half-done')
  })
  it('whose thing can’t be seen is neither, and needs a person', () => {
    const failure = { kind: 'unobservable', host: 'h1', resource: 'Note n', because: 'vmms is down' } as const
    expect(judged({}, { state: 'unobservable', failure })).toMatchObject({
      verdict: 'not-seen',
      needsPerson: true,
    })
  })
  it('that is a free command stays unknown whatever is there', () => {
    const seen = judged({ key: 'command:remote:Command|urn' }, sees('new'))
    expect(seen).toMatchObject({ verdict: 'unknown', needsPerson: true })
  })
  it('that is a free command is what a person says of it, once they did', () => {
    const command = { key: 'command:remote:Command|urn' }
    const word = { by: 'anna@ops1', why: 'seen on the console', at: '2026-11-24T09:00:00Z' }
    const said = (what: 'done' | 'not-done') => judged(command, sees('new'), { word: { ...word, what } })
    expect(said('done')).toMatchObject({ verdict: 'done', needsPerson: false })
    expect(said('done').next).toMatch(/^does not run it/)
    expect(said('not-done')).toMatchObject({ verdict: 'not-begun', next: 'runs it', needsPerson: false })
  })
  it('that neither program nor state know is told by its record', () => {
    const unknown = { target: undefined, declared: false } as const
    expect(judged({}, sees(null), { ...unknown, record: null })).toMatchObject({
      verdict: 'not-begun',
      needsPerson: false,
    })
    expect(judged({ operation: 'delete' }, sees(null), { ...unknown, record: null }).verdict).toBe('done')
    expect(judged({}, sees(null), { ...unknown, record: me })).toMatchObject({
      verdict: 'unknown',
      needsPerson: true,
    })
    expect(judged({}, sees(null), { ...unknown, record: undefined }).needsPerson).toBe(true)
  })
})
