import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { type Column, table } from './table.ts'

type Row = { readonly name: string; readonly count: number; readonly about: string }
const columns: readonly Column<Row>[] = [
  { title: 'name', cell: (row) => row.name },
  { title: 'count', cell: (row) => String(row.count), align: 'right', drop: 1 },
  { title: 'about', cell: (row) => row.about, wrapTo: 12, drop: 2 },
]
const rows: readonly Row[] = [
  { name: 'beirut', count: 3, about: 'behind a satellite, 600 ms away, and never to be hurried' },
  { name: 'nairobi', count: 12, about: 'terrestrial' },
]

describe('a table', () => {
  it('is plain text without a terminal: one line a row, no tabs, nothing wrapped', () => {
    expect(table(columns, rows, undefined)).toBe(
      [
        'name     count  about',
        'beirut       3  behind a satellite, 600 ms away, and never to be hurried',
        'nairobi     12  terrestrial',
      ].join('\n'),
    )
  })

  it('wraps the column that may be wrapped', () => {
    expect(table(columns, rows, 45)).toBe(
      [
        'name     count  about',
        'beirut       3  behind a satellite, 600 ms',
        '                away, and never to be hurried',
        'nairobi     12  terrestrial',
      ].join('\n'),
    )
  })

  it('leaves columns out, the most dispensable first, and says which', () => {
    expect(table(columns, rows, 20)).toBe(
      ['name     count', 'beirut       3', 'nairobi     12', '(too narrow for:', 'about)'].join('\n'),
    )
  })

  it('becomes blocks where even the columns that always show do not fit', () => {
    const always = columns.map(({ drop: _, ...column }) => column)
    expect(table(always, rows.slice(1), 18)).toBe(
      ['name: nairobi', 'count: 12', 'about: terrestrial'].join('\n'),
    )
  })

  it('keeps a value on its line whatever it contains', () => {
    expect(table(columns, [{ name: 'a\tb\nc', count: 1, about: '' }], undefined)).toBe(
      'name   count  about\na b c      1',
    )
  })

  it('never exceeds the terminal, whatever the rows', () => {
    const anyRow = fc.record({ name: fc.string(), count: fc.nat(), about: fc.string({ unit: 'grapheme' }) })
    fc.assert(
      fc.property(fc.array(anyRow), fc.integer({ min: 12, max: 200 }), (some, width) => {
        for (const line of table(columns, some, width).split('\n'))
          expect(stringWidth(line)).toBeLessThanOrEqual(width)
      }),
    )
  })
})
