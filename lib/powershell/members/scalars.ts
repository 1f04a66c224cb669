import { compareNumbers, order } from '../compare.ts'
import { dayName, formatDate, parts, dateOf, daysIn, spanText } from '../dates.ts'
import { enumValue } from '../enums.ts'
import { Native, Refused } from '../errors.ts'
import { formatGuid, formatNumber } from '../format.ts'
import { double, int32, int64 } from '../numbers.ts'
import {
  PsBuilder,
  PsDate,
  PsException,
  PsErrorRecord,
  PsNative,
  PsRegex,
  PsScalar,
  PsSwitch,
  PsTimeSpan,
  PsType,
  PsVersion,
  typedArray,
} from '../objects.ts'
import { byte } from '../numbers.ts'
import { format } from '../format.ts'
import { replaceAll } from '../regex.ts'
import { ownText, text } from '../text.ts'
import { shortName, typeOf } from '../types.ts'
import { PsChar, PsEnum, PsNumber, PsObject, type PsValue } from '../values.ts'
import { type Methods, int, num, overload as o, str } from './arguments.ts'
import { same } from './lists.ts'

const MILLISECOND = 10000n
const DAY = 864000000000n

const ticksOf = (n: number, unit: bigint): bigint => BigInt(Math.round(n * 1000)) * (unit / 1000n)

/** The methods of numbers, characters, dates and other small values; undefined when there are none of its own. */
export function scalarMethods(v: PsValue): Methods {
  const common: Methods = {
    tostring: [o('', () => ownText(v))],
    equals: [o('object', (x) => same(v, x!) || v === x)],
  }
  if (v instanceof PsNumber)
    return {
      ...common,
      tostring: [
        o('', () => ownText(v)),
        o('string', (f) => formatNumber(v, str(f))),
        o('System.Globalization.CultureInfo', () => ownText(v)),
        o('string,object', (f) => formatNumber(v, str(f))),
      ],
      compareto: [
        o('object', (x) => (x instanceof PsNumber ? int(compareNumbers(v, x)) : refuse('CompareTo'))),
      ],
    }
  if (v instanceof PsEnum)
    return {
      ...common,
      hasflag: [o('object', (x) => x instanceof PsEnum && (v.number & x.number) === x.number)],
      compareto: [
        o('object', (x) => (x instanceof PsEnum ? int(Math.sign(v.number - x.number)) : refuse('CompareTo'))),
      ],
      tostring: [
        o('', () => v.name),
        o('string', (f) =>
          str(f).toLowerCase() === 'd'
            ? String(v.number)
            : str(f).toLowerCase() === 'g'
              ? v.name
              : refuse('the format of an enum'),
        ),
      ],
    }
  if (v instanceof PsChar)
    return {
      ...common,
      compareto: [
        o('object', (x) =>
          x instanceof PsChar ? int(v.char.charCodeAt(0) - x.char.charCodeAt(0)) : refuse('CompareTo'),
        ),
      ],
    }
  if (v instanceof PsDate) return { ...common, ...dateMethods(v) }
  if (v instanceof PsTimeSpan)
    return {
      ...common,
      tostring: [o('', () => spanText(v.ticks)), o('string', (f) => spanFormat(v, str(f)))],
      add: [o('System.TimeSpan', (x) => new PsTimeSpan(v.ticks + (x as PsTimeSpan).ticks))],
      subtract: [o('System.TimeSpan', (x) => new PsTimeSpan(v.ticks - (x as PsTimeSpan).ticks))],
      negate: [o('', () => new PsTimeSpan(-v.ticks))],
      duration: [o('', () => new PsTimeSpan(v.ticks < 0n ? -v.ticks : v.ticks))],
      compareto: [o('object', (x) => int(order(v, x!)))],
    }
  if (v instanceof PsVersion)
    return {
      ...common,
      compareto: [o('object', (x) => int(Math.sign(order(v, x!))))],
      tostring: [o('', () => text(v)), o('int', (n) => v.parts.slice(0, num(n)).join('.'))],
    }
  if (v instanceof PsScalar)
    return {
      ...common,
      ...(v.type === 'System.Net.IPAddress'
        ? {
            getaddressbytes: [
              o('', () =>
                typedArray(
                  'System.Byte',
                  v.text.split('.').map((p) => byte(Number(p))),
                ),
              ),
            ],
          }
        : guidMethods(v)),
    }
  if (v instanceof PsRegex) return { ...common, ...regexMethods(v.regex) }
  if (v instanceof PsBuilder) return { ...common, ...builderMethods(v) }
  if (v instanceof PsSwitch) return { ...common, tobool: [o('', () => v.on)] }
  if (v instanceof PsException)
    return { ...common, getbaseexception: [o('', () => base(v))], gettype: [o('', () => new PsType(v.type))] }
  if (v instanceof PsErrorRecord) return common
  if (v instanceof PsObject && v.types[0] === 'System.Text.RegularExpressions.Match') return common
  if (typeof v === 'boolean')
    return { ...common, compareto: [o('object', (x) => int(Number(v) - Number(x)))] }
  return common
}

const refuse = (what: string): never => {
  throw new Refused(what)
}

function base(x: PsException): PsException {
  return x.inner === null ? x : base(x.inner)
}

const guidMethods = (v: PsScalar): Methods => ({
  tostring: [o('', () => v.text), o('string', (f) => formatGuid(v.text, str(f)))],
})

function spanFormat(v: PsTimeSpan, f: string): string {
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

function dateMethods(d: PsDate): Methods {
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

/** A match as an object. */
export function matchObject(
  m: RegExpExecArray | null,
  name = 'System.Text.RegularExpressions.Match',
): PsObject {
  const group = (value: string | undefined, index: number): PsObject =>
    new PsObject(
      ['System.Text.RegularExpressions.Group'],
      new Map<string, PsValue>([
        ['Success', value !== undefined],
        ['Value', value ?? ''],
        ['Index', int32(value === undefined ? 0 : index)],
        ['Length', int32(value?.length ?? 0)],
      ]),
      value ?? '',
    )
  const spans = m === null ? undefined : (m as RegExpExecArray & { indices?: RegExpIndicesArray }).indices
  const groups =
    m === null
      ? [group(undefined, 0)]
      : Array.from({ length: m.length }, (_, i) => group(m[i], spans?.[i]?.[0] ?? 0))
  const byName = m?.groups ?? {}
  const collection = new PsNative(
    'System.Text.RegularExpressions.GroupCollection',
    { Count: () => int32(groups.length) },
    {
      get_Item: (key) => {
        if (key instanceof PsNumber) return groups[Number(key.value)] ?? group(undefined, 0)
        const id = text(key ?? null)
        return id in byName ? group(byName[id], spans?.groups?.[id]?.[0] ?? 0) : group(undefined, 0)
      },
      GetEnumerator: () => groups,
    },
  )
  return new PsObject(
    [name],
    new Map<string, PsValue>([
      ['Groups', collection],
      ['Success', m !== null],
      ['Value', m?.[0] ?? ''],
      ['Index', int32(m?.index ?? 0)],
      ['Length', int32(m?.[0].length ?? 0)],
    ]),
    m?.[0] ?? '',
  )
}

/** All matches. */
export function allMatches(input: string, regex: RegExp): RegExpExecArray[] {
  const out: RegExpExecArray[] = []
  regex.lastIndex = 0
  for (let m = regex.exec(input); m !== null; m = regex.exec(input)) {
    out.push(m)
    if (m[0] === '') regex.lastIndex++
  }
  return out
}

function regexMethods(regex: RegExp): Methods {
  const first = (s: string): RegExpExecArray | null => {
    regex.lastIndex = 0
    return regex.exec(s)
  }
  return {
    ismatch: [o('string', (s) => first(str(s)) !== null)],
    match: [o('string', (s) => matchObject(first(str(s))))],
    matches: [o('string', (s) => allMatches(str(s), regex).map((m) => matchObject(m)))],
    replace: [
      o('string,string', (s, r) => replaceAll(str(s), regex, str(r))),
      o('string,string,int', (s, r, n) => replaceAll(str(s), regex, str(r), num(n))),
    ],
    split: [
      o('string', (s) =>
        typedArray(
          'System.String',
          str(s)
            .split(new RegExp(regex.source, regex.flags.replace('g', '')))
            .map((p) => p ?? ''),
        ),
      ),
    ],
  }
}

function builderMethods(b: PsBuilder): Methods {
  const put = (s: string): PsValue => {
    b.text += s
    return b
  }
  return {
    append: [
      o('object', (v) => put(text(v ?? null))),
      o('char,int', (c, n) => put(text(c ?? null).repeat(num(n)))),
    ],
    appendline: [
      o('', () => put('\r\n')),
      o('string', () => refuse('AppendLine, which depends on the platform')),
    ],
    appendformat: [
      o('string,object', (f, a) => put(format(str(f), Array.isArray(a) ? a : [a ?? null]))),
      o('string,object,object', (f, a, c) => put(format(str(f), [a ?? null, c ?? null]))),
    ],
    insert: [
      o('int,string', (n, s) => ((b.text = b.text.slice(0, num(n)) + str(s) + b.text.slice(num(n))), b)),
    ],
    clear: [o('', () => ((b.text = ''), b))],
    replace: [o('string,string', (a, c) => ((b.text = b.text.split(str(a)).join(str(c))), b))],
    remove: [o('int,int', (n, m) => ((b.text = b.text.slice(0, num(n)) + b.text.slice(num(n) + num(m))), b))],
    tostring: [o('', () => b.text)],
  }
}

/** A property of a small value; undefined when it has none of the name. */
export function scalarProperty(v: PsValue, name: string): PsValue | undefined {
  if (v instanceof PsDate) return dateProperty(v, name)
  if (v instanceof PsTimeSpan) return spanProperty(v, name)
  if (v instanceof PsVersion) {
    const at = ['major', 'minor', 'build', 'revision'].indexOf(name)
    return at < 0 ? undefined : int32(v.parts[at] ?? -1)
  }
  if (v instanceof PsType) return typeProperty(v, name)
  if (v instanceof PsException) return exceptionProperty(v, name)
  if (v instanceof PsErrorRecord) return recordProperty(v, name)
  if (v instanceof PsSwitch) return name === 'ispresent' ? v.on : undefined
  if (v instanceof PsBuilder) return name === 'length' ? int32(v.text.length) : undefined
  if (v instanceof PsEnum) return name === 'value__' ? int32(v.number) : undefined
  if (v instanceof PsRegex) return undefined
  return undefined
}

function typeProperty(t: PsType, name: string): PsValue | undefined {
  const array = t.name.endsWith('[]')
  switch (name) {
    case 'name':
      return shortName(t.name)
    case 'fullname':
      if (t.name.includes('`')) throw new Refused('the full name of a generic type')
      return t.name
    case 'namespace':
      return t.name.slice(0, t.name.lastIndexOf('.'))
    case 'isarray':
      return array
    case 'isenum':
    case 'isvaluetype':
    case 'basetype':
      throw new Refused(`${name} of a type`)
    default:
      return undefined
  }
}

function exceptionProperty(x: PsException, name: string): PsValue | undefined {
  switch (name) {
    case 'message':
      return x.message
    case 'innerexception':
      return x.inner
    case 'hresult':
      return int32(x.hresult)
    case 'errorrecord':
      return x.record
    case 'commandname':
      return x.type.endsWith('CommandNotFoundException') ? (x.record?.target ?? null) : undefined
    case 'stacktrace':
    case 'source':
    case 'data':
    case 'targetsite':
    case 'helplink':
    case 'paramname':
    case 'nativeerrorcode':
      throw new Refused(`${name} of an exception`)
    default:
      return undefined
  }
}

function recordProperty(r: PsErrorRecord, name: string): PsValue | undefined {
  switch (name) {
    case 'exception':
      return r.exception
    case 'fullyqualifiederrorid':
      return r.fqid
    case 'targetobject':
      return r.target
    case 'categoryinfo':
      return new PsNative(
        'System.Management.Automation.ErrorCategoryInfo',
        {
          Category: () => categoryOf(r.category),
          Reason: () => shortName(r.exception.type),
          TargetName: () => text(r.target),
          TargetType: () => (r.target === null ? '' : shortName(typeOf(r.target))),
          Activity: () => {
            throw new Refused('the activity of an error')
          },
        },
        { ToString: () => refuse('the text of an error category') },
      )
    case 'errordetails':
      return r.details === undefined
        ? null
        : new PsNative(
            'System.Management.Automation.ErrorDetails',
            { Message: () => r.details ?? null },
            {},
            r.details,
          )
    case 'invocationinfo':
    case 'scriptstacktrace':
      throw new Refused(`${name} of an error`)
    default:
      return undefined
  }
}

function categoryOf(name: string): PsValue {
  for (let n = 0; n < 32; n++) {
    const v = enumValue('System.Management.Automation.ErrorCategory', n)
    if (v?.name === name) return v
  }
  throw new Refused(`the error category ${name}`)
}

function dateProperty(d: PsDate, name: string): PsValue | undefined {
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

function spanProperty(s: PsTimeSpan, name: string): PsValue | undefined {
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
