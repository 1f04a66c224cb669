import { CastFailure, bad, cannot } from './convert-failure.ts'
import { INTEGERS, toNumber } from './convert-numbers.ts'
import { toChar, toScalar, toType } from './convert-scalars.ts'
import { dictionaryFrom } from './dictionaries.ts'
import { Refused } from './errors.ts'
import { exact } from './numbers.ts'
import {
  NOTHING,
  PsBlock,
  PsDictionary,
  PsErrorRecord,
  PsList,
  PsSwitch,
  elementType,
  isNull,
  typedArray,
} from './objects.ts'
import { text } from './text.ts'
import { type NumberType, PsChar, PsEnum, PsNumber, PsObject, type PsValue } from './values.ts'

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

/** Whether a conversion is possible. */
export function converts(v: PsValue, type: string): PsValue | undefined {
  try {
    return convert(v, type)
  } catch (e) {
    if (e instanceof CastFailure) return undefined
    throw e
  }
}
