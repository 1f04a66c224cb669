import { Refused } from './errors.ts'
import { PsDate } from './objects.ts'

const DAY = 864000000000n
const SECOND = 10000000n
const EPOCH = 621355968000000000n
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

const pad = (n: number, width = 2): string => String(n).padStart(width, '0')

/** The parts of a date, as UTC arithmetic gives them. */
export interface DateParts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly millisecond: number
  readonly weekday: number
  readonly dayOfYear: number
  readonly fraction: bigint
}

/** Splits a date. */
export function parts(d: PsDate): DateParts {
  const js = new Date(Number((d.ticks - EPOCH) / 10000n))
  const start = Date.UTC(js.getUTCFullYear(), 0, 1)
  if (js.getUTCFullYear() < 100) throw new Refused('a date before the year 100')
  return {
    year: js.getUTCFullYear(),
    month: js.getUTCMonth() + 1,
    day: js.getUTCDate(),
    hour: js.getUTCHours(),
    minute: js.getUTCMinutes(),
    second: js.getUTCSeconds(),
    millisecond: js.getUTCMilliseconds(),
    weekday: js.getUTCDay(),
    dayOfYear: Math.floor((js.getTime() - start) / 86400000) + 1,
    fraction: d.ticks % SECOND,
  }
}

/** The date of these parts, or undefined when there is none. */
export function dateOf(
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
  second = 0,
  fraction = 0n,
): PsDate | undefined {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59)
    return undefined
  const js = new Date(0)
  js.setUTCFullYear(year, month - 1, day)
  js.setUTCHours(hour, minute, second)
  if (js.getUTCMonth() !== month - 1 || js.getUTCDate() !== day) return undefined
  return new PsDate(BigInt(js.getTime()) * 10000n + EPOCH + fraction)
}

/** Days in a month. */
export const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

/** The name of a weekday, Sunday first. */
export const dayName = (n: number): string => DAYS[n]!

/** Reads a date in the invariant culture's usual forms; undefined when it is none, refused when it might be. */
export function parseDate(text: string): PsDate | undefined {
  const t = text.trim()
  const iso = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,7})?)?)?$/.exec(t)
  const us = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,7})?)?)?$/.exec(t)
  const m = iso ?? us
  if (m === null) {
    if (/\d/.test(t)) throw new Refused(`the text of a date of this form`)
    return undefined
  }
  const [y, mo, d] = iso === null ? [m[3], m[1], m[2]] : [m[1], m[2], m[3]]
  const fraction = m[7] === undefined ? 0n : BigInt(m[7].slice(1).padEnd(7, '0'))
  return dateOf(
    Number(y),
    Number(mo),
    Number(d),
    Number(m[4] ?? 0),
    Number(m[5] ?? 0),
    Number(m[6] ?? 0),
    fraction,
  )
}

/** A date in the invariant culture's general form. */
export const dateText = (d: PsDate): string => formatDate(d, 'MM/dd/yyyy HH:mm:ss')

const STANDARD: { readonly [format: string]: string } = {
  d: 'MM/dd/yyyy',
  D: 'dddd, dd MMMM yyyy',
  t: 'HH:mm',
  T: 'HH:mm:ss',
  g: 'MM/dd/yyyy HH:mm',
  G: 'MM/dd/yyyy HH:mm:ss',
  s: "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
  u: "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
  o: "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
  O: "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
}

/** A date by a .NET format, standard or custom, in the invariant culture. */
export function formatDate(d: PsDate, format: string): string {
  const pattern = format.length === 1 ? STANDARD[format] : format
  if (pattern === undefined) throw new Refused(`the date format "${format}"`)
  const p = parts(d)
  return pattern.replace(
    /'([^']*)'|"([^"]*)"|\\(.)|(y+|M+|d+|H+|h+|m+|s+|f+|F+|t+|K|z+)/g,
    (_all, q1?: string, q2?: string, esc?: string, code?: string) => {
      if (code === undefined) return q1 ?? q2 ?? esc ?? ''
      const n = code.length
      switch (code[0]) {
        case 'y':
          return n <= 2 ? pad(p.year % 100, n) : pad(p.year, n)
        case 'M':
          return n >= 4 ? MONTHS[p.month - 1]! : n === 3 ? MONTHS[p.month - 1]!.slice(0, 3) : pad(p.month, n)
        case 'd':
          return n >= 4 ? DAYS[p.weekday]! : n === 3 ? DAYS[p.weekday]!.slice(0, 3) : pad(p.day, n)
        case 'H':
          return pad(p.hour, n)
        case 'h':
          return pad(p.hour % 12 === 0 ? 12 : p.hour % 12, n)
        case 'm':
          return pad(p.minute, n)
        case 's':
          return pad(p.second, n)
        case 'f':
          return String(p.fraction).padStart(7, '0').slice(0, n)
        case 't':
          return (p.hour < 12 ? 'AM' : 'PM').slice(0, n)
        case 'K':
          if (d.kind === 'Local') throw new Refused('the zone of a local date')
          return d.kind === 'Utc' ? 'Z' : ''
        default:
          throw new Refused(`"${code}" in a date format`)
      }
    },
  )
}

/** A time span in its constant form. */
export function spanText(ticks: bigint): string {
  const t = ticks < 0n ? -ticks : ticks
  const days = t / DAY
  const seconds = Number((t % DAY) / SECOND)
  const rest = t % SECOND
  const time = `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`
  return `${ticks < 0n ? '-' : ''}${days > 0n ? `${days}.` : ''}${time}${rest > 0n ? `.${String(rest).padStart(7, '0')}` : ''}`
}

/** Reads a time span; undefined when it is none. */
export function parseSpan(text: string): bigint | undefined {
  const m = /^\s*(-)?(?:(\d+)\.)?(\d+)(?::(\d{1,2}))?(?::(\d{1,2})(?:\.(\d{1,7}))?)?\s*$/.exec(text)
  if (m === null) return undefined
  let days = BigInt(m[2] ?? 0)
  let hours = BigInt(m[3]!)
  if (m[4] === undefined) {
    if (m[2] !== undefined) return undefined
    days = hours
    hours = 0n
  } else if (hours > 23n) {
    if (m[2] !== undefined || m[5] !== undefined) {
      if (m[2] !== undefined) return undefined
      // "26:00:00" is read as days:hours:minutes
      days = hours
      hours = BigInt(m[4])
      return (
        (m[1] === undefined ? 1n : -1n) *
        (days * DAY + hours * 3600n * SECOND + BigInt(m[5] ?? 0) * 60n * SECOND)
      )
    }
    return undefined
  }
  const seconds = hours * 3600n + BigInt(m[4] ?? 0) * 60n + BigInt(m[5] ?? 0)
  const fraction = m[6] === undefined ? 0n : BigInt(m[6].padEnd(7, '0'))
  return (m[1] === undefined ? 1n : -1n) * (days * DAY + seconds * SECOND + fraction)
}
