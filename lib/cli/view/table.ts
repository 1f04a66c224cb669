import stringWidth from 'string-width'
import { wrapped } from './text.ts'

/** A column: its title, the text of a row's cell, and how it gives way on a narrow terminal. */
export type Column<Row> = {
  readonly title: string
  readonly cell: (row: Row) => string
  readonly align?: 'left' | 'right'
  /** May be wrapped down to this width; absent = never narrower than its widest cell. */
  readonly wrapTo?: number
  /** Left out on a terminal too narrow for all: the highest number goes first; absent = always shown. */
  readonly drop?: number
}

/**
 * Rows under their titles, two blanks between columns. With a width, columns are wrapped and then left out until the table
 * fits, and rows that still don't fit become blocks of `title: cell`. Without one (no terminal) nothing is wrapped.
 */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number | undefined,
): string {
  const cells = new Map(
    columns.map((column) => [column, [column.title, ...rows.map((row) => plain(column.cell(row)))]]),
  )
  const natural = (column: Column<Row>): number =>
    Math.max(...cells.get(column)!.map((text) => stringWidth(text)))
  const least = (column: Column<Row>): number =>
    column.wrapTo === undefined
      ? natural(column)
      : Math.min(natural(column), Math.max(column.wrapTo, stringWidth(column.title)))

  const shown = width === undefined ? columns : fitting(columns, least, width)
  if (shown === undefined) return blocks(columns, rows, width!)
  const widths = share(shown, natural, least, width ?? Number.POSITIVE_INFINITY)
  const lines = ['', ...rows].flatMap((_, at) =>
    line(
      shown.map((column, i) => ({
        text: cells.get(column)![at]!,
        width: widths[i]!,
        right: column.align === 'right',
      })),
    ),
  )
  const hidden = columns.filter((column) => !shown.includes(column)).map(({ title }) => title)
  return [
    ...lines,
    ...(hidden.length > 0 ? wrapped(`(too narrow for: ${hidden.join(', ')})`, width!) : []),
  ].join('\n')
}

const gap = '  '

/** A cell is one line: a line break or a tab in a value would break the table. */
const plain = (text: string): string => text.replaceAll(/[\t\r\n]+/g, ' ')

const total = (widths: readonly number[]): number =>
  widths.reduce((sum, w) => sum + w, gap.length * Math.max(0, widths.length - 1))

/** The columns that fit at their least width, without as few as need be; undefined when even those that always show don't. */
function fitting<Row>(
  columns: readonly Column<Row>[],
  least: (column: Column<Row>) => number,
  width: number,
): readonly Column<Row>[] | undefined {
  if (total(columns.map(least)) <= width) return columns
  const next = Math.max(...columns.map(({ drop }) => drop ?? -1))
  if (next < 0) return undefined
  return fitting(
    columns.filter(({ drop }) => drop !== next),
    least,
    width,
  )
}

/** Widths of the columns: each its own, the widest that may be wrapped narrowed until all fit. */
function share<Row>(
  columns: readonly Column<Row>[],
  natural: (column: Column<Row>) => number,
  least: (column: Column<Row>) => number,
  width: number,
): readonly number[] {
  const widths = columns.map(natural)
  const floors = columns.map(least)
  while (total(widths) > width) {
    const spare = widths.map((w, i) => (w > floors[i]! ? w : -1))
    widths[spare.indexOf(Math.max(...spare))]! -= 1
  }
  return widths
}

function line(
  cells: readonly { readonly text: string; readonly width: number; readonly right: boolean }[],
): readonly string[] {
  const parts = cells.map(({ text, width }) => wrapped(text, width))
  const height = Math.max(1, ...parts.map((part) => part.length))
  return Array.from({ length: height }, (_, at) =>
    cells
      .map(({ width, right }, i) => {
        const text = parts[i]![at] ?? ''
        const fill = ' '.repeat(Math.max(0, width - stringWidth(text)))
        return right ? fill + text : text + fill
      })
      .join(gap)
      .trimEnd(),
  )
}

function blocks<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): string {
  return rows
    .map((row) =>
      columns.flatMap((column) => wrapped(`${column.title}: ${plain(column.cell(row))}`, width)).join('\n'),
    )
    .join('\n\n')
}
