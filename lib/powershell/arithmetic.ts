import { CastFailure } from './convert-failure.ts'
import { convert, itemsOf, truth } from './convert.ts'
import { numberOf, toNumber } from './convert-numbers.ts'
import { dictionaryFrom, getEntry, setEntry } from './dictionaries.ts'
import { Native, RUNTIME, Refused, fail } from './errors.ts'
import { PsDate, PsDictionary, PsException, PsSwitch, PsTimeSpan, isNull } from './objects.ts'
import {
  type Exact,
  align,
  divideExact,
  double,
  exact,
  exactText,
  holds,
  int32,
  isInteger,
  toDouble,
} from './numbers.ts'
import { text } from './text.ts'
import { shortName, typeOf } from './types.ts'
import { PsChar, PsEnum, PsNumber, PsObject, type NumberType, type PsValue } from './values.ts'

const NAMES: { readonly [op: string]: string } = {
  '+': 'op_Addition',
  '-': 'op_Subtraction',
  '*': 'op_Multiply',
  '/': 'op_Division',
  '%': 'op_Modulus',
}

/** Turns a failed conversion into the error of a cast. */
export function casting<T>(action: () => T): T {
  try {
    return action()
  } catch (e) {
    if (!(e instanceof CastFailure)) throw e
    const inner = new PsException(
      'System.Management.Automation.PSInvalidCastException',
      e.message,
      null,
      -2147467262,
    )
    fail(e.id, e.message, 'InvalidArgument', RUNTIME, null, inner)
  }
}

/** A cast. */
export const cast = (v: PsValue, type: string): PsValue => casting(() => convert(v, type))

/** The number that a value counts as in arithmetic. */
export function operand(v: PsValue, beside: PsValue = null): PsNumber | undefined {
  if (v instanceof PsNumber) return v
  if (isNull(v)) return int32(0)
  if (typeof v === 'boolean') return int32(v ? 1 : 0)
  if (v instanceof PsChar) return int32(v.char.charCodeAt(0))
  if (v instanceof PsEnum) return int32(v.number)
  if (v instanceof PsSwitch) return undefined
  if (typeof v === 'string') {
    if (beside instanceof PsNumber && beside.type === 'Byte' && v.includes(','))
      throw new Refused('text with thousands beside a byte')
    const n = numberOf(v)
    return n ?? casting(() => toNumber(v, failingAs(beside)))
  }
  return undefined
}

/** The type that a text is said not to convert to. */
function failingAs(beside: PsValue): NumberType {
  if (!(beside instanceof PsNumber)) return 'Int32'
  return beside.type === 'Decimal'
    ? 'Decimal'
    : beside.type === 'Double' || beside.type === 'Single'
      ? 'Double'
      : 'Int32'
}

const MOST_CHARACTERS = 50_000_000
const MOST_ITEMS = 5_000_000

/** How often, where the whole stays within what a script of ours could mean. */
function repeats(v: PsValue, each: number, most: number): number {
  const n = times(v)
  if (n * each > most) throw new Refused(`* that makes more than ${most}`)
  return n
}

/** `+ - * / %` */
export function arithmetic(op: string, left: PsValue, right: PsValue): PsValue {
  if (op === '+') {
    if (isNull(left) && !(right instanceof PsNumber)) return right
    if (typeof left === 'string') return left + text(right)
    if (left instanceof PsChar) return left.char + text(right)
    const items = itemsOf(left)
    if (items !== undefined)
      return items.concat(itemsOf(right) ?? (right === null ? [null] : isNull(right) ? [] : [right]))
    if (left instanceof PsDictionary) return merge(left, right)
  }
  if (op === '*') {
    if (typeof left === 'string') return left.repeat(repeats(right, left.length, MOST_CHARACTERS))
    if (isNull(left)) return null
    const items = itemsOf(left)
    if (items !== undefined)
      return Array.from({ length: repeats(right, items.length, MOST_ITEMS) }, () => items).flat()
  }
  const date = dates(op, left, right)
  if (date !== undefined) return date
  if (
    itemsOf(left) !== undefined ||
    left instanceof PsDictionary ||
    (typeof left === 'object' && operand(left) === undefined)
  )
    noOperator(op, left)
  if (isNull(left) && op === '+') return right
  const a = operand(left, right)
  const b = operand(right, left)
  if (a === undefined) noOperator(op, left)
  const decimal = a.type === 'Decimal' || b?.type === 'Decimal'
  if (decimal && (b === undefined || typeof left === 'boolean' || typeof right === 'boolean'))
    throw new Refused(`${op} of a decimal and another kind of value`)
  if (b === undefined) {
    if (itemsOf(right) === undefined && !(right instanceof PsDictionary) && !(right instanceof PsObject))
      throw new Refused(`${op} with ${typeOf(right)}`)
    noOperator(op, right)
  }
  return calculate(op, a, b)
}

function noOperator(op: string, left: PsValue, of: PsValue = left): never {
  fail(
    'MethodNotFound',
    `Method invocation failed because [${typeOf(of).replace('PSCustomObject', 'PSObject')}] does not contain a method named '${NAMES[op]!}'.`,
    'InvalidOperation',
    RUNTIME,
    NAMES[op]!,
  )
}

function times(v: PsValue): number {
  const n = Number(casting(() => toNumber(v, 'Int32')).value)
  if (n < 0)
    fail(
      'System.ArgumentOutOfRangeException',
      'The number of times must not be negative.',
      'OperationStopped',
      'System.ArgumentOutOfRangeException',
    )
  return n
}

function merge(left: PsDictionary, right: PsValue): PsValue {
  if (!(right instanceof PsDictionary))
    fail('AddHashTableToNonHashTable', 'A hash table can only be added to another hash table.')
  if (right.ordered !== left.ordered) throw new Refused('a table and an ordered table added')
  const out = dictionaryFrom(left.type, left)
  for (const [key, value] of right.entries.values()) {
    if (getEntry(out, key) !== undefined)
      fail(
        'System.ArgumentException',
        `Item has already been added. Key in dictionary: '${text(key)}'  Key being added: '${text(key)}'`,
        'OperationStopped',
        'System.ArgumentException',
      )
    setEntry(out, key, value)
  }
  return out
}

function dates(op: string, left: PsValue, right: PsValue): PsValue | undefined {
  if (left instanceof PsDate) {
    if (right instanceof PsTimeSpan && op === '+') return new PsDate(left.ticks + right.ticks, left.kind)
    if (right instanceof PsTimeSpan && op === '-') return new PsDate(left.ticks - right.ticks, left.kind)
    if (right instanceof PsDate && op === '-') return new PsTimeSpan(left.ticks - right.ticks)
    throw new Refused(`${op} on a date`)
  }
  if (left instanceof PsTimeSpan) {
    if (right instanceof PsTimeSpan && op === '+') return new PsTimeSpan(left.ticks + right.ticks)
    if (right instanceof PsTimeSpan && op === '-') return new PsTimeSpan(left.ticks - right.ticks)
    throw new Refused(`${op} on a time span`)
  }
  return undefined
}

/** The type in which two numbers meet. */
export function common(a: PsNumber, b: PsNumber): NumberType {
  const types = [a.type, b.type]
  if (types.includes('Decimal')) return 'Decimal'
  if (types.includes('Double')) return 'Double'
  if (types.includes('Single')) return a.type === b.type ? 'Single' : 'Double'
  const rank = (n: PsNumber): number => ['Int32', 'UInt32', 'Int64', 'UInt64'].indexOf(n.type)
  const [ra, rb] = [rank(a), rank(b)]
  const unsigned = (x: PsNumber, y: PsNumber): boolean =>
    x.type.startsWith('UInt') && !y.type.startsWith('UInt') && (y.value as bigint) < 0n
  if (ra <= 0 && rb <= 0) return 'Int32'
  const top = ra > rb ? a : b
  if (top.type === 'UInt64' && (unsigned(a, b) || unsigned(b, a))) return 'Double'
  if (top.type === 'UInt32' && (unsigned(a, b) || unsigned(b, a))) return 'Int64'
  return top.type
}

function byZero(): never {
  fail(
    'RuntimeException',
    'Attempted to divide by zero.',
    'NotSpecified',
    RUNTIME,
    null,
    new Native('System.DivideByZeroException', 'Attempted to divide by zero.').exception,
  )
}

function calculate(op: string, a: PsNumber, b: PsNumber): PsNumber {
  const type = common(a, b)
  if (type === 'Double' || type === 'Single') {
    const [x, y] = [toDouble(a), toDouble(b)]
    const n = op === '+' ? x + y : op === '-' ? x - y : op === '*' ? x * y : op === '/' ? x / y : x % y
    return new PsNumber(type, type === 'Single' ? Math.fround(n) : n)
  }
  if (type === 'Decimal') return decimal(op, a, b)
  const [x, y] = [a.value as bigint, b.value as bigint]
  if ((op === '/' || op === '%') && y === 0n) byZero()
  if (op === '/' && x % y !== 0n) return double(Number(x) / Number(y))
  const n = op === '+' ? x + y : op === '-' ? x - y : op === '*' ? x * y : op === '/' ? x / y : x % y
  if (!holds(type, n)) return double(Number(n))
  return type === 'Int32' ? int32(n) : new PsNumber(type, n)
}

const decimalText = (n: PsNumber): string => String(casting(() => toNumber(n, 'Decimal')).value)

/** What is smaller than the divisor stays as it is, its scale too. */
function remainder(x: Exact, p: bigint, q: bigint, scale: number): Exact {
  const size = (n: bigint): bigint => (n < 0n ? -n : n)
  return size(p) < size(q) ? x : { digits: p % q, scale }
}

function decimal(op: string, a: PsNumber, b: PsNumber): PsNumber {
  const [x, y] = [exact(decimalText(a)), exact(decimalText(b))]
  const [p, q, scale] = align(x, y)
  if ((op === '/' || op === '%') && q === 0n) byZero()
  const n =
    op === '+'
      ? { digits: p + q, scale }
      : op === '-'
        ? { digits: p - q, scale }
        : op === '*'
          ? { digits: x.digits * y.digits, scale: x.scale + y.scale }
          : op === '%'
            ? remainder(x, p, q, scale)
            : divideExact(x, y)
  if ((n.digits < 0n ? -n.digits : n.digits) >= 1n << 96n) throw new Refused('a decimal of more than 96 bits')
  return new PsNumber('Decimal', exactText(n))
}

/** `-x`, `+x` */
export function negate(op: string, v: PsValue): PsValue {
  const n = operand(v)
  if (n === undefined) noOperator(op === '-' ? '-' : '+', v)
  return calculate(op, int32(0), n)
}

const signed = (v: PsValue): PsNumber => {
  const n = operand(v)
  if (n === undefined) throw new Refused(`a bit operation on ${shortName(typeOf(v))}`)
  return n
}

/** `-band -bor -bxor -shl -shr` */
export function bits(op: string, left: PsValue, right: PsValue): PsValue {
  if (left instanceof PsEnum) throw new Refused('a bit operation on an enum')
  const [a, b] = [signed(left), signed(right)]
  if (op === 'shl' || op === 'shr') {
    if (!isInteger(a)) throw new Refused('a shift of a number that is no integer')
    const type: NumberType = ['Int64', 'UInt64', 'UInt32'].includes(a.type) ? a.type : 'Int32'
    const width = type.endsWith('64') ? 64 : 32
    const by = BigInt(Number(casting(() => toNumber(right, 'Int32')).value) & (width - 1))
    const n = op === 'shl' ? (a.value as bigint) << by : (a.value as bigint) >> by
    return new PsNumber(type, type.startsWith('U') ? BigInt.asUintN(width, n) : BigInt.asIntN(width, n))
  }
  const whole = (n: PsNumber): PsNumber =>
    isInteger(n) ? n : casting(() => toNumber(n, toDouble(n) < 0 ? 'Int64' : 'UInt64'))
  const [x, y] = [whole(a), whole(b)]
  let type = common(x, y)
  if (type === 'Double') type = 'Int64'
  const [p, q] = [x.value as bigint, y.value as bigint]
  const n = op === 'band' ? p & q : op === 'bor' ? p | q : p ^ q
  return type === 'Int32'
    ? int32(BigInt.asIntN(32, n))
    : new PsNumber(type, type.startsWith('U') ? BigInt.asUintN(64, n) : n)
}

/** `-bnot` */
export function bitNot(v: PsValue): PsValue {
  const n = signed(v)
  if (!isInteger(n)) throw new Refused('-bnot of a number that is no integer')
  if (n.type === 'UInt32' || n.type === 'UInt64')
    return new PsNumber(n.type, BigInt.asUintN(n.type === 'UInt32' ? 32 : 64, ~(n.value as bigint)))
  return n.type === 'Int64' ? new PsNumber('Int64', ~(n.value as bigint)) : int32(~(n.value as bigint))
}

/** `-and -or -xor` on values already evaluated. */
export const exclusive = (left: PsValue, right: PsValue): boolean => truth(left) !== truth(right)
