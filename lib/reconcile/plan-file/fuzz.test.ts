import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestOf } from './canonical.ts'
import { compareSites } from './compare.ts'
import type { PlanDocument } from './document.ts'
import { readPlan } from './read.ts'
import { anyPlan, sealer } from './sample.test-rig.ts'
import { planText, sealPlan } from './write.ts'

/** `CHANCERY_FUZZ_INPUTS`: how many inputs; 10000 by default, a million in a nightly run. */
const inputs = Number(process.env['CHANCERY_FUZZ_INPUTS'] ?? 10_000)
const seed = Number(process.env['CHANCERY_FUZZ_SEED'] ?? Math.trunc(Math.random() * 2 ** 31))
/** No text of this size takes more of the processor, ms; a hang shows as one that does. */
const longestMs = 2_000

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
  const before = process.cpuUsage()
  const answer = readPlan(text)
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(longestMs)
  if (answer.ok) {
    const { integrity, ...rest } = answer.value
    expect(integrity).toBe(digestOf(rest))
    return answer.value
  }
  expect(answer.error.length).toBeGreaterThan(0)
  for (const { line, expected, got, fix } of answer.error) {
    expect(expected !== '' && got !== '' && fix.endsWith('.')).toBe(true)
    if (line !== undefined) expect(line).toBeGreaterThan(0)
  }
  return undefined
}

describe(`the reader of plans on ${inputs} inputs, seed ${seed}`, () => {
  const share = (part: number) => ({ numRuns: Math.max(1, Math.ceil(inputs * part)), seed })
  const timeout = 60_000 + inputs * 10

  it('answers damaged files with a plan or with complaints, and in time', { timeout }, () => {
    fc.assert(
      fc.property(damaged, (text) => void read(text)),
      share(0.5),
    )
  })

  it('answers plans of another shape with complaints; one that it takes can be compared', { timeout }, () => {
    fc.assert(
      fc.property(reshaped, (text) => {
        const taken = read(text)
        for (const site of taken?.sites ?? []) {
          expect(compareSites(site, site)).toEqual([])
          compareSites(plans[0]!.sites[0] ?? site, site)
        }
      }),
      share(0.3),
    )
  })

  it('answers any text with complaints, and in time', { timeout }, () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(read(text)).toBe(undefined)
      }),
      share(0.2),
    )
  })
})
