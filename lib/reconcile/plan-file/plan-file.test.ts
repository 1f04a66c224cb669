import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../domain/json.ts'
import { canonical, digestOf } from './canonical.ts'
import { compareSites } from './compare.ts'
import { lineOf } from './locate.ts'
import { readPlan } from './read.ts'
import { anyPlan, anySite, sealer } from './sample.test-rig.ts'
import { sealerOf } from './seal.ts'
import { isSealedBy, planText, sealPlan } from './write.ts'

const some = { numRuns: 300 } as const
const [one] = fc.sample(anyPlan, { numRuns: 1, seed: 7 })
const plan = sealPlan({ ...one!, sites: fc.sample(anySite, { numRuns: 1, seed: 3 }) }, sealer)

describe('a plan as a file', () => {
  it('reads back as it was written, whatever it holds', () => {
    fc.assert(
      fc.property(anyPlan, (body) => {
        const written = sealPlan(body, sealer)
        const read = readPlan(planText(written))
        expect(read).toEqual({ ok: true, value: written })
        expect(read.ok && isSealedBy(read.value, sealer)).toBe(true)
        expect(read.ok && canonical(read.value)).toBe(canonical(written))
      }),
      some,
    )
  })

  it('has one item a line', () => {
    const lines = planText(plan).split('\n')
    expect(
      lines.filter(
        (line) => /[[{].+/.test(line.trim()) && !/"[^"]*": (\[\]|\{\}),?$|^[[{\]}],?$|"/.test(line),
      ),
    ).toEqual([])
    expect(planText(plan).endsWith('}\n')).toBe(true)
  })

  it('is refused by its digest after any change of one character that changes its meaning', () => {
    const text = planText(plan)
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), fc.constantFrom('x', '0', ' ', '"', ','), (at, put) => {
        const edited = `${text.slice(0, at)}${put}${text.slice(at + 1)}`
        const read = readPlan(edited)
        // Blanks between items may change: nothing that they say does.
        if (read.ok) expect(canonical(read.value)).toBe(canonical(plan))
        else expect(read.error.length).toBeGreaterThan(0)
      }),
      some,
    )
  })

  it('whose content and digest were both changed is told by its seal, which needs the passphrase', () => {
    const { integrity: _, ...forged } = { ...plan, program: 'other' }
    const read = readPlan(planText({ ...forged, integrity: digestOf(forged) }))
    expect(read.ok && isSealedBy(read.value, sealer)).toBe(false)
    expect(isSealedBy(plan, sealer)).toBe(true)
    expect(isSealedBy(plan, sealerOf('another', ['ministry', 'file:///state']))).toBe(false)
  })

  it('that is cut off anywhere says so, with the line where it ends', () => {
    const text = planText(plan).trimEnd()
    fc.assert(
      fc.property(fc.integer({ min: 1, max: text.length - 1 }), (length) => {
        const read = readPlan(text.slice(0, length))
        expect(read).toMatchObject({ ok: false, error: [{ got: 'the end of the file' }] })
      }),
      some,
    )
  })

  it.each([
    ['', 'an empty file', 1],
    ['[]', 'a file that is not a plan', 1],
    ['{"chancery": "site"}', '"chancery": "site"', 1],
    ['{\n"chancery": "plan",\n"format": 2}', 'format 2, which a newer chancery wrote', 3],
    ['{\n"chancery": "plan",\n"format": "one"}', 'format "one"', 3],
    ['{\n"chancery": "plan",\n!}', 'JSON', 3],
    ['{\n"chancery": "plan",\n"format":\n1,\n"program": mission,\n"x": 1}', 'JSON', 5],
    ['to do: milk', 'JSON', 1],
    [`{"chancery": "plan", "format": 1, "x": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'more', undefined],
  ])('%.40s is refused with what was expected, what was found and where', (text, words, line) => {
    const read = readPlan(text)
    expect(read.ok).toBe(false)
    if (read.ok) return
    expect(`${read.error[0]?.expected} ${read.error[0]?.got}`).toContain(words)
    expect(read.error[0]?.line).toBe(line)
  })

  it('names the place of what has another shape', () => {
    const { integrity: _, ...rest } = { ...plan, made: { ...plan.made, by: 3 } }
    const text = `${JSON.stringify({ ...rest, integrity: digestOf(rest) }, undefined, 1)}\n`
    expect(readPlan(text)).toMatchObject({
      ok: false,
      error: [{ line: lineOf(text, ['made', 'by']), expected: 'made.by: string', got: 'number' }],
    })
  })
})

describe('a place in a text', () => {
  it('is on the line on which the value stands, however the text is laid out', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.jsonValue(),
        fc.string(),
        fc.integer({ min: 1, max: 4 }),
        (a, b, name, indent) => {
          const value = { [`${name}1`]: a, [name]: ['\u0000here', b] }
          const text = JSON.stringify(value, undefined, indent)
          const line = text.split('\n').findIndex((one) => one.includes('\\u0000here')) + 1
          expect(lineOf(text, [name, 0])).toBe(line)
        },
      ),
      some,
    )
  })
})

describe('two plans of a site', () => {
  const step = { verb: 'write', because: 'b', changes: [], effects: [], limitMs: null, params: {} }
  const guard = (seen: JsonObject | null) =>
    ({
      at: 'start',
      expects: seen === null ? 'absent' : `sha256:${digestOf(seen)}`,
      seen,
      owner: 'us',
    }) as const
  const siteWith = (seen: JsonObject | null, params: JsonObject, want = 'w') => ({
    ...plan.sites[0]!,
    commands: [],
    resources: [
      {
        urn: 'urn:a',
        kind: 'windows:File',
        name: 'File a',
        host: 'h1',
        after: [],
        parts: [
          {
            operation: 'update' as const,
            because: 'b',
            want: { content: want },
            guard: guard(seen),
            do: 'act' as const,
            adopt: false,
            steps: [{ ...step, params }],
          },
        ],
      },
    ],
  })
  const planned = siteWith({ length: 1 }, { path: 'a' })

  it('are the same when nothing differs', () => {
    expect(compareSites(planned, siteWith({ length: 1 }, { path: 'a' }))).toEqual([])
  })
  it('say first what is wanted, then what the host looks like, then the steps', () => {
    expect(compareSites(planned, siteWith({ length: 2 }, { path: 'b' }, 'x'))).toEqual([
      { of: 'want', host: 'h1', what: 'File a', properties: ['content'] },
    ])
    expect(compareSites(planned, siteWith({ length: 2 }, { path: 'b' }))).toMatchObject([
      { of: 'host', planned: { length: 1 }, now: { length: 2 } },
    ])
    expect(compareSites(planned, siteWith({ length: 1 }, { path: 'b' }))).toMatchObject([{ of: 'steps' }])
  })
  it('compare without a fault, whatever they hold', () => {
    fc.assert(
      fc.property(anySite, anySite, (a, b) => {
        expect(compareSites(a, structuredClone(a))).toEqual([])
        expect(Array.isArray(compareSites(a, b))).toBe(true)
      }),
      some,
    )
  })
})
