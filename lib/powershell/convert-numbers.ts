import { CastFailure, bad, cannot } from './convert-failure.ts'
import { Refused } from './errors.ts'
import { exact, exactText, holds, int32, roundEven, toDouble } from './numbers.ts'
import { PsSwitch, isNull } from './objects.ts'
import { numberLiteral } from './syntax/literals.ts'
import { type NumberType, PsChar, PsEnum, PsNumber, type PsValue } from './values.ts'

export const INTEGERS = ['Byte', 'Int16', 'UInt16', 'Int32', 'UInt32', 'Int64', 'UInt64']

const NAMES: { readonly [type: string]: string } = {
  Byte: 'an unsigned byte',
  Int16: 'an Int16',
  UInt16: 'a UInt16',
  Int32: 'an Int32',
  UInt32: 'a UInt32',
  Int64: 'an Int64',
  UInt64: 'a UInt64',
  Decimal: 'a Decimal',
}

/** The number that a text writes for arithmetic: literals, blanks around, thousands; undefined when it is none. */
export function numberOf(source: string): PsNumber | undefined {
  const t = source.trim()
  if (t === '') return int32(0)
  const literal = numberLiteral(t)
  if (literal !== undefined) return literal
  if (/^[+-]?\d[\d,]*(\.\d*)?$/.test(t)) {
    const plain = t.replaceAll(',', '').replace(/\.$/, '')
    return numberLiteral(plain)
  }
  if (/^[+-]?(nan|infinity)$/i.test(t)) throw new Refused('NaN or Infinity as text')
  return undefined
}

function toInteger(v: PsNumber, type: NumberType, from: PsValue): PsNumber {
  if (v.type === type) return v
  const full = `System.${type}`
  const over = (): CastFailure =>
    bad('InvalidCastIConvertible', from, full, `Value was either too large or too small for ${NAMES[type]!}.`)
  let value: bigint
  if (typeof v.value === 'bigint') value = v.value
  else if (typeof v.value === 'number') {
    if (!Number.isFinite(v.value)) throw over()
    value = BigInt(roundEven(v.value))
  } else {
    const { digits, scale } = exact(v.value)
    const unit = 10n ** BigInt(scale)
    value = digits / unit
    const rest = (digits % unit) * 2n
    const size = rest < 0n ? -rest : rest
    if (size > unit || (size === unit && value % 2n !== 0n)) value += digits < 0n ? -1n : 1n
  }
  if (!holds(type, value)) throw over()
  return type === 'Int32' ? int32(value) : new PsNumber(type, value)
}

/** Converts to one of the numeric types. */
export function toNumber(v: PsValue, type: NumberType): PsNumber {
  const full = `System.${type}`
  if (isNull(v)) return toNumber(int32(0), type)
  if (typeof v === 'boolean') return toNumber(int32(v ? 1 : 0), type)
  if (v instanceof PsSwitch) throw cannot(v, full)
  if (v instanceof PsEnum) return toNumber(int32(v.number), type)
  if (v instanceof PsChar) {
    if (!INTEGERS.includes(type)) throw cannot(v, full)
    return toInteger(int32(v.char.charCodeAt(0)), type, v)
  }
  if (typeof v === 'string') {
    const id = INTEGERS.includes(type)
      ? 'InvalidCastFromStringToInteger'
      : type === 'Decimal'
        ? 'InvalidCastFromStringToDecimal'
        : 'InvalidCastFromStringToDoubleOrSingle'
    const n = numberOf(v)
    // .NET reads a sign at the end, parentheses and signs of currency there
    if (n === undefined && type === 'Decimal' && /\d\s*[-+)]\s*$|[$\u00a4]/.test(v))
      throw new Refused('this text of a decimal')
    if (n === undefined) throw bad(id, v, full, `The input string '${v}' was not in a correct format.`)
    try {
      return toNumber(n, type)
    } catch (e) {
      if (e instanceof CastFailure)
        throw bad(id, v, full, `Value was either too large or too small for ${NAMES[type] ?? type}.`)
      throw e
    }
  }
  if (!(v instanceof PsNumber)) throw cannot(v, full)
  if (v.type === type) return v
  if (INTEGERS.includes(type)) return toInteger(v, type, v)
  if (type === 'Decimal') {
    if (typeof v.value === 'number' && !Number.isFinite(v.value))
      throw bad('InvalidCastIConvertible', v, full, 'Value was either too large or too small for a Decimal.')
    return new PsNumber(
      'Decimal',
      typeof v.value === 'number'
        ? exactText(exact(String(Number(v.value.toPrecision(15)))))
        : String(v.value),
    )
  }
  return new PsNumber(type, type === 'Single' ? Math.fround(toDouble(v)) : toDouble(v))
}
