import { CastFailure } from '../convert-failure.ts'
import { convert } from '../convert.ts'
import { Native, Refused, fail, failMethod } from '../errors.ts'
import { int32 } from '../numbers.ts'
import { NOTHING } from '../objects.ts'
import { text } from '../text.ts'
import { typeOf } from '../types.ts'
import { PsNumber, type PsValue } from '../values.ts'

/** One overload: the types of its parameters, and what it does. */
export interface Overload {
  readonly types: readonly string[]
  readonly run: (...args: PsValue[]) => PsValue
}

/** Written `name(type,type)` to its action; types are short names. */
export interface Methods {
  readonly [name: string]: readonly Overload[]
}

const FULL: { readonly [short: string]: string } = {
  int: 'System.Int32',
  long: 'System.Int64',
  string: 'System.String',
  char: 'System.Char',
  bool: 'System.Boolean',
  object: 'System.Object',
  double: 'System.Double',
  byte: 'System.Byte',
  'char[]': 'System.Char[]',
  'string[]': 'System.String[]',
  'byte[]': 'System.Byte[]',
  'object[]': 'System.Object[]',
  decimal: 'System.Decimal',
}

/** An overload with the types `spec` lists. */
export function overload(spec: string, run: (...args: PsValue[]) => PsValue): Overload {
  return { types: spec === '' ? [] : spec.split(',').map((t) => FULL[t] ?? t), run }
}

const WIDENING: { readonly [from: string]: { readonly [to: string]: number } } = {
  Int32: { 'System.Int64': 1, 'System.Decimal': 2, 'System.Double': 3 },
  Int64: { 'System.Decimal': 2, 'System.Double': 3, 'System.Int32': 8 },
  Byte: { 'System.Int32': 1, 'System.Int64': 2, 'System.Decimal': 3, 'System.Double': 4 },
  Double: { 'System.Decimal': 7, 'System.Int64': 8, 'System.Int32': 9 },
  Decimal: { 'System.Double': 7, 'System.Int64': 8, 'System.Int32': 9 },
}

function fits(v: PsValue, type: string): number {
  if (type === 'System.Object') return 2
  const own = typeOf(v)
  if (own === type) return 0
  if (v === null) return /^System\.(Int32|Int64|Double|Boolean|Char|Byte|Decimal)$/.test(type) ? 9 : 1
  if (type === 'System.String[]' || type === 'System.Char[]' || type === 'System.Byte[]')
    return own.endsWith('[]') ? 1 : type === 'System.Char[]' && typeof v === 'string' ? 6 : 8
  if (v instanceof PsNumber) {
    const cost = WIDENING[v.type]?.[type]
    if (cost !== undefined) return cost
  }
  if (type === 'System.String') return 7
  return 8
}

/** Calls the overload that fits best; the errors are those of a method call. */
export function callOverload(
  name: string,
  overloads: readonly Overload[],
  args: readonly PsValue[],
): PsValue {
  const same = overloads.filter((o) => o.types.length === args.length)
  if (same.length === 0)
    fail(
      'MethodCountCouldNotFindBest',
      `Cannot find an overload for "${name}" and the argument count: "${args.length}".`,
      'NotSpecified',
      'System.Management.Automation.MethodException',
    )
  const cost = (o: Overload): number => o.types.reduce((sum, t, i) => sum + fits(args[i]!, t), 0)
  const chosen = same.reduce((best, o) => (cost(o) < cost(best) ? o : best))
  let converted: PsValue[]
  try {
    converted = args.map((a, i) =>
      chosen.types[i] === 'System.String' && a === null ? null : convert(a, chosen.types[i]!),
    )
  } catch (e) {
    if (!(e instanceof CastFailure)) throw e
    fail(
      'MethodArgumentConversionInvalidCastArgument',
      `Cannot convert argument "value", with value: "${args.map(text).join(',')}", for "${name}" to type "${chosen.types[0] ?? ''}": "${e.message}"`,
      'NotSpecified',
      'System.Management.Automation.MethodException',
    )
  }
  return native(name, args.length, () => chosen.run(...converted))
}

/** Runs something that may throw a .NET exception, wrapped as from a method. */
export function native(name: string, args: number, action: () => PsValue): PsValue {
  try {
    return action()
  } catch (e) {
    if (e instanceof Native) failMethod(name, args, e.exception)
    throw e
  }
}

/** The number of an argument already converted. */
export const num = (v: PsValue | undefined): number => {
  if (!(v instanceof PsNumber)) throw new Refused('an argument of this kind')
  return Number(v.value)
}

/** The text of an argument already converted; null is refused with ArgumentNullException. */
export const str = (v: PsValue | undefined): string => {
  if (v === null || v === undefined) throw new Native('System.ArgumentNullException', 'Value cannot be null.')
  return text(v)
}

/** An Int32. */
export const int = (n: number): PsValue => int32(n)

/** What a method without a result gives. */
export const VOID = NOTHING

/** The exception of an index or length outside its range. */
export const outside = (): Native =>
  new Native(
    'System.ArgumentOutOfRangeException',
    'Index was out of range. Must be non-negative and less than the size of the collection.',
  )
