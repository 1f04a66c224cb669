import { converts } from '../convert.ts'
import { guidText } from '../convert-scalars.ts'
import { Native, Refused } from '../errors.ts'
import { type Methods, str } from './arguments.ts'
import { rangeOf } from '../numbers.ts'
import { PsRef, PsScalar, isNull } from '../objects.ts'
import { type Engine } from '../run/engine.ts'
import { text } from '../text.ts'
import { shortName } from '../types.ts'
import { type PsValue } from '../values.ts'

export const nullIsNull = (v: PsValue | undefined): string => (isNull(v ?? null) ? '' : text(v!))

export function convertNative(v: PsValue, type: string): PsValue {
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

export const NUMERIC = /^System\.(U?Int(16|32|64)|Byte|Double|Single|Decimal)$/

export function parse(type: string, v: PsValue | undefined): PsValue {
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

export function tryParse(
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

/** Static methods by type, then by name in lower case. */
export type StaticTables = { readonly [type: string]: (e: Engine) => Methods }
