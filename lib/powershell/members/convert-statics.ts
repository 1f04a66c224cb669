import { casting } from '../arithmetic.ts'
import { convert, itemsOf } from '../convert.ts'
import { Native, Refused } from '../errors.ts'
import { byte, rangeOf } from '../numbers.ts'
import { typedArray } from '../objects.ts'
import { text } from '../text.ts'
import { shortName } from '../types.ts'
import { PsNumber, type NumberType, type PsValue } from '../values.ts'
import { type Methods, num, overload as o, str } from './arguments.ts'

/** A byte[] of a Buffer. */
export const bytesOf = (b: Uint8Array): PsValue => typedArray('System.Byte', Array.from(b, byte))

/** The bytes of a byte[]. */
export const bufferOf = (v: PsValue | undefined): Uint8Array =>
  Uint8Array.from((itemsOf(v ?? null) ?? []).map((x) => num(x)))

const INVALID =
  'The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding characters, or an illegal character among the padding characters.'

function fromBase64(s: string): PsValue {
  const clean = s.replace(/\s/g, '')
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(clean))
    throw new Native('System.FormatException', INVALID)
  return bytesOf(Buffer.from(clean, 'base64'))
}

function toInteger(type: string): Methods[string] {
  return [
    o('object', (v) => whole(v!, type)),
    o('string,int', (s, radix) => {
      const base = num(radix)
      const t = str(s).replace(base === 16 ? /^0x/i : /^$/, '')
      const digits =
        base === 16 ? /^[0-9a-f]+$/i : base === 2 ? /^[01]+$/ : base === 8 ? /^[0-7]+$/ : /^[+-]?\d+$/
      if (!digits.test(t))
        throw new Native('System.FormatException', 'Could not find any recognizable digits.')
      const n =
        base === 10
          ? BigInt(t)
          : [...t].reduce((sum, d) => sum * BigInt(base) + BigInt(Number.parseInt(d, 16)), 0n)
      const range = rangeOf(shortName(type))!
      const width = type.endsWith('64') ? 64 : type.endsWith('32') ? 32 : type.endsWith('16') ? 16 : 8
      const value = base !== 10 && range[0] < 0n ? BigInt.asIntN(width, n) : n
      if (value < range[0] || value > range[1] || (base !== 10 && n >> BigInt(width) !== 0n))
        throw new Native(
          'System.OverflowException',
          `Value was either too large or too small for ${shortName(type)}.`,
        )
      return new PsNumber(shortName(type) as NumberType, value)
    }),
  ]
}

function whole(v: PsValue, type: string): PsValue {
  if (typeof v === 'string') {
    if (!/^\s*[+-]?\d+\s*$/.test(v))
      throw new Native('System.FormatException', `The input string '${v}' was not in a correct format.`)
  }
  return casting(() => convert(v, type))
}

function toText(v: PsValue | undefined, radix: number): string {
  if (!(v instanceof PsNumber) || typeof v.value !== 'bigint') throw new Refused('Convert.ToString of this')
  if (![2, 8, 10, 16].includes(radix)) throw new Native('System.ArgumentException', 'Invalid Base.')
  const width = v.type.endsWith('64') ? 64 : v.type === 'Byte' ? 8 : 32
  return radix === 10 ? String(v.value) : BigInt.asUintN(width, v.value).toString(radix)
}

/** The static methods of [Convert]. */
export function convertStatics(): Methods {
  return {
    frombase64string: [o('string', (s) => fromBase64(str(s)))],
    tobase64string: [o('byte[]', (b) => Buffer.from(bufferOf(b)).toString('base64'))],
    toint32: toInteger('System.Int32'),
    toint64: toInteger('System.Int64'),
    toint16: toInteger('System.Int16'),
    tobyte: toInteger('System.Byte'),
    touint32: toInteger('System.UInt32'),
    touint64: toInteger('System.UInt64'),
    todouble: [o('object', (v) => casting(() => convert(v!, 'System.Double')))],
    toboolean: [
      o('object', (v) => {
        if (typeof v === 'string') {
          const t = v.trim().toLowerCase()
          if (t !== 'true' && t !== 'false')
            throw new Native('System.FormatException', `String '${v}' was not recognized as a valid Boolean.`)
          return t === 'true'
        }
        return casting(() => convert(v!, 'System.Boolean'))
      }),
    ],
    tostring: [o('object', (v) => text(v!)), o('object,int', (v, radix) => toText(v, num(radix)))],
  }
}
