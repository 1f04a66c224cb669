import { enumOf, enumParse } from './enums.ts'
import { Refused } from './errors.ts'
import { parseDate, parseSpan } from './dates.ts'
import {
  NOTHING,
  PsBlock,
  PsDate,
  PsDictionary,
  PsErrorRecord,
  PsException,
  PsList,
  PsProperty,
  PsRegex,
  PsScalar,
  PsSwitch,
  PsTimeSpan,
  PsType,
  PsVersion,
  elementType,
  isNull,
  typedArray,
} from './objects.ts'
import { dictionaryFrom, setEntry } from './dictionaries.ts'
import { double, exact, exactText, holds, int32, roundEven, toDouble } from './numbers.ts'
import { toRegex } from './regex.ts'
import { numberLiteral } from './syntax/literals.ts'
import { Reader } from './syntax/reader.ts'
import { readTypeName } from './syntax/expressions.ts'
import { ownText, text } from './text.ts'
import { isException, resolveType, typeOf, typesOf } from './types.ts'
import { PsChar, PsEnum, PsNumber, PsObject, type NumberType, type PsValue } from './values.ts'

/** A value does not convert; the place that asked turns it into its own error. */
export class CastFailure extends Error {
  readonly id: string
  constructor(id: string, message: string) {
    super(message)
    this.id = id
  }
}

const cannot = (v: PsValue, type: string): CastFailure =>
  new CastFailure(
    'ConvertToFinalInvalidCastException',
    `Cannot convert the "${text(v)}" value of type "${typeOf(v)}" to type "${type}".`,
  )
const bad = (id: string, v: PsValue, type: string, why: string): CastFailure =>
  new CastFailure(id, `Cannot convert value "${text(v)}" to type "${type}". Error: "${why}"`)

/** Whether PowerShell holds the value for true. */
export function truth(v: PsValue): boolean {
  if (isNull(v)) return false
  if (typeof v === 'boolean') return v
  if (typeof v === 'string') return v !== ''
  if (v instanceof PsNumber)
    return v.type === 'Decimal'
      ? exact(String(v.value)).digits !== 0n
      : typeof v.value === 'bigint'
        ? v.value !== 0n
        : v.value !== 0
  if (v instanceof PsChar) return v.char !== '\0'
  if (v instanceof PsSwitch) return v.on
  if (v instanceof PsEnum) return v.number !== 0
  const items = Array.isArray(v) ? v : v instanceof PsList && /List/.test(v.type) ? v.items : undefined
  if (items === undefined) return true
  if (items.length === 0) return false
  if (items.length > 1) return true
  const only = items[0]!
  return Array.isArray(only) ? only.length > 0 : truth(only)
}

const INTEGERS = ['Byte', 'Int16', 'UInt16', 'Int32', 'UInt32', 'Int64', 'UInt64']
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

/** The items of anything that a pipeline would take apart; undefined for one thing. */
export function itemsOf(v: PsValue): readonly PsValue[] | undefined {
  if (Array.isArray(v)) return v
  if (v instanceof PsList) return v.items
  return undefined
}

/** A custom object of a dictionary's entries. */
export function objectFrom(d: PsDictionary): PsObject {
  const types = ['System.Management.Automation.PSCustomObject']
  const out = new PsObject(types, new Map())
  for (const [key, value] of d.entries.values()) {
    if (text(key).toLowerCase() === 'pstypename') types.unshift(text(value))
    else out.properties.set(text(key), value)
  }
  return out
}

/** Converts a value to a type, as a cast does; throws CastFailure. */
export function convert(v: PsValue, type: string): PsValue {
  if (type === 'System.Object' || type === 'System.Management.Automation.PSObject') return v
  if (type.endsWith('[]')) return toArray(v, type)
  const short = type.replace(/^System\./, '')
  if (INTEGERS.includes(short) || short === 'Double' || short === 'Single' || short === 'Decimal')
    return toNumber(v, short as NumberType)
  if (type.startsWith('System.Nullable`1[')) return isNull(v) ? null : convert(v, type.slice(18, -1))
  switch (type) {
    case 'System.String':
      return typeof v === 'string' ? v : text(v)
    case 'System.Boolean':
      return truth(v)
    case 'System.Void':
      return NOTHING
    case 'System.Array':
      return isNull(v) ? null : (itemsOf(v)?.slice() ?? [v])
    case 'System.Char':
      return toChar(v)
    case 'System.Management.Automation.SwitchParameter':
      if (v instanceof PsSwitch) return v
      if (typeof v === 'boolean' || v instanceof PsNumber || isNull(v)) return new PsSwitch(truth(v))
      throw cannot(v, type)
    case 'System.Collections.Hashtable':
    case 'System.Collections.IDictionary':
      if (isNull(v)) return null
      if (v instanceof PsDictionary && (type !== 'System.Collections.Hashtable' || !v.ordered)) return v
      if (v instanceof PsDictionary) return dictionaryFrom('System.Collections.Hashtable', v)
      if (v instanceof PsObject && type === 'System.Collections.Hashtable')
        throw bad('InvalidCastConstructorException', v, type, 'the object has no constructor for it')
      throw cannot(v, type)
    case 'System.Collections.Specialized.OrderedDictionary':
      if (v instanceof PsDictionary && v.ordered) return v
      throw isNull(v)
        ? new CastFailure('nullToObjectInvalidCast', `Cannot convert null to type "${type}".`)
        : cannot(v, type)
    case 'System.Management.Automation.PSCustomObject':
      return v instanceof PsDictionary ? objectFrom(v) : v
    case 'System.Type':
    case 'System.RuntimeType':
      return toType(v)
    case 'System.Management.Automation.ScriptBlock':
    case 'System.Management.Automation.ErrorRecord':
      if (isNull(v) || v instanceof PsBlock || v instanceof PsErrorRecord) return isNull(v) ? null : v
      if (typeof v === 'string') throw new Refused('text as a script block')
      throw cannot(v, type)
    case 'System.Collections.ArrayList':
      if (isNull(v)) return null
      if (v instanceof PsList && v.type === type) return v
      return new PsList(type, [...(itemsOf(v) ?? [v])])
  }
  if (type.startsWith('System.Collections.Generic.List`1[')) {
    if (v instanceof PsList && v.type === type) return v
    const element = type.slice(34, -1)
    return isNull(v)
      ? null
      : new PsList(
          type,
          (itemsOf(v) ?? [v]).map((i) => convert(i, element)),
        )
  }
  if (type.startsWith('System.Collections.Generic.')) throw new Refused(`a cast to [${type}]`)
  return toScalar(v, type)
}

function toArray(v: PsValue, type: string): PsValue {
  if (isNull(v)) return null
  const element = type.slice(0, -2)
  if (element === 'System.Char' && typeof v === 'string')
    return typedArray(
      element,
      Array.from({ length: v.length }, (_, i) => new PsChar(v[i]!)),
    )
  if (Array.isArray(v) && elementType(v) === element) return v
  return typedArray(
    element,
    (itemsOf(v) ?? [v]).map((i) => convert(i, element)),
  )
}

function toChar(v: PsValue): PsChar {
  if (v instanceof PsChar) return v
  if (isNull(v)) return new PsChar('\0')
  if (typeof v === 'string') {
    if (v.length === 1) return new PsChar(v)
    throw bad(
      'InvalidCastParseTargetInvocation',
      v,
      'System.Char',
      'String must be exactly one character long.',
    )
  }
  if (v instanceof PsNumber && typeof v.value === 'bigint')
    return new PsChar(String.fromCharCode(Number(toNumber(v, 'UInt16').value)))
  throw cannot(v, 'System.Char')
}

function toType(v: PsValue): PsValue {
  if (v instanceof PsType || isNull(v)) return v
  if (typeof v !== 'string') throw cannot(v, 'System.Type')
  const r = new Reader(v)
  const name = resolveType(readTypeName(r))
  if (name === undefined) {
    if (/^(no|nope)/i.test(v) || !/^[A-Z][\w.]*$/.test(v))
      throw bad('InvalidCastFromStringToType', v, 'System.Type', `Unable to find type [${v}].`)
    throw new CastFailure(
      'InvalidCastFromStringToType',
      `Cannot convert the "${v}" value of type "System.String" to type "System.Type".`,
    )
  }
  return new PsType(name)
}

function toScalar(v: PsValue, type: string): PsValue {
  if (typesOf(v).includes(type)) return v
  const known = enumOf(type)
  if (isNull(v)) {
    if (VALUE_TYPES.includes(type))
      throw new CastFailure('nullToObjectInvalidCast', `Cannot convert null to type "${type}".`)
    if (known !== undefined)
      throw new CastFailure('nullToEnumInvalidCast', `Cannot convert null to type "${type}".`)
    return null
  }
  if (known !== undefined) return toEnum(v, type)
  const source = typeof v === 'string' ? v : undefined
  const number = v instanceof PsNumber && typeof v.value === 'bigint' ? v.value : undefined
  switch (type) {
    case 'System.DateTime': {
      if (v instanceof PsNumber && typeof v.value !== 'bigint') throw new Refused('a fraction as a date')
      if (number !== undefined) return new PsDate(number)
      const d = source === undefined ? undefined : parseDate(source)
      if (d !== undefined) return d
      throw bad(
        'InvalidCastParseTargetInvocationWithFormatProvider',
        v,
        type,
        `The string '${text(v)}' was not recognized as a valid DateTime.`,
      )
    }
    case 'System.TimeSpan': {
      if (number !== undefined) return new PsTimeSpan(number)
      const ticks = source === undefined ? undefined : parseSpan(source)
      if (ticks !== undefined) return new PsTimeSpan(ticks)
      throw bad(
        'InvalidCastParseTargetInvocationWithFormatProvider',
        v,
        type,
        `String '${text(v)}' was not recognized as a valid TimeSpan.`,
      )
    }
    case 'System.Version':
      if (source !== undefined && /^\s*\d+(\s*\.\s*\d+){1,3}\s*$/.test(source))
        return new PsVersion(source.split('.').map(Number))
      if (v instanceof PsNumber && v.type === 'Double') return convert(text(v), type)
      throw bad(
        'InvalidCastParseTargetInvocation',
        v,
        type,
        'Version string portion was too short or too long.',
      )
    case 'System.Guid': {
      const guid = guidText(source ?? '')
      if (guid !== undefined) return new PsScalar(type, guid)
      throw new Refused('a cast of something that is no GUID')
    }
    case 'System.Net.IPAddress':
      if (
        source !== undefined &&
        /^\d+(\.\d+){3}$/.test(source) &&
        source.split('.').every((p) => Number(p) < 256 && !/^0\d/.test(p))
      )
        return new PsScalar(type, source)
      if (source?.includes(':') === true || number !== undefined || /(^|\.)0\d/.test(source ?? ''))
        throw new Refused('this form of an IP address')
      throw bad('InvalidCastParseTargetInvocation', v, type, 'An invalid IP address was specified.')
    case 'System.Text.RegularExpressions.Regex':
      if (source !== undefined) return new PsRegex(source, toRegex(source, true))
      throw cannot(v, type)
    case 'System.Uri':
    case 'System.Xml.XmlDocument':
    case 'System.DateTimeOffset':
    case 'System.Security.SecureString':
      throw new Refused(`[${type}]`)
  }
  if (isException(type) && typeof v === 'string') return new PsException(type, v)
  if (type === 'System.Management.Automation.PSReference') throw new Refused('a cast to [ref]')
  if (v instanceof PsProperty) throw new Refused(`a cast to [${type}]`)
  throw cannot(v, type)
}

/** A GUID's usual text out of one of its forms; undefined when it is none. */
export function guidText(source: string): string | undefined {
  const m =
    /^\s*[{(]?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})[)}]?\s*$/i.exec(
      source,
    )
  return m?.slice(1, 6).join('-').toLowerCase()
}

const VALUE_TYPES = ['System.DateTime', 'System.TimeSpan', 'System.Guid', 'System.DateTimeOffset']

function toEnum(v: PsValue, type: string): PsValue {
  if (typeof v === 'string') {
    const found = enumParse(type, v)
    if (found !== undefined) return found
    throw new CastFailure(
      'SubstringDisambiguationEnumParseThrewAnException',
      `Cannot convert value "${v}" to type "${type}". Error: "Unable to match the identifier name ${v} to a valid enumerator name. Specify one of the following enumerator names and try again:\n${Object.keys(enumOf(type) ?? {}).join(', ')}"`,
    )
  }
  if (v instanceof PsNumber && typeof v.value === 'bigint') {
    const found = enumParse(type, String(v.value))
    if (found !== undefined) return found
    throw new CastFailure('UndefinedIntegerToEnum', `Cannot convert value "${text(v)}" to type "${type}".`)
  }
  if (Array.isArray(v)) {
    const found = enumParse(type, v.map(ownText).join(','))
    if (found !== undefined) return found
  }
  throw cannot(v, type)
}

/** Whether a conversion is possible. */
export function converts(v: PsValue, type: string): PsValue | undefined {
  try {
    return convert(v, type)
  } catch (e) {
    if (e instanceof CastFailure) return undefined
    throw e
  }
}

/** Puts an entry into a dictionary; exported where conversions build them. */
export { double, setEntry }
