import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatComplaints } from './complaint.ts'
import { readInventory } from './load.ts'
import { smallInventory } from './small-inventory.ts'

const inventory: Readonly<Record<string, string>> = {
  ...smallInventory,
  'holidays.csv':
    'of,date,name,source\nLB,2026-11-22,Independence Day,public\nbeirut,2026-04-16,Birthday,public\n',
  'blackouts.yaml': `blackouts:
  - { sites: ['link=satellite', bern], from: '2026-12-24T00:00', to: '2027-01-04T08:00', because: Freeze }
`,
  'second-lines.yaml': `lines:
  bern: { provenance: x, medium: satellite, kbitPerS: 256, rttMs: 600, probe: { address: 10.0.0.1, port: 22 } }
`,
}

/** What a hand, an editor or a disk does to a text. */
const damage = fc.record({
  file: fc.constantFrom(...Object.keys(inventory)),
  at: fc.nat({ max: 2_000 }),
  cut: fc.nat({ max: 30 }),
  put: fc.oneof(
    fc.constantFrom(
      '"',
      '\n',
      ',',
      ':',
      '{',
      '}',
      '[',
      ']',
      '- ',
      '&a ',
      '*a',
      '<<: ',
      '!!js ',
      '---\n',
      '\t',
      '\0',
      '\r',
      '#',
      "'",
      '? ',
      '%YAML 9\n',
      '__proto__: 1\n',
      '\ufeff',
      '\ud800',
    ),
    fc.string({ maxLength: 8 }),
    fc.constantFrom(...Object.values(inventory)),
  ),
})

describe('the reader', () => {
  test('answers any damaged inventory with an estate or with complaints that stand within their files', () => {
    let refused = 0
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
        const texts = new Map(Object.entries(inventory))
        for (const { file, at, cut, put } of damages) {
          const text = texts.get(file)!
          const from = at % (text.length + 1)
          texts.set(file, text.slice(0, from) + put + text.slice(from + cut))
        }
        const read = readInventory('/inventory', texts, [])
        if (read.ok) return
        refused++
        expect(read.error.length).toBeGreaterThan(0)
        for (const { file, line, column, expected, fix } of read.error) {
          const lines = texts.get(file)!.split('\n')
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(lines.length)
          expect(column).toBeGreaterThanOrEqual(1)
          expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1)
          expect(expected).not.toBe('')
          expect(fix).not.toBe('')
        }
      }),
      { numRuns: 1_000 },
    )
    expect(refused).toBeGreaterThan(300)
  })

  test('takes the inventory that the damage starts from', () => {
    const read = readInventory('/inventory', new Map(Object.entries(inventory)), [])
    expect(read.ok ? '' : formatComplaints(read.error)).toBe('')
  })
})
