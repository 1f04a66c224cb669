import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Fuzz, fuzzPart } from '../../../test/rig/fuzz.ts'
import { digestOf } from './canonical.ts'
import { compareSites } from './compare.ts'
import type { PlanDocument } from './document.ts'
import { readPlan } from './read.ts'
import { anyPlan, sealer } from './sample.test-rig.ts'
import { planText, sealPlan } from './write.ts'

const plans = fc.sample(anyPlan, { numRuns: 40, seed: 11 }).map((body) => sealPlan(body, sealer))
const texts = plans.map(planText)

/** A text cut, doubled, or with something else in the middle. */
const damaged = fc
  .record({
    text: fc.constantFrom(...texts),
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat({ max: 200 }),
    put: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        '{',
        '[',
        '"',
        '\\u',
        '"__proto__": {}',
        '1e999',
        '-',
        '\ud800',
        '\u0000',
        'null',
        '"$secret"',
        '}'.repeat(9),
      ),
    ),
  })
  .map(({ text, from, length, put }) => {
    const at = Math.floor(from * text.length)
    return `${text.slice(0, at)}${put}${text.slice(at + length)}`
  })

/** A plan with one value replaced by any other, and the digest that fits: it gets past the digest. */
const reshaped = fc
  .record({
    plan: fc.constantFrom(...plans),
    picks: fc.array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 8 }),
    put: fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom({ ['__proto__']: 1 }, [], {}, null, -1, 1e308),
    ),
    rename: fc.boolean(),
  })
  .map(({ plan, picks, put, rename }) => {
    const { integrity: _, ...copy } = JSON.parse(planText(plan)) as { [name: string]: unknown }
    replaceIn(copy, picks, put, rename)
    return JSON.stringify({ ...copy, integrity: digestOf(copy) }, undefined, 1)
  })

function replaceIn(root: object, picks: readonly number[], put: unknown, rename: boolean): void {
  let inner: object = root
  for (const [i, pick] of picks.entries()) {
    const names = Object.keys(inner)
    const name = names[pick % Math.max(1, names.length)]
    if (name === undefined) return
    const next: unknown = Reflect.get(inner, name)
    if (i < picks.length - 1 && typeof next === 'object' && next !== null) {
      inner = next
      continue
    }
    if (rename && !Array.isArray(inner)) Reflect.set(inner, `${name}?`, next)
    else Reflect.set(inner, name, put)
    return
  }
}

const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.json({ maxDepth: 6 }),
  fc.nat({ max: 3_000 }).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`),
)

/** Reads it, and holds the answer to what every answer must be. Gives the plan where it was one. */
function read(text: string): PlanDocument | undefined {
  const answer = readPlan(text)
  if (answer.ok) {
    const { integrity, ...rest } = answer.value
    assert.equal(integrity, digestOf(rest))
    return answer.value
  }
  assert.ok(answer.error.length > 0)
  for (const { line, expected, got, fix } of answer.error) {
    assert.ok(expected !== '' && got !== '' && fix.endsWith('.'))
    assert.ok(line === undefined || line > 0)
  }
  return undefined
}

/** The reader of saved plans, and anything that a file may hold. */
export const fuzz: Fuzz = {
  of: 'the reader of plans',
  parts: [
    fuzzPart('answers damaged files with a plan or with complaints, and in time', 0.5, damaged, (text) => {
      read(text)
    }),
    fuzzPart(
      'answers plans of another shape with complaints; one that it takes can be compared',
      0.3,
      reshaped,
      (text) => {
        for (const site of read(text)?.sites ?? []) {
          assert.deepEqual(compareSites(site, site), [])
          compareSites(plans[0]!.sites[0] ?? site, site)
        }
      },
    ),
    fuzzPart('answers any text with complaints, and in time', 0.2, anything, (text) => {
      assert.equal(read(text), undefined)
    }),
  ],
}
