import { order } from '../compare.ts'
import { dateOf, daysIn, parseDate } from '../dates.ts'
import { Native, Refused } from '../errors.ts'
import { int, num, overload as o, str } from './arguments.ts'
import { type StaticTables, convertNative, tryParse } from './static-parse.ts'
import { PsDate, PsTimeSpan } from '../objects.ts'
import { type PsEnum, type PsNumber, type PsValue } from '../values.ts'

/** Static methods of dates and spans. */
export const timeStatics: StaticTables = {
  'System.DateTime': () => ({
    parse: [o('string', (s) => parsedDate(str(s))), o('string,object', (s) => parsedDate(str(s)))],
    tryparse: [
      o('string,object', (s, r) => tryParse('DateTime', s, r, (v) => parsedDate(str(v)), new PsDate(0n))),
    ],
    parseexact: [o('string,string,object', (s, f) => exactDate(str(s), str(f)))],
    isleapyear: [o('int', (y) => daysIn(num(y), 2) === 29)],
    daysinmonth: [o('int,int', (y, m) => int(daysIn(num(y), num(m))))],
    specifykind: [
      o(
        'System.DateTime,System.DateTimeKind',
        (d, k) => new PsDate((d as PsDate).ticks, (k as PsEnum).name as 'Utc'),
      ),
    ],
    fromfiletimeutc: [
      o('long', (n) => new PsDate(((n as PsNumber).value as bigint) + 504911232000000000n, 'Utc')),
    ],
    compare: [o('System.DateTime,System.DateTime', (a, b) => int(Math.sign(order(a!, b!))))],
  }),
  'System.TimeSpan': () => ({
    fromseconds: [o('double', (n) => new PsTimeSpan(BigInt(Math.round(num(n) * 1000)) * 10000n))],
    fromminutes: [o('double', (n) => new PsTimeSpan(BigInt(Math.round(num(n) * 60000)) * 10000n))],
    fromhours: [o('double', (n) => new PsTimeSpan(BigInt(Math.round(num(n) * 3600000)) * 10000n))],
    fromdays: [o('double', (n) => new PsTimeSpan(BigInt(Math.round(num(n) * 86400000)) * 10000n))],
    frommilliseconds: [o('double', (n) => new PsTimeSpan(BigInt(Math.round(num(n))) * 10000n))],
    fromticks: [o('long', (n) => new PsTimeSpan((n as PsNumber).value as bigint))],
    parse: [o('string', (s) => convertNative(str(s), 'System.TimeSpan'))],
  }),
}

function parsedDate(s: string): PsValue {
  const d = parseDate(s)
  if (d === undefined)
    throw new Native('System.FormatException', `String '${s}' was not recognized as a valid DateTime.`)
  return d
}

function exactDate(s: string, f: string): PsValue {
  const codes: string[] = []
  const pattern = f
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replace(/'([^']*)'/g, '$1')
    .replace(/yyyy|MM|dd|HH|mm|ss|fff/g, (c) => {
      codes.push(c)
      return `(\\d{${c.length}})`
    })
  if (/[yMdHhmsftzK]/.test(f.replace(/yyyy|MM|dd|HH|mm|ss|fff|T|Z/g, '')))
    throw new Refused(`the date format "${f}"`)
  const m = new RegExp(`^${pattern}$`).exec(s)
  const at = (c: string, none: number): number =>
    codes.includes(c) ? Number(m?.[codes.indexOf(c) + 1]) : none
  const d =
    m === null
      ? undefined
      : dateOf(
          at('yyyy', 1),
          at('MM', 1),
          at('dd', 1),
          at('HH', 0),
          at('mm', 0),
          at('ss', 0),
          BigInt(at('fff', 0)) * 10000n,
        )
  if (d === undefined)
    throw new Native('System.FormatException', `String '${s}' was not recognized as a valid DateTime.`)
  if (!codes.includes('yyyy')) throw new Refused('a date without a year')
  return d
}
