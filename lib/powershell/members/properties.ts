import { getEntry } from '../dictionaries.ts'
import { PsThrow, Refused } from '../errors.ts'
import { noProperty } from './missing.ts'
import { scalarProperty } from './scalars.ts'
import { int32 } from '../numbers.ts'
import {
  NOTHING,
  PsBlock,
  PsComputed,
  PsDictionary,
  PsList,
  PsNative,
  PsProperty,
  PsRef,
  PsWarning,
  isNull,
  view,
} from '../objects.ts'
import { type Engine } from '../run/engine.ts'
import { shortName, typeOf } from '../types.ts'
import { PsEnum, PsNumber, PsObject, type PsValue } from '../values.ts'

/** An own property of an object, ignoring case; undefined when there is none. */
export function objectProperty(o: PsObject, name: string): PsValue | undefined {
  const direct = o.properties.get(name)
  if (direct !== undefined) return direct
  const key = keyFor(o, name)
  return key === undefined ? undefined : o.properties.get(key)
}

/** The spelling under which an object has a property. */
export function keyFor(o: PsObject, name: string): string | undefined {
  if (o.properties.has(name)) return name
  const lower = name.toLowerCase()
  for (const key of o.properties.keys()) if (key.toLowerCase() === lower) return key
  return undefined
}

function computed(e: Engine, o: PsObject, c: PsComputed): PsValue {
  if (c.member === 'ScriptMethod') throw new Refused('a method read as a property')
  if (typeof c.body === 'string') return propertyOf(e, o, c.body) ?? null
  const scope = e.scope
  const before = scope.own('this')
  scope.set('this', o)
  try {
    const v = e.call(c.body, { args: [], here: true })
    return v === NOTHING ? null : v
  } catch (x) {
    // a getter that throws reads as null
    if (x instanceof PsThrow) return null
    throw x
  } finally {
    if (before === undefined) scope.variables.delete('this')
    else scope.variables.set('this', before)
  }
}

/** A property of one value, without looking into its items; undefined when it has none. */
export function propertyOf(e: Engine, target: PsValue, name: string): PsValue | undefined {
  const lower = name.toLowerCase()
  if (lower === 'psobject') return psObject(target)
  if (['psbase', 'psadapted', 'psextended', 'pstypenames'].includes(lower)) throw new Refused(name)
  if (target instanceof PsObject) {
    const v = objectProperty(target, name)
    return v instanceof PsComputed ? computed(e, target, v) : v
  }
  if (target instanceof PsDictionary) {
    const v = getEntry(target, name)
    if (v !== undefined) return v
    switch (lower) {
      case 'count':
        return int32(target.entries.size)
      case 'keys':
        return view(
          [...target.entries.values()].map(([k]) => k),
          target,
        )
      case 'values':
        return view(
          [...target.entries.values()].map(([, x]) => x),
          target,
        )
      case 'isreadonly':
      case 'isfixedsize':
      case 'issynchronized':
        return false
    }
    return undefined
  }
  if (typeof target === 'string') return lower === 'length' ? int32(target.length) : undefined
  if (Array.isArray(target)) {
    if (lower === 'length' || lower === 'count') return int32(target.length)
    if (lower === 'longlength') return new PsNumber('Int64', BigInt(target.length))
    if (lower === 'rank') return int32(1)
    if (lower === 'isfixedsize') return true
    if (lower === 'isreadonly' || lower === 'issynchronized') return false
    return undefined
  }
  if (target instanceof PsList) {
    if (target.type.includes('Enumerator')) throw new Refused('a member of $input')
    if (lower === 'count' && target.type === COLLECTION) throw new Refused('the count of properties')
    if (lower === 'count') return int32(target.items.length)
    if (lower === 'capacity' || lower === 'syncroot') throw new Refused(`${name} of a list`)
    return undefined
  }
  if (target instanceof PsProperty) return propertyMember(e, target, lower)
  if (target instanceof PsNative) {
    const get = Object.entries(target.get).find(([k]) => k.toLowerCase() === lower)?.[1]
    return get?.()
  }
  if (target instanceof PsRef) return lower === 'value' ? target.get() : undefined
  if (target instanceof PsBlock) {
    if (
      [
        'ast',
        'file',
        'module',
        'startposition',
        'id',
        'attributes',
        'isfilter',
        'isconfiguration',
        'debuggerhidden',
      ].includes(lower)
    )
      throw new Refused(`${name} of a script block`)
    return undefined
  }
  if (target instanceof PsWarning && lower === 'message') return target.message
  return scalarProperty(target, lower)
}

function propertyMember(e: Engine, p: PsProperty, name: string): PsValue | undefined {
  switch (name) {
    case 'name':
      return p.name
    case 'value':
      return propertyOf(e, p.owner, p.name) ?? null
    case 'membertype': {
      const v = p.owner.properties.get(p.name)
      return new PsEnum(
        'System.Management.Automation.PSMemberTypes',
        v instanceof PsComputed ? v.member : 'NoteProperty',
        8,
      )
    }
    case 'isinstance':
    case 'issettable':
    case 'isgettable':
      return true
    case 'typenameofvalue':
      return typeOf(p.owner.properties.get(p.name) ?? null)
    default:
      return undefined
  }
}

export const COLLECTION = 'System.Management.Automation.PSMemberInfoIntegratingCollection`1'

function psObject(target: PsValue): PsValue {
  if (isNull(target)) return noProperty('PSObject')
  if (!(target instanceof PsObject)) {
    if (target instanceof PsDictionary || typeof target === 'string' || target instanceof PsNumber)
      throw new Refused(`PSObject of ${shortName(typeOf(target))}`)
    throw new Refused(`PSObject of ${typeOf(target)}`)
  }
  const properties = (): PsList =>
    new PsList(
      COLLECTION,
      [...target.properties.entries()]
        .filter(([, v]) => !(v instanceof PsComputed && v.member === 'ScriptMethod'))
        .map(([name]) => new PsProperty(target, name)),
    )
  return new PsNative(
    'System.Management.Automation.PSObject',
    {
      Properties: () => {
        const list = properties()
        owners.set(list, target)
        return list
      },
      TypeNames: () =>
        new PsList('System.Collections.ObjectModel.Collection', [
          ...target.types,
          ...(target.types.includes('System.Object') ? [] : ['System.Object']),
        ]),
      BaseObject: () => target,
      ImmediateBaseObject: () => target,
      Members: () => {
        throw new Refused('PSObject.Members')
      },
      Methods: () => {
        throw new Refused('PSObject.Methods')
      },
    },
    {
      Copy: () => new PsObject(target.types, new Map(target.properties), target.text, target.handle),
    },
  )
}

export const owners = new WeakMap<PsList, PsObject>()
