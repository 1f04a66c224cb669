import { itemsOf } from '../convert.ts'
import { setEntry } from '../dictionaries.ts'
import { PsThrow, Refused, fail, record } from '../errors.ts'
import { isMethod } from './method-tables.ts'
import { noProperty } from './missing.ts'
import { keyFor, propertyOf } from './properties.ts'
import { int32 } from '../numbers.ts'
import {
  NOTHING,
  PsBuilder,
  PsComputed,
  PsDictionary,
  PsErrorRecord,
  PsNative,
  PsProperty,
  PsRef,
  PsRegex,
  PsScalar,
  PsType,
  PsVersion,
  isNull,
} from '../objects.ts'
import { type Engine, fold } from '../run/engine.ts'
import { text } from '../text.ts'
import { typeOf } from '../types.ts'
import { PsObject, type PsValue } from '../values.ts'

/** `$target.name` */
export function getMember(e: Engine, target: PsValue, name: string): PsValue {
  if (isNull(target)) {
    if (e.scope.strictness >= 2) return noProperty(name)
    return /^(count|length)$/i.test(name) ? int32(0) : null
  }
  const own = propertyOf(e, target, name)
  if (own !== undefined) return own
  const items = itemsOf(target)
  if (items !== undefined && (items.length > 0 || e.scope.strictness < 2)) {
    const out: PsValue[] = []
    let found = false
    for (const item of items) {
      const inner = isNull(item) ? undefined : propertyOf(e, item, name)
      if (inner === undefined) {
        const nested = itemsOf(item)
        if (nested !== undefined) {
          const v = getMember(e, item, name)
          found = true
          out.push(...(itemsOf(v) ?? (v === NOTHING ? [] : [v])))
          continue
        }
        if (e.scope.strictness >= 2) {
          if (isNull(item)) throw new Refused('a property of a list with null in it')
          return noProperty(name)
        }
        out.push(null)
        found = true
        continue
      }
      found = true
      out.push(...(itemsOf(inner) ?? [inner]))
    }
    if (found) return fold(out)
  }
  const lower = name.toLowerCase()
  if (
    target instanceof PsType ||
    target instanceof PsNative ||
    target instanceof PsRegex ||
    target instanceof PsVersion ||
    target instanceof PsScalar ||
    target instanceof PsBuilder ||
    target instanceof PsErrorRecord
  )
    throw new Refused(`${name} of ${typeOf(target)}`)
  if (isMethod(target, lower)) throw new Refused(`the method ${name} read as a property`)
  if (e.scope.strictness >= 2) return noProperty(name)
  if (lower === 'count' || lower === 'length') return int32(1)
  return null
}

/** `$target.name = $value` */
export function setMember(e: Engine, target: PsValue, name: string, value: PsValue): void {
  if (isNull(target))
    fail(
      'PropertyNotFound',
      `The property '${name}' cannot be found on this object. Verify that the property exists and can be set.`,
    )
  if (target instanceof PsDictionary) return setEntry(target, name, value)
  if (target instanceof PsObject) {
    const key = keyFor(target, name)
    const old = key === undefined ? undefined : target.properties.get(key)
    if (key === undefined) {
      throw new PsThrow(
        record(
          'ExceptionWhenSetting',
          `Exception setting "${name}": "The property '${name}' cannot be found on this object. Verify that the property exists and can be set."`,
          'NotSpecified',
          'System.Management.Automation.SetValueInvocationException',
        ),
      )
    }
    if (old instanceof PsComputed) throw new Refused('an assignment to a computed property')
    target.properties.set(key, value)
    return
  }
  if (target instanceof PsProperty && name.toLowerCase() === 'value')
    return setMember(e, target.owner, target.name, value)
  if (target instanceof PsRef && name.toLowerCase() === 'value') return target.set(value)
  if (target instanceof PsErrorRecord && name.toLowerCase() === 'errordetails') {
    target.details = value instanceof PsNative ? text(value.text ?? '') : text(value)
    return
  }
  const items = itemsOf(target)
  if (items !== undefined && propertyOf(e, target, name) === undefined) {
    throw new Refused('an assignment to a property of many')
  }
  throw new Refused(`an assignment to ${name} of ${typeOf(target)}`)
}
