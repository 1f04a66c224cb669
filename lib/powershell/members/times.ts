import { order } from '../compare.ts'
import { dateOf, dayName, daysIn, formatDate, parts, spanText } from '../dates.ts'
import { Native, Refused, refuse } from '../errors.ts'
import { type Methods, int, num, overload as o, str } from './arguments.ts'
import { double, int32, int64 } from '../numbers.ts'
import { PsDate, PsTimeSpan } from '../objects.ts'
import { ownText } from '../text.ts'
import { PsEnum, type PsNumber, type PsValue } from '../values.ts'

const MILLISECOND = 10000n

const DAY = 864000000000n

const ticksOf = (n: number, unit: bigint): bigint => BigInt(Math.round(n * 1000)) * (unit / 1000n)

export function spanFormat(v: PsTimeSpan, f: string): string {
  if (f === 'c') return spanText(v.ticks)
  const t = v.ticks < 0n ? -v.ticks : v.ticks
  const get: { readonly [c: string]: bigint } = {
    d: t / DAY,
    h: (t / 36000000000n) % 24n,
    m: (t / 600000000n) % 60n,
    s: (t / 10000000n) % 60n,
  }
  return f.replace(
    /\\(.)|'([^']*)'|([dhms]+)|(f+)|(.)/g,
    (_all, esc?: string, quoted?: string, code?: string, fraction?: string) => {
      if (code !== undefined) return String(get[code[0]!]!).padStart(code.length, '0')
      if (fraction !== undefined)
        return String(t % 10000000n)
          .padStart(7, '0')
          .slice(0, fraction.length)
      const plain = esc ?? quoted
      if (plain === undefined) throw new Refused('this format of a time span')
      return plain
    },
  )
}

export function dateMethods(d: PsDate): Methods {
  const add = (ticks: bigint): PsValue => new PsDate(d.ticks + ticks, d.kind)
  const months = (n: number): PsValue => {
    const p = parts(d)
    const total = p.year * 12 + p.month - 1 + n
    const [y, m] = [Math.floor(total / 12), (total % 12) + 1]
    const made = dateOf(y, m, Math.min(p.day, daysIn(y, m)))
    if (made === undefined)
      throw new Native('System.ArgumentOutOfRangeException', 'The date is out of range.')
    return new PsDate(made.ticks + (d.ticks % DAY), d.kind)
  }
  const span = (x: PsValue | undefined): bigint => (x as PsTimeSpan).ticks
  return {
    adddays: [o('double', (n) => add(ticksOf(num(n), DAY)))],
    addhours: [o('double', (n) => add(ticksOf(num(n), 36000000000n)))],
    addminutes: [o('double', (n) => add(ticksOf(num(n), 600000000n)))],
    addseconds: [o('double', (n) => add(ticksOf(num(n), 10000000n)))],
    addmilliseconds: [o('double', (n) => add(ticksOf(num(n), MILLISECOND)))],
    addticks: [o('long', (n) => add((n as PsNumber).value as bigint))],
    addmonths: [o('int', (n) => months(num(n)))],
    addyears: [o('int', (n) => months(num(n) * 12))],
    add: [o('System.TimeSpan', (x) => add(span(x)))],
    subtract: [
      o('System.TimeSpan', (x) => add(-span(x))),
      o('System.DateTime', (x) => new PsTimeSpan(d.ticks - (x as PsDate).ticks)),
    ],
    tostring: [
      o('', () => ownText(d)),
      o('string', (f) => formatDate(d, str(f))),
      o('string,object', (f) => formatDate(d, str(f))),
    ],
    compareto: [o('object', (x) => int(order(d, x!)))],
    touniversaltime: [o('', () => (d.kind === 'Utc' ? d : refuse('a time zone')))],
    tolocaltime: [o('', () => refuse('a time zone'))],
    tofiletimeutc: [o('', () => int64(d.ticks - 504911232000000000n))],
    getdatetimeformats: [o('', () => refuse('GetDateTimeFormats'))],
  }
}

export function dateProperty(d: PsDate, name: string): PsValue | undefined {
  switch (name) {
    case 'ticks':
      return int64(d.ticks)
    case 'kind':
      return new PsEnum('System.DateTimeKind', d.kind, ['Unspecified', 'Utc', 'Local'].indexOf(d.kind))
    case 'date':
      return new PsDate(d.ticks - (d.ticks % DAY), d.kind)
    case 'timeofday':
      return new PsTimeSpan(d.ticks % DAY)
  }
  const p = parts(d)
  const whole: { readonly [n: string]: number } = {
    year: p.year,
    month: p.month,
    day: p.day,
    hour: p.hour,
    minute: p.minute,
    second: p.second,
    millisecond: p.millisecond,
    dayofyear: p.dayOfYear,
  }
  if (name === 'dayofweek') return new PsEnum('System.DayOfWeek', dayName(p.weekday), p.weekday)
  const n = whole[name]
  return n === undefined ? undefined : int32(n)
}

export function spanProperty(s: PsTimeSpan, name: string): PsValue | undefined {
  const total: { readonly [n: string]: bigint } = {
    totaldays: DAY,
    totalhours: 36000000000n,
    totalminutes: 600000000n,
    totalseconds: 10000000n,
    totalmilliseconds: MILLISECOND,
  }
  const unit = total[name]
  if (unit !== undefined) return double(Number(s.ticks) / Number(unit))
  const whole: { readonly [n: string]: bigint } = {
    days: s.ticks / DAY,
    hours: (s.ticks / 36000000000n) % 24n,
    minutes: (s.ticks / 600000000n) % 60n,
    seconds: (s.ticks / 10000000n) % 60n,
    milliseconds: (s.ticks / MILLISECOND) % 1000n,
  }
  if (name === 'ticks') return int64(s.ticks)
  const n = whole[name]
  return n === undefined ? undefined : int32(n)
}
