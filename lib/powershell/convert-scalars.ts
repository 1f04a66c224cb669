import { CastFailure, bad, cannot } from './convert-failure.ts'
import { toNumber } from './convert-numbers.ts'
import { parseDate, parseSpan } from './dates.ts'
import { enumOf, enumParse } from './enums.ts'
import { Refused } from './errors.ts'
import {
  PsDate,
  PsException,
  PsProperty,
  PsRegex,
  PsScalar,
  PsTimeSpan,
  PsType,
  PsVersion,
  isNull,
} from './objects.ts'
import { toRegex } from './regex.ts'
import { readTypeName } from './syntax/types.ts'
import { Reader } from './syntax/reader.ts'
import { ownText, text } from './text.ts'
import { isException, resolveType, typeOf, typesOf } from './types.ts'
import { PsChar, PsNumber, type PsValue } from './values.ts'

export function toChar(v: PsValue): PsChar {
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

export function toType(v: PsValue): PsValue {
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

export function toScalar(v: PsValue, type: string): PsValue {
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
      if (source === undefined) throw new Refused(`a cast of ${typeOf(v)} to [timespan]`)
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
      if (v instanceof PsNumber && v.type === 'Double') return toScalar(text(v), type)
      if (source === undefined) throw new Refused(`a cast of ${typeOf(v)} to [version]`)
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
