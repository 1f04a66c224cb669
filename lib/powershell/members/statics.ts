import { casting } from '../arithmetic.ts'
import { convert } from '../convert.ts'
import { enumOf } from '../enums.ts'
import { Refused, fail } from '../errors.ts'
import { type Methods, callOverload, int, native, num, overload as o } from './arguments.ts'
import { construct } from './construct.ts'
import { encodingOf } from './encodings.ts'
import { noProperty } from './missing.ts'
import { enumStatics } from './static-enums.ts'
import { mathStatics } from './static-math.ts'
import { NUMERIC, type StaticTables, nullIsNull, parse, tryParse } from './static-parse.ts'
import { textStatics } from './static-text.ts'
import { timeStatics } from './static-times.ts'
import { valueStatics } from './static-values.ts'
import { double, int32, rangeOf } from '../numbers.ts'
import { NOTHING, PsDate, PsNative, PsScalar, PsTimeSpan, PsType, isNull } from '../objects.ts'
import { type Engine } from '../run/engine.ts'
import { type TypeName } from '../syntax/ast.ts'
import { mayExist, resolveType, shortName } from '../types.ts'
import { type NumberType, PsEnum, PsNumber, type PsValue } from '../values.ts'

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

const TABLES: StaticTables = {
  ...mathStatics,
  ...textStatics,
  ...valueStatics,
  ...timeStatics,
  ...enumStatics,
}
