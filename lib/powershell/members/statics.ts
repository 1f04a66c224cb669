import { casting } from '../arithmetic.ts'
import { compareText, order } from '../compare.ts'
import { convert, converts, guidText, itemsOf, toNumber } from '../convert.ts'
import { dateOf, daysIn, parseDate } from '../dates.ts'
import { enumOf, enumParse, enumValue } from '../enums.ts'
import { Native, Refused, fail } from '../errors.ts'
import { format } from '../format.ts'
import { byte, double, exact, exactText, int32, int64, rangeOf, roundEven, toDouble } from '../numbers.ts'
import {
  NOTHING,
  PsBlock,
  PsBuilder,
  PsDate,
  PsDictionary,
  PsException,
  PsList,
  PsNative,
  PsRef,
  PsRegex,
  PsScalar,
  PsTimeSpan,
  PsType,
  PsVersion,
  isNull,
  typedArray,
} from '../objects.ts'
import { escapeRegex, replaceAll, toRegex } from '../regex.ts'
import { read } from '../syntax/read.ts'
import { type TypeName } from '../syntax/ast.ts'
import { text } from '../text.ts'
import { isException, mayExist, resolveType, shortName, typeOf } from '../types.ts'
import { PsChar, PsEnum, PsNumber, PsObject, type NumberType, type PsValue } from '../values.ts'
import { type Engine } from '../run/engine.ts'
import { type Methods, callOverload, int, native, num, outside, overload as o, str } from './arguments.ts'
import { convertStatics } from './convert-statics.ts'
import { encodingOf, hashAlgorithm } from './encodings.ts'
import { noProperty } from './members.ts'
import { allMatches, matchObject } from './scalars.ts'
import { same } from './lists.ts'

const nullIsNull = (v: PsValue | undefined): string => (isNull(v ?? null) ? '' : text(v!))

/** `[type]::name` */
export function getStatic(e: Engine, target: PsValue, name: string): PsValue {
  if (!(target instanceof PsType)) throw new Refused('a static member of a value')
  const hosted = e.host.type(target.name)?.properties
  const own =
    hosted === undefined
      ? undefined
      : Object.entries(hosted).find(([k]) => k.toLowerCase() === name.toLowerCase())?.[1]
  if (own !== undefined) return own()
  const found = staticProperty(target.name, name.toLowerCase())
  if (found !== undefined) return found
  if (
    hosted !== undefined ||
    KNOWN_STATICS.includes(target.name) ||
    rangeOf(shortName(target.name)) !== undefined
  )
    return noProperty(name)
  throw new Refused(`[${target.name}]::${name}`)
}

const KNOWN_STATICS = ['System.Math', 'System.String']

function staticProperty(type: string, name: string): PsValue | undefined {
  const names = enumOf(type)
  if (names !== undefined) {
    const hit = Object.entries(names).find(([n]) => n.toLowerCase() === name)
    return hit === undefined ? undefined : new PsEnum(type, hit[0], hit[1])
  }
  const range = rangeOf(shortName(type))
  if (range !== undefined && type.startsWith('System.')) {
    if (name === 'minvalue' || name === 'maxvalue')
      return new PsNumber(shortName(type) as NumberType, name === 'minvalue' ? range[0] : range[1])
    return undefined
  }
  switch (`${type}.${name}`) {
    case 'System.Math.pi':
      return double(Math.PI)
    case 'System.Math.e':
      return double(Math.E)
    case 'System.Double.nan':
      return double(NaN)
    case 'System.Double.positiveinfinity':
      return double(Infinity)
    case 'System.Double.negativeinfinity':
      return double(-Infinity)
    case 'System.Double.maxvalue':
      return double(Number.MAX_VALUE)
    case 'System.Double.minvalue':
      return double(-Number.MAX_VALUE)
    case 'System.String.empty':
      return ''
    case 'System.Guid.empty':
      return new PsScalar('System.Guid', '00000000-0000-0000-0000-000000000000')
    case 'System.TimeSpan.zero':
      return new PsTimeSpan(0n)
    case 'System.DateTime.minvalue':
      return new PsDate(0n)
    case 'System.DateTime.maxvalue':
      return new PsDate(3155378975999999999n)
    case 'System.Text.Encoding.utf8':
    case 'System.Text.Encoding.ascii':
    case 'System.Text.Encoding.unicode':
      return encodingOf(name)
    case 'System.Globalization.CultureInfo.invariantculture':
      return new PsNative('System.Globalization.CultureInfo', { Name: () => '' }, {}, '')
    case 'System.StringComparer.ordinalignorecase':
    case 'System.StringComparer.ordinal': {
      const ignore = name.endsWith('case')
      const fold = (v: PsValue | undefined): string => (ignore ? nullIsNull(v).toUpperCase() : nullIsNull(v))
      return new PsNative(
        'System.StringComparer',
        {},
        {
          Equals: (a, b) => fold(a) === fold(b),
          Compare: (a, b) => int(fold(a) < fold(b) ? -1 : fold(a) > fold(b) ? 1 : 0),
        },
      )
    }
    default:
      return undefined
  }
}

/** `[type]::name(…)` */
export function callStatic(e: Engine, type: TypeName, name: string, args: readonly PsValue[]): PsValue {
  const lower = name.toLowerCase()
  const hosted = e.host.type(type.name)
  if (hosted !== undefined && type.args.length === 0 && type.array === 0) {
    if (lower === 'new' && hosted.construct !== undefined)
      return native('.ctor', args.length, () => hosted.construct!(...args))
    const method = Object.entries(hosted.methods).find(([k]) => k.toLowerCase() === lower)?.[1]
    if (method !== undefined) return native(name, args.length, () => method(...args) ?? NOTHING)
  }
  const full = resolveType(type)
  if (full === undefined) {
    if (hosted !== undefined)
      fail(
        'MethodNotFound',
        `Method invocation failed because [${hosted.name}] does not contain a method named '${name}'.`,
        'InvalidOperation',
        undefined,
        name,
      )
    if (mayExist(type.name)) throw new Refused(`[${type.name}]::${name}()`)
    fail('TypeNotFound', `Unable to find type [${type.name}].`, 'InvalidOperation', undefined, type.name)
  }
  if (lower === 'new') return construct(e, full, args)
  if (
    full === 'System.Math' &&
    args.some((a) => a instanceof PsNumber && !['Int32', 'Int64', 'Double', 'Decimal'].includes(a.type))
  )
    throw new Refused(`[Math]::${name}() of this type`)
  const overloads = statics(e, full)[lower]
  if (overloads !== undefined) return callOverload(name, overloads, args)
  if (full === 'System.Math' || full === 'System.String')
    fail(
      'MethodNotFound',
      `Method invocation failed because [${full}] does not contain a method named '${name}'.`,
      'InvalidOperation',
      undefined,
      name,
    )
  throw new Refused(`[${full}]::${name}()`)
}

/** `[type]::new(…)` and New-Object. */
export function construct(e: Engine, type: string, args: readonly PsValue[]): PsValue {
  const one = args[0] ?? null
  const hosted = e.host.type(type)?.construct
  if (hosted !== undefined) return native('.ctor', args.length, () => hosted(...args))
  if (isException(type)) {
    if (args.length === 0) return new PsException(type, `Exception of type '${type}' was thrown.`)
    if (args.length === 1 && typeof one === 'string') {
      if (/Argument(Null|OutOfRange)Exception$/.test(type)) throw new Refused(`new ${type}`)
      if (type.endsWith('Win32Exception')) throw new Refused(`new ${type}`)
      return new PsException(type, text(one))
    }
    if (args.length === 2 && typeof one === 'string' && args[1] instanceof PsException)
      return new PsException(type, one, args[1])
    throw new Refused(`new ${type} with these arguments`)
  }
  if (
    /^System\.Collections\.(ArrayList|Queue|Stack)$/.test(type) ||
    /^System\.Collections\.Generic\.(List|Queue|Stack|HashSet)`1/.test(type)
  ) {
    const list = new PsList(type, [])
    const from = args.length === 1 ? itemsOf(one) : undefined
    const element = type.includes('[') ? type.slice(type.indexOf('[') + 1, -1) : 'System.Object'
    if (from !== undefined) {
      const items = from.map((i) => casting(() => convert(i, element)))
      for (const i of items)
        if (!/HashSet/.test(type) || !list.items.some((x) => same(x, i))) list.items.push(i)
      if (/Stack/.test(type)) list.items.reverse()
    } else if (args.length > 1 || (args.length === 1 && !(one instanceof PsNumber)))
      throw new Refused(`new ${type} with these arguments`)
    return list
  }
  if (/^System\.Collections\.(Hashtable|Specialized\.OrderedDictionary)$/.test(type) && args.length === 0)
    return new PsDictionary(type)
  if (type.startsWith('System.Collections.Generic.Dictionary`2') && args.length === 0)
    return new PsDictionary(type)
  const builder = new PsBuilder()
  switch (type) {
    case 'System.Text.StringBuilder':
      if (args.length === 1 && typeof one === 'string') builder.text = one
      else if (args.length > 0 && !(one instanceof PsNumber))
        throw new Refused('new StringBuilder with these arguments')
      return builder
    case 'System.Text.UTF8Encoding':
      return encodingOf('utf8')
    case 'System.Management.Automation.PSObject':
      return args.length === 0
        ? new PsObject(['System.Management.Automation.PSCustomObject'], new Map())
        : one
    case 'System.Object':
      return new PsObject(['System.Object'], new Map())
    case 'System.Text.RegularExpressions.Regex':
      if (args.length === 1) return new PsRegex(text(one), toRegex(text(one), true))
      throw new Refused('new Regex with options')
    case 'System.Version':
      if (args.length === 1 && typeof one === 'string')
        return native('.ctor', 1, () => convertNative(one, type))
      if (args.length >= 2 && args.length <= 4)
        return new PsVersion(args.map((a) => num(casting(() => toNumber(a, 'Int32')))))
      return callOverload('Version', [], args)
    case 'System.Guid':
      if (args.length === 1 && typeof one === 'string')
        return native('.ctor', 1, () => convertNative(one, type))
      break
    case 'System.DateTime': {
      const n = args.map((a) => num(casting(() => toNumber(a, 'Int64'))))
      if (n.length === 1) return new PsDate(BigInt(n[0]!))
      if (n.length === 3 || n.length === 6) {
        const d = dateOf(n[0]!, n[1]!, n[2]!, n[3], n[4], n[5])
        if (d === undefined)
          return native('.ctor', n.length, () => {
            throw new Native(
              'System.ArgumentOutOfRangeException',
              'Year, Month, and Day parameters describe an un-representable DateTime.',
            )
          })
        return d
      }
      break
    }
    case 'System.TimeSpan': {
      const n = args.map((a) => num(casting(() => toNumber(a, 'Int64'))))
      if (n.length === 1) return new PsTimeSpan(BigInt(n[0]!))
      if (n.length === 3 || n.length === 4) {
        const [d, h, m, s] = n.length === 3 ? [0, ...n] : n
        return new PsTimeSpan(BigInt(((d! * 24 + h!) * 60 + m!) * 60 + s!) * 10000000n)
      }
      break
    }
    case 'System.String':
      if (args.length === 2 && one instanceof PsChar) return one.char.repeat(num(args[1]))
      break
    case 'System.Management.Automation.PSNoteProperty':
      if (args.length === 2) return new PsNative(type, { Name: () => one, Value: () => args[1] ?? null })
      break
    case 'System.Management.Automation.ErrorDetails':
      if (args.length === 1) return new PsNative(type, { Message: () => one }, {}, text(one))
      break
  }
  throw new Refused(`new ${type}`)
}

function convertNative(v: PsValue, type: string): PsValue {
  const guid = type === 'System.Guid' ? guidText(text(v)) : undefined
  const out =
    type === 'System.Guid' ? (guid === undefined ? undefined : new PsScalar(type, guid)) : converts(v, type)
  if (out === undefined)
    throw new Native(
      type === 'System.Guid' ? 'System.FormatException' : 'System.ArgumentException',
      'The text has not the right form.',
    )
  return out
}

const NUMERIC = /^System\.(U?Int(16|32|64)|Byte|Double|Single|Decimal)$/

function parse(type: string, v: PsValue | undefined): PsValue {
  const s = str(v).trim()
  const short = shortName(type)
  const whole = rangeOf(short) !== undefined
  const shape = whole ? /^[+-]?\d+$/ : /^[+-]?[\d,]*\.?\d*(e[+-]?\d+)?$/i
  if (!shape.test(s) || !/\d/.test(s))
    throw new Native(
      'System.FormatException',
      `The input string '${text(v ?? null)}' was not in a correct format.`,
    )
  const out = converts(s, type)
  if (out === undefined)
    throw new Native(
      'System.OverflowException',
      `Value was either too large or too small for ${/^[AEIOU]/.test(short) && short !== 'UInt16' ? 'an' : 'a'} ${short}.`,
    )
  return out
}

function tryParse(
  type: string,
  v: PsValue | undefined,
  ref: PsValue | undefined,
  parser: (v: PsValue | undefined) => PsValue,
  zero: PsValue,
): boolean {
  if (!(ref instanceof PsRef)) throw new Refused(`TryParse of ${type} without [ref]`)
  try {
    ref.set(parser(v))
    return true
  } catch (x) {
    if (!(x instanceof Native)) throw x
    ref.set(zero)
    return false
  }
}

function statics(e: Engine, type: string): Methods {
  if (NUMERIC.test(type)) {
    const zero = casting(() => convert(int32(0), type))
    return {
      parse: [o('string', (s) => parse(type, s)), o('string,object', (s) => parse(type, s))],
      tryparse: [
        o('string,object', (s, r) =>
          isNull(s ?? null)
            ? tryParse(type, '', r, (v) => parse(type, v), zero)
            : tryParse(type, s, r, (v) => parse(type, v), zero),
        ),
      ],
      isnan: [o('double', (n) => Number.isNaN(num(n)))],
      isinfinity: [o('double', (n) => Math.abs(num(n)) === Infinity)],
      isnegativeinfinity: [o('double', (n) => num(n) === -Infinity)],
      ispositiveinfinity: [o('double', (n) => num(n) === Infinity)],
    }
  }
  const table = TABLES[type]
  if (table !== undefined) return table(e)
  if (enumOf(type) !== undefined) return {}
  throw new Refused(`the static methods of [${type}]`)
}

const sameType = (name: string, run: (a: PsNumber) => PsValue): Methods[string] =>
  ['int', 'long', 'double', 'decimal'].map((t) =>
    o(t, (a) => (a instanceof PsNumber ? run(a) : refuse(name))),
  )
const refuse = (what: string): never => {
  throw new Refused(what)
}
const pick = (wantGreater: boolean): Methods[string] =>
  ['int,int', 'long,long', 'double,double', 'decimal,decimal'].map((t) =>
    o(t, (a, b) => (order(a!, b!) > 0 === wantGreater ? a! : b!)),
  )

function roundNumber(n: PsNumber, places: number, away: boolean): PsValue {
  if (n.type === 'Decimal') {
    const x = exact(String(n.value))
    if (x.scale <= places) return n
    const unit = 10n ** BigInt(x.scale - places)
    let q = x.digits / unit
    const rest = (x.digits % unit) * 2n
    const size = rest < 0n ? -rest : rest
    if (size > unit || (size === unit && (away || q % 2n !== 0n))) q += x.digits < 0n ? -1n : 1n
    return new PsNumber('Decimal', exactText({ digits: q, scale: places }))
  }
  const v = toDouble(n)
  const unit = 10 ** places
  const scaled = v * unit
  const rounded = away ? Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5) : roundEven(scaled)
  return double(rounded / unit)
}

const away = (v: PsValue | undefined): boolean => v instanceof PsEnum && v.number === 1
const numeric = (v: PsValue | undefined): PsNumber =>
  v instanceof PsNumber ? v : refuse('an argument of this kind')
const MODE = 'System.MidpointRounding'
const real = (f: (n: number) => number): Methods[string] => [o('double', (n) => double(f(num(n))))]

const TABLES: { readonly [type: string]: (e: Engine) => Methods } = {
  'System.Math': () => ({
    abs: sameType('Abs', (a) => (toDouble(a) < 0 ? absolute(a) : a)),
    sign: sameType('Sign', (a) => int32(Math.sign(toDouble(a)))),
    max: pick(true),
    min: pick(false),
    floor: [
      o('double', (n) => double(Math.floor(num(n)))),
      o('decimal', (n) => floorDecimal(numeric(n), -1n)),
    ],
    ceiling: [
      o('double', (n) => double(Math.ceil(num(n)))),
      o('decimal', (n) => floorDecimal(numeric(n), 1n)),
    ],
    truncate: [
      o('double', (n) => double(Math.trunc(num(n)))),
      o('decimal', (n) => floorDecimal(numeric(n), 0n)),
    ],
    round: [
      o('double', (n) => roundNumber(numeric(n), 0, false)),
      o('decimal', (n) => roundNumber(numeric(n), 0, false)),
      o('double,int', (n, p) => roundNumber(numeric(n), num(p), false)),
      o('decimal,int', (n, p) => roundNumber(numeric(n), num(p), false)),
      o(`double,${MODE}`, (n, m) => roundNumber(numeric(n), 0, away(m))),
      o(`double,int,${MODE}`, (n, p, m) => roundNumber(numeric(n), num(p), away(m))),
    ],
    pow: [o('double,double', (a, b) => double(num(a) ** num(b)))],
    sqrt: real(Math.sqrt),
    log: [...real(Math.log), o('double,double', (a, b) => double(Math.log(num(a)) / Math.log(num(b))))],
    log10: real(Math.log10),
    exp: real(Math.exp),
    divrem: [
      o('int,int,object', (a, b, r) => {
        if (!(r instanceof PsRef)) throw new Refused('DivRem without [ref]')
        r.set(int32(num(a) % num(b)))
        return int32(Math.trunc(num(a) / num(b)))
      }),
    ],
  }),
  'System.String': () => ({
    isnullorempty: [o('object', (s) => nullIsNull(s) === '')],
    isnullorwhitespace: [o('object', (s) => nullIsNull(s).trim() === '')],
    join: [o('string,object', (s, v) => (itemsOf(v!) ?? [v!]).map(text).join(nullIsNull(s)))],
    format: [1, 2, 3, 4].map((n) =>
      o(['string', ...Array.from({ length: n }, () => 'object')].join(','), (f, ...a) =>
        format(str(f), n === 1 && Array.isArray(a[0]) ? a[0] : a),
      ),
    ),
    concat: [2, 3, 4].map((n) =>
      o(Array.from({ length: n }, () => 'object').join(','), (...a) => a.map(nullIsNull).join('')),
    ),
    compare: [
      o('string,string', (a, b) => int(Math.sign(compareText(nullIsNull(a), nullIsNull(b), true)))),
      o('string,string,bool', (a, b, c) =>
        int(Math.sign(compareText(nullIsNull(a), nullIsNull(b), c !== true))),
      ),
    ],
    equals: [
      o('string,string', (a, b) => a === b),
      o('string,string,System.StringComparison', (a, b, c) =>
        c instanceof PsEnum && c.name.endsWith('IgnoreCase')
          ? nullIsNull(a).toUpperCase() === nullIsNull(b).toUpperCase()
          : a === b,
      ),
    ],
  }),
  'System.Convert': () => convertStatics(),
  'System.Text.RegularExpressions.Regex': (e) => ({
    escape: [o('string', (s) => escapeRegex(str(s)))],
    unescape: [
      o('string', (s) =>
        str(s)
          .replace(/\\([nrtf])/g, (_a, c: string) => ({ n: '\n', r: '\r', t: '\t', f: '\f' })[c] ?? c)
          .replace(/\\(.)/g, '$1'),
      ),
    ],
    ismatch: [o('string,string', (s, p) => first(str(s), str(p)) !== null)],
    match: [o('string,string', (s, p) => matchObject(first(str(s), str(p))))],
    matches: [
      o('string,string', (s, p) => allMatches(str(s), toRegex(str(p), true)).map((m) => matchObject(m))),
    ],
    replace: [
      o('string,string,object', (s, p, r) =>
        replaceAll(
          str(s),
          toRegex(str(p), true),
          r instanceof PsBlock ? (m) => text(e.call(r, { args: [matchObject(m)] })) : str(r),
        ),
      ),
    ],
    split: [
      o('string,string', (s, p) =>
        typedArray('System.String', str(s).split(new RegExp(toRegex(str(p), true).source, 'u'))),
      ),
    ],
  }),
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
  'System.Guid': () => ({
    parse: [o('string', (s) => convertNative(str(s), 'System.Guid'))],
    tryparse: [
      o('string,object', (s, r) =>
        tryParse(
          'Guid',
          s,
          r,
          (v) => convertNative(str(v), 'System.Guid'),
          new PsScalar('System.Guid', '00000000-0000-0000-0000-000000000000'),
        ),
      ),
    ],
  }),
  'System.Version': () => ({
    parse: [o('string', (s) => convertNative(str(s), 'System.Version'))],
    tryparse: [
      o('string,object', (s, r) =>
        tryParse('Version', s, r, (v) => convertNative(str(v), 'System.Version'), null),
      ),
    ],
  }),
  'System.Boolean': () => ({
    parse: [
      o('string', (s) => {
        const t = str(s).trim().toLowerCase()
        if (t !== 'true' && t !== 'false')
          throw new Native(
            'System.FormatException',
            `String '${str(s)}' was not recognized as a valid Boolean.`,
          )
        return t === 'true'
      }),
    ],
    tryparse: [
      o('string,object', (s, r) =>
        tryParse(
          'Boolean',
          s,
          r,
          (v) =>
            /^\s*(true|false)\s*$/i.test(str(v)) ? str(v).trim().toLowerCase() === 'true' : refuseNative(),
          false,
        ),
      ),
    ],
  }),
  'System.Char': () => {
    const test = (pattern: RegExp): Methods[string] => [o('char', (c) => pattern.test(text(c!)))]
    return {
      isdigit: test(/\p{Nd}/u),
      isletter: test(/\p{L}/u),
      isletterordigit: test(/[\p{L}\p{Nd}]/u),
      iswhitespace: test(/\s/),
      isupper: test(/\p{Lu}/u),
      islower: test(/\p{Ll}/u),
      toupper: [o('char', (c) => new PsChar(text(c!).toUpperCase()))],
      tolower: [o('char', (c) => new PsChar(text(c!).toLowerCase()))],
    }
  },
  'System.Array': () => ({
    indexof: [o('object,object', (a, v) => int((itemsOf(a!) ?? []).findIndex((i) => same(i, v!))))],
    reverse: [o('object', (a) => (Array.isArray(a) ? (a.reverse(), NOTHING) : refuse('Reverse')))],
    sort: [
      o('object', (a) => {
        if (!Array.isArray(a) || new Set(a.map(typeOf)).size > 1) throw new Refused('Sort of these')
        a.sort((x: PsValue, y: PsValue) => order(x, y, true))
        return NOTHING
      }),
    ],
  }),
  'System.Enum': () => ({
    getnames: [o('object', (t) => typedArray('System.String', Object.keys(namesOf(t))))],
    getvalues: [o('object', (t) => Object.values(namesOf(t)).map((n) => enumValue(typeName(t), n) ?? null))],
    isdefined: [
      o('object,object', (t, v) =>
        v instanceof PsNumber
          ? Object.values(namesOf(t)).includes(Number(v.value))
          : Object.keys(namesOf(t)).includes(text(v!)),
      ),
    ],
    parse: [
      o('object,string', (t, s) => enumParse(typeName(t), str(s)) ?? refuse('Enum.Parse')),
      o('object,string,bool', (t, s) => enumParse(typeName(t), str(s)) ?? refuse('Enum.Parse')),
    ],
    getname: [
      o('object,object', (t, v) =>
        v instanceof PsNumber
          ? (enumValue(typeName(t), Number(v.value))?.name ?? null)
          : refuse('Enum.GetName'),
      ),
    ],
  }),
  'System.BitConverter': () => ({
    tostring: [
      o('byte[]', (b) =>
        (b as readonly PsValue[]).map((x) => num(x).toString(16).toUpperCase().padStart(2, '0')).join('-'),
      ),
    ],
    getbytes: [
      o('int', (n) => littleEndian(BigInt(num(n)), 4)),
      o('long', (n) => littleEndian((n as PsNumber).value as bigint, 8)),
    ],
    toint32: [o('byte[],int', (b, at) => int32(fromLittle(b, num(at), 4)))],
    toint64: [o('byte[],int', (b, at) => int64(fromLittle(b, num(at), 8)))],
  }),
  'System.Management.Automation.ScriptBlock': () => ({
    create: [
      o('string', (s) => {
        const result = read(str(s), 'script block')
        if (result.ok) return new PsBlock(result.value.block, result.value.text)
        throw new Native(
          'System.Management.Automation.ParseException',
          result.error.map((c) => c.message).join('\n'),
        )
      }),
    ],
  }),
  'System.Security.Cryptography.SHA256': () => ({ create: [o('', () => hashAlgorithm('sha256'))] }),
  'System.Security.Cryptography.SHA1': () => ({ create: [o('', () => hashAlgorithm('sha1'))] }),
  'System.Security.Cryptography.SHA384': () => ({ create: [o('', () => hashAlgorithm('sha384'))] }),
  'System.Security.Cryptography.SHA512': () => ({ create: [o('', () => hashAlgorithm('sha512'))] }),
  'System.Security.Cryptography.MD5': () => ({ create: [o('', () => hashAlgorithm('md5'))] }),
  'System.Net.IPAddress': () => ({
    parse: [o('string', (s) => convertNative(str(s), 'System.Net.IPAddress'))],
    tryparse: [
      o('string,object', (s, r) =>
        tryParse('IPAddress', s, r, (v) => convertNative(str(v), 'System.Net.IPAddress'), null),
      ),
    ],
  }),
  'System.IO.Path': () => ({
    getfilename: [o('string', (p) => str(p).replace(/^.*[\\/]/, ''))],
    getextension: [o('string', (p) => /\.[^.\\/]+$/.exec(str(p))?.[0] ?? '')],
    getfilenamewithoutextension: [
      o('string', (p) =>
        str(p)
          .replace(/^.*[\\/]/, '')
          .replace(/\.[^.]*$/, ''),
      ),
    ],
  }),
}

const refuseNative = (): never => {
  throw new Native('System.FormatException', 'The text has not the right form.')
}

function absolute(a: PsNumber): PsValue {
  if (typeof a.value === 'bigint') return new PsNumber(a.type, -a.value)
  return typeof a.value === 'number'
    ? new PsNumber(a.type, -a.value)
    : new PsNumber('Decimal', a.value.slice(1))
}

function floorDecimal(n: PsNumber, direction: bigint): PsValue {
  const x = exact(String(n.value))
  const unit = 10n ** BigInt(x.scale)
  let q = x.digits / unit
  const rest = x.digits % unit
  if (rest !== 0n && direction !== 0n && rest > 0n === direction > 0n) q += direction
  return new PsNumber('Decimal', String(q))
}

function first(s: string, pattern: string): RegExpExecArray | null {
  const regex = toRegex(pattern, true)
  regex.lastIndex = 0
  return regex.exec(s)
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

const typeName = (t: PsValue | undefined): string => (t instanceof PsType ? t.name : refuse('this type'))
const namesOf = (t: PsValue | undefined): { readonly [name: string]: number } =>
  enumOf(typeName(t)) ?? refuse(`the names of [${typeName(t)}]`)

function littleEndian(n: bigint, size: number): PsValue {
  return typedArray(
    'System.Byte',
    Array.from({ length: size }, (_, i) => byte(Number(BigInt.asUintN(8, n >> BigInt(8 * i))))),
  )
}

function fromLittle(b: PsValue | undefined, at: number, size: number): bigint {
  const items = itemsOf(b ?? null) ?? []
  if (at + size > items.length) throw outside()
  return BigInt.asIntN(
    size * 8,
    items.slice(at, at + size).reduce<bigint>((n, x, i) => n | (BigInt(num(x)) << BigInt(8 * i)), 0n),
  )
}
