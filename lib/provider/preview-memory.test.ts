import { describe, expect, it } from 'vitest'
import { noteKind, noteTarget } from '../reconcile/fake-host.test-rig.ts'
import type { Sight } from '../reconcile/observation.ts'
import { inputsOf } from './inputs.ts'
import { type PreviewMemory, recalled, type Remembered, rememberedOf } from './preview-memory.ts'
import { wrap } from './wire-values.ts'

const sight: Sight = { state: 'seen', hash: 'h', found: { text: 'old' }, owner: null }
const inputs = (over: { readonly [name: string]: string } = {}, secrets: readonly string[] = []) =>
  inputsOf(noteKind, wrap({ host: 'h1', name: 'N', text: 'new', ...over }, new Set(secrets)))
const target = noteTarget()

function memoryOf(entries: readonly Remembered[], follows = true): PreviewMemory {
  const known = new Map(entries.map((one) => [`${one.operation} ${one.urn}`, one]))
  return { follows, recall: (operation, urn) => known.get(`${operation} ${urn}`), note: () => {} }
}
const noted = rememberedOf('update', target, inputs(), sight, true)

describe('what a preview of plain pulumi saw', () => {
  it('is what its update acts on, for the same inputs', () => {
    expect(recalled(memoryOf([noted]), 'update', target, inputs())).toMatchObject({
      ok: true,
      value: { observation: { hash: 'h', found: { text: 'old' } }, guardAtStart: true },
    })
  })
  it.each([
    ['other inputs', 'update', { text: 'other' }],
    ['what was not previewed', 'create', {}],
  ] as const)('refuses %s', (_, operation, over) => {
    expect(recalled(memoryOf([noted]), operation, target, inputs(over))).toMatchObject({
      ok: false,
      error: { rule: 'previewed-is-what-runs' },
    })
  })
  it.each([
    ['a removal, which no preview is asked about', memoryOf([noted]), 'delete'],
    ['a preview itself', memoryOf([noted], false), 'create'],
    [
      'what could not be seen',
      memoryOf([rememberedOf('create', target, inputs(), undefined, true)]),
      'create',
    ],
  ] as const)('leaves the look to be made now for %s', (_, memory, operation) => {
    expect(recalled(memory, operation, target, inputs())).toEqual({ ok: true, value: undefined })
  })
  it('holds no secret, and nothing that a secret could be found by', () => {
    const [one, other] = ['first secret', 'other secret'].map((text) =>
      rememberedOf('update', target, inputs({ text }, ['text']), sight, true),
    )
    expect(JSON.stringify(one)).not.toContain('first secret')
    expect(one).toEqual(other)
  })
})
