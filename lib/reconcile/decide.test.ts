import { describe, expect, it } from 'vitest'
import { describeFailure } from '../domain/failure.ts'
import { defer, step, steps } from '../kinds/kind.ts'
import { decide } from './decide.ts'
import { noteKind, noteTarget } from './fake-host.test-rig.ts'
import type { LoadedKind } from './loaded-kind.ts'
import type { Sight } from './observation.ts'
import { recordOf } from './ownership.ts'
import { lookOf } from './target.ts'

const me = { organisation: 'org', backend: 'file:///s', urn: noteTarget().urn, operation: '' }
const other = { ...me, organisation: 'another' }
const seen = (text: string | null, owner: Sight['owner'] = null): Sight => ({
  state: 'seen',
  hash: text === null ? 'absent' : `hash of ${text}`,
  found: text === null ? null : { text },
  owner,
})

describe('what is decided about one thing', () => {
  it('creates what is missing', () => {
    expect(decide('create', noteTarget(), seen(null), me, false)).toMatchObject({
      do: 'act',
      steps: [{ verb: 'write' }],
    })
  })
  it('refuses to create over something that is on nobody’s record', () => {
    expect(decide('create', noteTarget(), seen('old'), me, false)).toMatchObject({
      do: 'fail',
      failure: { kind: 'exists', owner: undefined },
    })
  })
  it('converges on its own half-made thing after a crash', () => {
    expect(decide('create', noteTarget(), seen('half', me), me, false)).toMatchObject({ do: 'act' })
    expect(decide('create', noteTarget(), seen('new', me), me, false)).toMatchObject({ do: 'nothing' })
  })
  it('says of its own thing that waits for something that it is there; of what is not there or not ours it does not', () => {
    const waits: LoadedKind = {
      ...noteKind,
      kind: { ...noteKind.kind, plan: () => defer('a restart is pending', 'Restart it.') },
    }
    const target = noteTarget({ loaded: waits, adopt: true })
    const failed = { do: 'fail', failure: { kind: 'deferred' } }
    expect(decide('create', target, seen('half', me), me, false)).toMatchObject({
      ...failed,
      begun: { found: { text: 'half' } },
    })
    for (const sight of [seen(null), seen('half')])
      expect(decide('create', target, sight, me, false)).not.toHaveProperty('begun')
  })
  it.each(['create', 'update', 'delete'] as const)(
    'never touches what another organisation owns: %s',
    (operation) => {
      const decision = decide(
        operation,
        noteTarget({ recorded: { text: 'old' } }),
        seen('old', other),
        me,
        true,
      )
      expect(decision).toMatchObject({
        do: 'fail',
        failure:
          operation === 'delete'
            ? { kind: 'refused', rule: 'not-ours', because: expect.stringContaining('another') }
            : { kind: 'exists', owner: expect.stringContaining('another') },
      })
    },
  )
  it('says of what is gone, and on somebody else’s record, that it is not there', () => {
    const decision = decide('create', noteTarget(), seen(null, other), me, false)
    expect(decision).toMatchObject({ do: 'fail', failure: { kind: 'exists', gone: true } })
    const said = decision.do === 'fail' ? describeFailure(decision.failure) : ''
    expect(said).toMatch(/ is not there, but on record as owned by another /)
    expect(said).not.toContain('exists already')
  })
  it('takes over an existing thing when told to adopt it', () => {
    expect(decide('create', noteTarget({ adopt: true }), seen('old'), me, false)).toMatchObject({
      do: 'act',
      adopt: true,
    })
  })
  it('re-creates what was removed behind its back, as an update', () => {
    expect(
      decide('update', noteTarget({ recorded: { text: 'new' } }), seen(null, me), me, false),
    ).toMatchObject({ do: 'act' })
  })
  it('makes what can’t be had again anew only when it is named, or was on its way out by our own hand', () => {
    const loaded = { ...noteKind, kind: { ...noteKind.kind, irreplaceable: true as const } }
    const known = noteTarget({ loaded, recorded: { text: 'new' } })
    const gone = (operation: string, named = false) =>
      decide('update', known, seen(null, { ...me, operation }), me, named)
    expect(gone('update')).toMatchObject({ do: 'fail', failure: { rule: 'gone' } })
    expect(gone('update', true)).toMatchObject({ do: 'act' })
    expect(gone('delete')).toMatchObject({ do: 'act' })
    expect(decide('update', known, seen(null), me, false)).toMatchObject({ do: 'act' })
  })
  it('takes a removal of what is gone for done, and lets go of its record', () => {
    expect(decide('delete', noteTarget(), seen(null), me, false)).toMatchObject({ do: 'nothing' })
    expect(decide('delete', noteTarget(), seen(null, me), me, false)).toMatchObject({ do: 'act', steps: [] })
  })
  it('writes its record on what it adopts, also when nothing differs', () => {
    const decision = decide('create', noteTarget({ adopt: true }), seen('new'), me, false)
    expect(decision).toMatchObject({ do: 'act', steps: [], adopt: true })
  })
  it('takes part of Windows over without being told, but never from somebody else', () => {
    const builtIn = noteTarget({ loaded: { ...noteKind, kind: { ...noteKind.kind, builtIn: true } } })
    expect(decide('create', builtIn, seen('old'), me, false)).toMatchObject({ do: 'act', adopt: true })
    expect(decide('create', builtIn, seen('old', other), me, false)).toMatchObject({ do: 'fail' })
  })
  it('removes what holds data only when it is named', () => {
    const loses = steps([step('remove', {}, 'goes', [], ['deletes-data'])], '')
    const keeps = noteTarget({
      loaded: { ...noteKind, kind: { ...noteKind.kind, holdsData: true, remove: () => loses } },
    })
    expect(decide('delete', keeps, seen('x', me), me, false)).toMatchObject({
      do: 'fail',
      failure: { rule: 'holds-data' },
    })
    expect(decide('delete', keeps, seen('x', me), me, true)).toMatchObject({ do: 'act' })
  })
  it('takes over what another owner has only when told whose, and never silently', () => {
    const since = { ...other, urn: 'urn:theirs', since: 1795509600 }
    const asked = (adopt: boolean | string) =>
      decide('create', noteTarget({ adopt }), seen('new', since), me, true)
    expect(asked(true)).toMatchObject({
      do: 'fail',
      failure: {
        kind: 'exists',
        owner: expect.stringContaining('since 2026-11-24 '),
        takeFrom: 'urn:theirs',
      },
    })
    expect(asked('urn:somebody')).toMatchObject({ do: 'fail' })
    expect(asked('urn:theirs')).toMatchObject({ do: 'act', steps: [] })
    // The same program with another state has the same URNs.
    const elsewhere = { ...me, backend: 'file:///t' }
    const decision = decide('create', noteTarget({ adopt: true }), seen('new', elsewhere), me, true)
    expect(decision).toMatchObject({ do: 'fail', failure: { takeFrom: 'file:///t' } })
  })
  it('lets go of what was taken over, and removes it only when it is named', () => {
    const adopted = seen('x', { ...me, adopted: true })
    expect(decide('delete', noteTarget(), adopted, me, false)).toMatchObject({ do: 'act', steps: [] })
    expect(decide('delete', noteTarget(), adopted, me, true)).toMatchObject({
      do: 'act',
      steps: [{ verb: 'remove' }],
    })
  })
  it.each([
    ['another owner', other],
    ['nobody', null],
  ])('does not remove what is on the record of %s, whatever the program says of adopting', (_, owner) => {
    const decision = decide('delete', noteTarget({ adopt: true }), seen('x', owner), me, true)
    expect(decision).toMatchObject({
      do: 'fail',
      failure: { rule: 'not-ours', fix: expect.stringContaining('pulumi state delete') },
    })
  })
  it('does not replace what it took over unless that is named', () => {
    const replace = { do: 'replace', because: 'other sort', properties: ['name'] } as const
    const loaded = { ...noteKind, kind: { ...noteKind.kind, plan: () => replace } }
    const decided = (owner: Sight['owner'], named: boolean) =>
      decide('update', noteTarget({ loaded, adopt: true }), seen('x', owner), me, named)
    expect(decided({ ...me, adopted: true }, false)).toMatchObject({ failure: { rule: 'taken-over' } })
    expect(decided(null, false)).toMatchObject({ failure: { rule: 'taken-over' } })
    expect(decided({ ...me, adopted: true }, true)).toMatchObject({ do: 'replace' })
    expect(decided(me, false)).toMatchObject({ do: 'replace' })
  })
  it('moves its record when a thing that Windows knows by an id is renamed, also when nothing else is due', () => {
    const named = { ...noteKind, kind: { ...noteKind.kind, replaceOn: [] } }
    const renamed = noteTarget({
      loaded: named,
      former: { name: 'old', text: 'new' },
      recorded: { text: 'new' },
    })
    expect(lookOf(renamed).was).toBe('test:Note|old')
    expect(decide('update', renamed, seen('new', me), me, false)).toMatchObject({ do: 'act', steps: [] })
    // Where inputs name the thing, another name is another thing, whose record is its own.
    expect(lookOf({ ...renamed, loaded: noteKind }).was).toBeUndefined()
  })
  it('makes nothing anew on a host that was installed anew, and says so', () => {
    const known = noteTarget({ machine: 'one', recorded: { text: 'new' } })
    const on = (machine: string): Sight => ({ ...seen(null), machine })
    expect(decide('update', known, on('two'), me, true)).toMatchObject({
      do: 'fail',
      failure: { rule: 'another-machine', fix: expect.stringContaining('chancery refresh') },
    })
    expect(decide('update', known, on('one'), me, true)).toMatchObject({ do: 'act' })
    expect(decide('delete', known, on('two'), me, true)).toMatchObject({ do: 'nothing' })
  })
  it('never takes what could not be seen for absent', () => {
    const failure = { kind: 'unobservable', host: 'h1', resource: 'Note n', because: 'no rights' } as const
    for (const operation of ['create', 'update', 'delete'] as const) {
      expect(decide(operation, noteTarget(), { state: 'unobservable', failure }, me, true)).toEqual({
        do: 'fail',
        failure,
      })
    }
  })
})

describe('the record that an act writes', () => {
  const now = { ...me, since: 200 }
  it('says since when it is ours, and keeps that', () => {
    expect(recordOf(now, seen(null), 'create')).toEqual({ ...me, operation: 'create', since: 200 })
    const earlier = { ...me, since: 100 }
    expect(recordOf(now, seen('x', earlier), 'update')).toEqual({ ...me, operation: 'update', since: 100 })
  })
  it('remembers that the thing was there before, until it is made anew', () => {
    expect(recordOf(now, seen('x'), 'create')).toMatchObject({ adopted: true })
    expect(recordOf(now, seen('x', { ...other, since: 5 }), 'create')).toMatchObject({
      adopted: true,
      since: 200,
    })
    const adopted = { ...me, since: 100, adopted: true }
    expect(recordOf(now, seen('x', adopted), 'update')).toMatchObject({ adopted: true, since: 100 })
    expect(recordOf(now, seen(null, adopted), 'update')).not.toHaveProperty('adopted')
    expect(recordOf(now, seen('x', me), 'update')).not.toHaveProperty('adopted')
  })
})
