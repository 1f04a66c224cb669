import { CsvError, parse } from 'csv-parse/sync'
import { z } from 'zod'
import { nearest, type Complaint, type Position } from './complaint.ts'

/** A CSV file whose cells know where they stand. */
export type Table = {
  /** Undefined when the file can't be split into rows. */
  readonly rows: readonly Row[] | undefined
  readonly complaints: readonly Complaint[]
}

export type Row = {
  /** Cell of a column; a column that the file lacks gives an empty cell at the row's start, marked absent. */
  cell(column: string): Cell
  /** False: the row has too few or too many cells, which a complaint says; only its first cell can be trusted. */
  readonly whole: boolean
}

export type Cell = Position & { readonly name: string; readonly text: string; readonly absent: boolean }

/** What the parser gives with `raw: true`; its own types don't say so. */
const parsed = z.array(z.object({ record: z.array(z.string()), raw: z.string() }))
type Parsed = z.infer<typeof parsed>[number]

/** Reads a file with exactly these columns, in any order. */
export function readTable(file: string, text: string, columns: readonly string[]): Table {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  let records: readonly Parsed[]
  try {
    records = parsed.parse(
      parse(body, {
        raw: true,
        relax_column_count: true,
        skip_empty_lines: true,
        record_delimiter: ['\r\n', '\n'],
      }),
    )
  } catch (e) {
    if (e instanceof CsvError) return { rows: undefined, complaints: [syntaxComplaint(file, body, e)] }
    throw e
  }
  const complaints: Complaint[] = []
  const starts = cellStarts(file, records)
  const header = records[0]
  if (header === undefined) {
    const expected = `a header line: ${columns.join(',')}`
    return {
      rows: undefined,
      complaints: [{ file, line: 1, column: 1, field: 'header', expected, got: '', fix: 'Add it.' }],
    }
  }
  const index = new Map<string, number>()
  const missing = new Set(columns.filter((c) => !header.record.includes(c)))
  header.record.forEach((name, i) => {
    const at = starts[0]![i]!
    if (!columns.includes(name)) {
      // A misspelt column is one mistake: it is not told as a missing one too.
      const meant = nearest(name, missing)
      if (meant !== undefined) missing.delete(meant)
      complaints.push({
        ...at,
        field: 'header',
        expected: 'a known column',
        got: name,
        fix: meant === undefined ? 'Remove it.' : `Did you mean "${meant}"?`,
      })
    } else if (index.has(name)) {
      complaints.push({ ...at, field: 'header', expected: 'each column once', got: name, fix: 'Remove one.' })
    } else index.set(name, i)
  })
  for (const name of missing)
    complaints.push({
      ...starts[0]![0]!,
      field: 'header',
      expected: `a column ${name}`,
      got: '',
      fix: `Add ${name}.`,
    })

  const rows = records.slice(1).map(({ record }, r): Row => {
    const at = starts[r + 1]!
    const whole = record.length === header.record.length
    if (!whole)
      complaints.push({
        ...at[0]!,
        field: 'row',
        expected: `${header.record.length} cells`,
        got: `${record.length} cells`,
        fix: 'Put a cell that contains a comma in double quotes, and leave no cell out.',
      })
    return {
      whole,
      cell: (name) => {
        const i = index.get(name)
        if (i === undefined) return { ...at[0]!, name, text: '', absent: true }
        return { ...(at[i] ?? at[0]!), name, text: record[i] ?? '', absent: false }
      },
    }
  })
  return { rows, complaints }
}

/** Line and column of every cell, found by walking each record's source text. */
function cellStarts(file: string, records: readonly Parsed[]): readonly (readonly Position[])[] {
  let line = 1
  return records.map(({ raw }) => {
    const cells: Position[] = []
    let lineStart = 0
    let i = 0
    // Empty lines that were skipped come before the record.
    while (raw[i] === '\n' || raw[i] === '\r') {
      if (raw[i] === '\n') {
        line++
        lineStart = i + 1
      }
      i++
    }
    let quoted = false
    cells.push({ file, line, column: i - lineStart + 1 })
    for (; i < raw.length; i++) {
      const c = raw[i]
      if (c === '"') quoted = !quoted
      else if (c === '\n') {
        line++
        lineStart = i + 1
      } else if (c === ',' && !quoted) cells.push({ file, line, column: i + 1 - lineStart + 1 })
    }
    return cells
  })
}

/** The parser stops at broken quoting; nothing after it can be read. */
function syntaxComplaint(file: string, body: string, e: CsvError): Complaint {
  // The parser counts a carriage return that stands alone as the end of a line; here, as in an editor, it is none.
  const counted = body.split(/(?<=\r\n|\n|\r(?!\n))/)
  const before = counted.slice(0, typeof e['lines'] === 'number' ? e['lines'] - 1 : 0).join('')
  const lines = body.split('\n')
  const line = Math.min(before.split('\n').length, lines.length)
  const source = lines[line - 1]!
  const column = source.indexOf('"') + 1 || 1
  return {
    file,
    line,
    column,
    field: 'row',
    expected: 'double quotes around a whole cell, doubled inside it',
    got: source,
    fix: 'Close the quotes, or double those inside the cell. The rest of the file was not read.',
  }
}
