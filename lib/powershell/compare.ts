import { casting, common, operand } from './arithmetic.ts'
import { CastFailure } from './convert-failure.ts'
import { convert, converts, truth } from './convert.ts'
import { toNumber } from './convert-numbers.ts'
import { enumOf } from './enums.ts'
import { RUNTIME, Refused, fail } from './errors.ts'
import { align, exact, toDouble } from './numbers.ts'
import {
  PsDate,
  PsDictionary,
  PsNative,
  PsRegex,
  PsScalar,
  PsSwitch,
  PsTimeSpan,
  PsType,
  PsVersion,
  isNull,
} from './objects.ts'
import { text } from './text.ts'
import { isCustom, typeOf, typesOf } from './types.ts'
import { PsChar, PsEnum, PsNumber, PsObject, type PsValue } from './values.ts'

const insensitive = new Intl.Collator('en', { sensitivity: 'accent' })

const sensitive = new Intl.Collator('en', { sensitivity: 'variant', caseFirst: 'false' })

/** Order of two texts in the invariant culture. */
export const compareText = (a: string, b: string, caseSensitive: boolean): number =>
  a === b ? 0 : (caseSensitive ? sensitive : insensitive).compare(a, b)

/** Order of two numbers. */
export function compareNumbers(a: PsNumber, b: PsNumber): number {
  if (typeof a.value === 'bigint' && typeof b.value === 'bigint')
    return a.value < b.value ? -1 : a.value > b.value ? 1 : 0
  if (common(a, b) === 'Decimal') {
    const [x, y] = align(
      exact(String(toNumber(a, 'Decimal').value)),
      exact(String(toNumber(b, 'Decimal').value)),
    )
    return x < y ? -1 : x > y ? 1 : 0
  }
  const [x, y] = [toDouble(a), toDouble(b)]
  return x < y ? -1 : x > y ? 1 : x === y ? 0 : NaN
}

/** Whether two values are equal by the rules of the left one. */
export function equal(left: PsValue, right: PsValue, caseSensitive = false): boolean {
  if (isNull(left)) return isNull(right)
  if (isNull(right)) return false
  if (typeof left === 'string') {
    const other = Array.isArray(right) ? text(right) : text(right)
    return compareEqual(left, other, caseSensitive)
  }
  if (typeof left === 'boolean') return left === truth(right)
  if (left instanceof PsSwitch) return left.on === truth(right)
  if (left instanceof PsNumber) {
    const other = right instanceof PsNumber ? right : asNumber(right, left)
    return other !== undefined && compareNumbers(left, other) === 0
  }
  if (left instanceof PsChar) {
    if (right instanceof PsChar) return compareEqual(left.char, right.char, caseSensitive)
    if (typeof right === 'string')
      return right.length === 1 ? compareEqual(left.char, right, caseSensitive) : false
    return right instanceof PsNumber && compareNumbers(operand(left)!, right) === 0
  }
  if (left instanceof PsEnum) return equalEnum(left, right)
  if (left === right) return true
  if (left instanceof PsDate || left instanceof PsTimeSpan) {
    const other = converts(right, left.type)
    return other instanceof (left instanceof PsDate ? PsDate : PsTimeSpan) && other.ticks === left.ticks
  }
  if (left instanceof PsVersion || left instanceof PsScalar) {
    const other = converts(right, left.type)
    return other !== undefined && !isNull(other) && text(other) === text(left)
  }
  if (left instanceof PsType) {
    return right instanceof PsType && right.name === left.name
  }
  if (left instanceof PsObject && left.text !== undefined && typeof right === 'string')
    return compareEqual(left.text, right, caseSensitive)
  if (left instanceof PsNative || left instanceof PsRegex) throw new Refused(`-eq on ${left.type}`)
  if (left instanceof PsObject && !(right instanceof PsObject)) {
    if (isCustom(left)) return false
    throw new Refused(`-eq on ${left.types[0] ?? 'an object'}`)
  }
  return false
}

function compareEqual(a: string, b: string, caseSensitive: boolean): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  return !caseSensitive && a.toUpperCase() === b.toUpperCase()
}

function asNumber(v: PsValue, like: PsNumber): PsNumber | undefined {
  if (v instanceof PsEnum || v instanceof PsChar) return operand(v)
  try {
    return typeof v === 'string' ? operandOrNothing(v) : toNumber(v, like.type)
  } catch (e) {
    if (e instanceof CastFailure) return undefined
    throw e
  }
}

function operandOrNothing(v: string): PsNumber | undefined {
  return converts(v, 'System.Double') === undefined ? undefined : operand(v)
}

function equalEnum(left: PsEnum, right: PsValue): boolean {
  if (right instanceof PsEnum) return left.type === right.type ? left.number === right.number : false
  if (typeof right === 'string') {
    if (left.name.toLowerCase() === right.trim().toLowerCase()) return true
    if (/^-?\d+$/.test(right.trim())) return Number(right) === left.number
    return enumOf(left.type) !== undefined && equalKnown(left, right)
  }
  return right instanceof PsNumber && toDouble(right) === left.number
}

function equalKnown(left: PsEnum, right: string): boolean {
  const other = converts(right, left.type)
  return other instanceof PsEnum && other.number === left.number
}

/** Order of two values by the rules of the left one; NaN when they have none. */
export function order(left: PsValue, right: PsValue, caseSensitive = false): number {
  if (typeof left === 'string') return isNull(right) ? 1 : compareText(left, text(right), caseSensitive)
  if (isNull(left)) return isNull(right) ? 0 : right instanceof PsNumber && toDouble(right) < 0 ? 1 : -1
  if (left instanceof PsNumber || left instanceof PsEnum || typeof left === 'boolean') {
    if (typeof left === 'boolean') return Number(left) - Number(truth(right))
    if (left instanceof PsEnum && typeof right === 'string')
      return left.number - (casting(() => convert(right, left.type)) as PsEnum).number
    const b = right instanceof PsNumber ? right : isNull(right) ? undefined : operand(right, left)
    if (isNull(right)) return toDouble(operand(left)!) < 0 ? -1 : 1
    if (b === undefined)
      fail(
        'ComparisonFailure',
        `Could not compare "${text(left)}" to "${text(right)}".`,
        'InvalidOperation',
        RUNTIME,
      )
    return compareNumbers(operand(left)!, b)
  }
  if (left instanceof PsChar) return compareText(left.char, text(right), caseSensitive)
  if (left instanceof PsDate || left instanceof PsTimeSpan) {
    if (isNull(right)) return 1
    const other = casting(() => convert(right, left.type))
    const ticks = other instanceof PsDate || other instanceof PsTimeSpan ? other.ticks : 0n
    return left.ticks < ticks ? -1 : left.ticks > ticks ? 1 : 0
  }
  if (left instanceof PsScalar && left.type === 'System.Guid')
    return left.text < text(right) ? -1 : left.text > text(right) ? 1 : 0
  if (left instanceof PsVersion) {
    if (isNull(right)) return 1
    const other = casting(() => convert(right, left.type)) as PsVersion
    for (let i = 0; i < 4; i++) {
      const d = (left.parts[i] ?? -1) - (other.parts[i] ?? -1)
      if (d !== 0) return d
    }
    return 0
  }
  if (left instanceof PsObject || left instanceof PsDictionary)
    fail(
      'NotIcomparable',
      `Cannot compare "${text(left)}" because it is not IComparable.`,
      'InvalidOperation',
      'System.Management.Automation.PSInvalidOperationException',
    )
  throw new Refused(`the order of ${typeOf(left)}`)
}

/** Whether a value is of a type. */
export function isType(v: PsValue, type: string): boolean {
  if (isNull(v)) return false
  if (
    type === 'System.Management.Automation.PSObject' ||
    type === 'System.Management.Automation.PSCustomObject'
  )
    return v instanceof PsObject && v.types.includes('System.Management.Automation.PSCustomObject')
  return typesOf(v).some((t) => t.toLowerCase() === type.toLowerCase())
}
