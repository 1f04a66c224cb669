import { describe, expect, it } from 'vitest'
import { step, steps } from '../kinds/kind.ts'
import { decide } from './decide.ts'
import { noteKind, noteTarget } from './fake-host.test-rig.ts'
import type { Sight } from './observation.ts'

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
        failure: { kind: 'exists', owner: expect.stringContaining('another') },
      })
    },
  )
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
