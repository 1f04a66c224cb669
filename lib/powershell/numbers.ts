import { Refused } from './errors.ts'
import { PsNumber, type NumberType } from './values.ts'

/** An exact decimal: `digits × 10^-scale`. */
export interface Exact {
  readonly digits: bigint
  readonly scale: number
}

/** The exact value of a decimal's text. */
export function exact(text: string): Exact {
  const [mantissa = '', exponent] = text.toLowerCase().split('e')
  const dot = mantissa.indexOf('.')
  let scale = dot < 0 ? 0 : mantissa.length - dot - 1
  let digits = BigInt(mantissa.replace('.', ''))
  if (exponent !== undefined) scale -= Number(exponent)
  if (scale < 0) {
    digits *= 10n ** BigInt(-scale)
    scale = 0
  }
  return { digits, scale }
}

/** A decimal's text, with its scale. */
export function exactText({ digits, scale }: Exact): string {
  const negative = digits < 0n
  const text = (negative ? -digits : digits).toString().padStart(scale + 1, '0')
  const whole = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`
  return negative ? `-${whole}` : whole
}

/** Brings two decimals to one scale. */
export function align(a: Exact, b: Exact): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale)
  return [a.digits * 10n ** BigInt(scale - a.scale), b.digits * 10n ** BigInt(scale - b.scale), scale]
}

/** Division at the largest scale up to 28 whose digits fit into 96 bits, half to even, trailing zeros gone. */
export function divideExact(a: Exact, b: Exact): Exact {
  const divisor = b.digits * 10n ** BigInt(a.scale)
  for (let scale = 28; ; scale--) {
    const digits = roundedQuotient(a.digits * 10n ** BigInt(scale + b.scale), divisor)
    if (scale === 0 || (digits < 0n ? -digits : digits) < 1n << 96n) return withoutZeros({ digits, scale })
  }
}

/** A quotient rounded half to even. */
function roundedQuotient(a: bigint, b: bigint): bigint {
  const quotient = a / b
  const rest = a % b
  const twice = (rest < 0n ? -rest : rest) * 2n
  const whole = b < 0n ? -b : b
  if (twice < whole || (twice === whole && quotient % 2n === 0n)) return quotient
  return quotient + (a < 0n === b < 0n ? 1n : -1n)
}

function withoutZeros({ digits, scale }: Exact): Exact {
  let [d, s] = [digits, scale]
  while (s > 0 && d % 10n === 0n) {
    d /= 10n
    s--
  }
  return { digits: d, scale: s }
}

const RANGES: { readonly [type: string]: readonly [bigint, bigint] } = {
  Byte: [0n, 255n],
  Int16: [-32768n, 32767n],
  UInt16: [0n, 65535n],
  Int32: [-2147483648n, 2147483647n],
  UInt32: [0n, 4294967295n],
  Int64: [-9223372036854775808n, 9223372036854775807n],
  UInt64: [0n, 18446744073709551615n],
}

/** Smallest and largest value of an integer type; undefined for the others. */
export const rangeOf = (type: string): readonly [bigint, bigint] | undefined => RANGES[type]

/** Whether an integer type holds a value. */
export function holds(type: NumberType, value: bigint): boolean {
  const range = RANGES[type]
  return range !== undefined && value >= range[0] && value <= range[1]
}

/** Whether the number is of an integer type. */
export const isInteger = (n: PsNumber): boolean => typeof n.value === 'bigint'

/** Any number as a JavaScript number, which may lose digits. */
export const toDouble = (n: PsNumber): number => Number(n.value)

const small: readonly PsNumber[] = Array.from({ length: 1024 }, (_, i) => new PsNumber('Int32', BigInt(i)))

/** An Int32. */
export function int32(n: number | bigint): PsNumber {
  const value = BigInt(n)
  return (value >= 0n && value < 1024n ? small[Number(value)] : undefined) ?? new PsNumber('Int32', value)
}

/** An Int64. */
export const int64 = (n: number | bigint): PsNumber => new PsNumber('Int64', BigInt(n))

/** A Double. */
export const double = (n: number): PsNumber => new PsNumber('Double', n)

const bytes: readonly PsNumber[] = Array.from({ length: 256 }, (_, i) => new PsNumber('Byte', BigInt(i)))
/** A Byte. */
export const byte = (n: number): PsNumber => bytes[n]!

/** Rounds half to even, as conversions to an integer do. */
export function roundEven(n: number): number {
  const floor = Math.floor(n)
  const rest = n - floor
  if (rest !== 0.5) return Math.round(n)
  return floor % 2 === 0 ? floor : floor + 1
}

function layout(scientific: string): string {
  const [mantissa = '', exp = '0'] = scientific.split('e')
  const exponent = Number(exp)
  const negative = mantissa.startsWith('-')
  const digits = mantissa.replace('-', '').replace('.', '').replace(/0+$/, '') || '0'
  let text: string
  if (exponent >= 15 || exponent < -4) {
    const rest = digits.slice(1)
    text = `${digits[0]!}${rest === '' ? '' : `.${rest}`}E${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  } else if (exponent < 0) text = `0.${'0'.repeat(-exponent - 1)}${digits}`
  else if (digits.length <= exponent + 1) text = digits.padEnd(exponent + 1, '0')
  else text = `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
  return negative ? `-${text}` : text
}

function special(n: number): string | undefined {
  if (Number.isNaN(n)) return 'NaN'
  if (!Number.isFinite(n)) return n > 0 ? 'Infinity' : '-Infinity'
  if (Object.is(n, -0)) throw new Refused('the text of negative zero')
  return n === 0 ? '0' : undefined
}

/** A double with the fewest digits that give it back. */
export const shortestDouble = (n: number): string => special(n) ?? layout(n.toExponential())

/** A double with at most 15 digits. */
export const doubleText = (n: number): string => special(n) ?? layout(n.toExponential(14))

/** A single: at most 7 digits, or with `shortest` the fewest that give it back. */
export function singleText(n: number, shortest: boolean): string {
  const fixed = special(n)
  if (fixed !== undefined) return fixed
  if (!shortest) return layout(n.toExponential(6))
  for (let p = 0; p < 9; p++)
    if (Math.fround(Number(n.toExponential(p))) === Math.fround(n)) return layout(n.toExponential(p))
  return layout(n.toExponential(8))
}
