import type { Weekday } from '../domain/site.ts'
import { didYouMean, type Complaint } from './complaint.ts'
import type { Cell, Row } from './csv.ts'
import { isKebab, weekdays } from './schemas.ts'
import type { Reading } from './socket-address.ts'

/** How the cells of the CSV files are read, before anything is looked up in another file. */

/** Reads cells; complaints are kept, and what is wrong reads as undefined. */
export class Reader {
  readonly complaints: Complaint[] = []

  /** A cell whose column the file lacks reads as undefined without a complaint: the header has one already. */
  read<T>(cell: Cell, how: (text: string) => Reading<T>): T | undefined {
    if (cell.absent) return undefined
    const reading = how(cell.text)
    if ('value' in reading) return reading.value
    this.complain(cell, reading.expected, reading.fix)
    return undefined
  }

  complain({ file, line, column, name, text }: Cell, expected: string, fix: string): void {
    this.complaints.push({ file, line, column, field: name, expected, got: text, fix })
  }

  /** Ids of rows, each once; ids of broken rows count, so that what refers to them is not called unknown. */
  ids(
    rows: readonly Row[],
    column: string,
    how: (text: string) => Reading<string>,
  ): ReadonlyMap<string, Row> {
    const ids = new Map<string, Row>()
    for (const row of rows) {
      const cell = row.cell(column)
      const id = row.whole ? this.read(cell, how) : cell.text
      if (id === undefined) continue
      const first = ids.get(id)?.cell(column)
      if (first === undefined) ids.set(id, row)
      else if (row.whole)
        this.complain(cell, `each ${column} once`, `Line ${first.line} has it already; rename or remove one.`)
    }
    return ids
  }
}

export const anyText = (text: string): Reading<string> =>
  text.trim() === '' ? { expected: 'a text', fix: 'Fill in the cell.' } : { value: text }

export const kebabId = (text: string): Reading<string> => {
  if (isKebab(text)) return { value: text }
  const folded = text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return {
    expected: 'an id of lower-case letters, digits and single hyphens',
    fix: isKebab(folded) ? `Write ${folded}.` : 'Write one such as brussels-eu.',
  }
}

export const oneOf =
  <T extends string>(values: readonly T[]) =>
  (text: string): Reading<T> => {
    const value = values.find((v) => v === text)
    return value === undefined
      ? {
          expected: values.length === 1 ? values[0]! : `one of ${values.join(', ')}`,
          fix: didYouMean(text, values) || `Write ${values[0]}.`,
        }
      : { value }
  }

export const wholeNumber =
  (min: number, max: number = Number.MAX_SAFE_INTEGER, example: number = min) =>
  (text: string): Reading<number> => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return { value }
    const digits = /^\s*(\d+)/.exec(text)?.[1]
    const better = digits !== undefined && Number(digits) >= min && Number(digits) <= max ? digits : example
    const range = max === Number.MAX_SAFE_INTEGER ? (min === 1 ? '> 0' : `≥ ${min}`) : `from ${min} to ${max}`
    return {
      expected: `a whole number ${range}`,
      fix: `Write ${better}${better === example ? ', for example' : ''}.`,
    }
  }

export const degrees =
  (limit: number) =>
  (text: string): Reading<number> =>
    /^-?\d+(\.\d+)?$/.test(text) && Math.abs(Number(text)) <= limit
      ? { value: Number(text) }
      : { expected: `degrees from -${limit} to ${limit}`, fix: 'Write them with a point, such as 33.89.' }

export const countryCode = (text: string): Reading<string> =>
  /^[A-Z]{2}$/.test(text)
    ? { value: text }
    : {
        expected: 'an ISO 3166-1 alpha-2 code',
        fix: /^[a-z]{2}$/i.test(text)
          ? `Write ${text.toUpperCase()}.`
          : 'Write two capital letters, such as LB.',
      }

export const calendarDate = (text: string): Reading<string> => {
  const parsed = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00Z`) : NaN
  return !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(text)
    ? { value: text }
    : { expected: 'a date of the calendar, YYYY-MM-DD', fix: 'Write one such as 2026-12-25.' }
}

export const weekendDays = (text: string): Reading<readonly Weekday[]> => {
  const parts = text.split(',').map((part) => part.trim())
  const days = weekdays.filter((day) => parts.includes(day))
  if (days.length === parts.length && days.length < 7) return { value: days }
  const wrong = parts.find((part) => !weekdays.some((day) => day === part))
  const near = wrong === undefined ? '' : didYouMean(wrong, weekdays)
  return {
    expected: 'days of the weekend, mon to sun, each once, not all seven',
    fix: near || 'Write "sat,sun", for example.',
  }
}

export { socketAddress } from './socket-address.ts'
export { timeZone } from './time-zone.ts'
