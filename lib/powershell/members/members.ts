import { itemsOf } from '../convert.ts'
import { getEntry, setEntry } from '../dictionaries.ts'
import { PsThrow, Refused, fail, record } from '../errors.ts'
import { int32 } from '../numbers.ts'
import {
  NOTHING,
  PsBlock,
  PsBuilder,
  PsComputed,
  PsDate,
  PsDictionary,
  PsErrorRecord,
  PsException,
  PsList,
  PsNative,
  PsProperty,
  PsRef,
  PsRegex,
  PsScalar,
  PsType,
  PsVersion,
  PsWarning,
  isNull,
  view,
} from '../objects.ts'
import { text } from '../text.ts'
import { isCustom, shortName, typeOf } from '../types.ts'
import { PsEnum, PsNumber, PsObject, type PsValue } from '../values.ts'
import { type Engine, fold } from '../run/engine.ts'
import { callOverload, native } from './arguments.ts'
import { arrayMethods, dictionaryMethods, listMethods } from './lists.ts'
import { scalarMethods, scalarProperty } from './scalars.ts'
import { stringMethods } from './strings.ts'
import { foreachMethod, whereMethod } from './collections.ts'

const NOT_FOUND = 'System.Management.Automation.PropertyNotFoundException'

/** The failure to find a property under strict mode. */
export function noProperty(name: string): never {
  fail(
    'PropertyNotFoundStrict',
    `The property '${name}' cannot be found on this object. Verify that the property exists.`,
    'NotSpecified',
    NOT_FOUND,
  )
}

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

const COLLECTION = 'System.Management.Automation.PSMemberInfoIntegratingCollection`1'

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

const owners = new WeakMap<PsList, PsObject>()

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

function isMethod(target: PsValue, name: string): boolean {
  return name in methodsOf(target) || name === 'gettype' || name === 'tostring'
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

function methodsOf(target: PsValue): ReturnType<typeof stringMethods> {
  if (typeof target === 'string') return stringMethods(target)
  if (Array.isArray(target)) return arrayMethods(target)
  if (target instanceof PsDictionary) return dictionaryMethods(target)
  if (target instanceof PsList) return listMethods(target)
  if (target instanceof PsObject && isCustom(target)) return {}
  return scalarMethods(target)
}

const CHANGING =
  /^(add|addrange|insert|remove|removeat|removerange|clear|sort|reverse|enqueue|dequeue|push|pop)$/

const REAL_METHODS = new Set(
  `add addrange asreadonly asspan binarysearch clear clone combine compareto contains containskey containsvalue convertall copyto create
  createinstance dequeue dispose endswith enqueue enumeraterunes ensurecapacity equals exceptwith exists find findall findindex findlast findlastindex
  foreach getawaiter getbaseexception getdatetimeformats getenumerator gethashcode getlength getlonglength getlowerbound getobjectdata getrange gettype gettypecode
  getupperbound getvalue getviewbetween hasflag indexof indexofany initialize insert insertrange intersectwith invoke isdaylightsavingtime isnormalized
  lastindexof lastindexofany memberwiseclone normalize onedeserialization overlaps padleft padright peek pop push remove removeall removeat removerange removewhere replace
  replacelineendings reverse set setequals setrange setvalue sort split startswith substring subtract symmetricexceptwith synchronized toarray toboolean tobyte tochar tochararray
  todatetime todecimal todouble toint16 toint32 toint64 tolist tolocaltime tolower tolowerinvariant tosbyte tosingle tostring totype touint16 touint32 touint64
  toupper toupperinvariant touniversaltime trim trimend trimstart trimexcess trimtosize trueforall trycopyto tryformat trygetvalue trypeek trydequeue trypop unionwith where`.split(
    /\s+/,
  ),
)

function missing(target: PsValue, name: string): never {
  if (REAL_METHODS.has(name.toLowerCase()) && !(target instanceof PsObject))
    throw new Refused(`the method ${name} of ${typeOf(target)}`)
  fail(
    'MethodNotFound',
    `Method invocation failed because [${typeOf(target)}] does not contain a method named '${name}'.`,
    'InvalidOperation',
    undefined,
    name,
  )
}

/** `$target.name(…)` */
export function callMethod(e: Engine, target: PsValue, name: string, args: readonly PsValue[]): PsValue {
  const lower = name.toLowerCase()
  if (isNull(target)) fail('InvokeMethodOnNull', 'You cannot call a method on a null-valued expression.')
  if (lower === 'gettype' && args.length === 0) return new PsType(typeOf(target))
  if (target instanceof PsObject) {
    const member = objectProperty(target, name)
    if (member instanceof PsComputed && member.member === 'ScriptMethod' && member.body instanceof PsBlock)
      return scriptMethod(e, target, member.body, args)
  }
  if (target instanceof PsDictionary && lower === 'item') throw new Refused('Item() of a dictionary')
  if (target instanceof PsNative) return callNative(target, name, args)
  if (target instanceof PsBlock) return callBlock(e, target, lower, args)
  if (target instanceof PsList && target.type === COLLECTION) return callProperties(e, target, lower, args)
  const overloads = methodsOf(target)[lower]
  if (overloads !== undefined) {
    if ((target instanceof PsList || target instanceof PsDictionary) && CHANGING.test(lower)) target.version++
    return callOverload(name, overloads, args)
  }
  if (lower === 'tostring' && args.length === 0)
    return target instanceof PsObject
      ? (target.text ?? (isCustom(target) ? '' : text(target)))
      : itemsOf(target) !== undefined
        ? typeOf(target)
        : text(target)
  if (lower === 'foreach') return foreachMethod(e, target, args)
  if (lower === 'where') return whereMethod(e, target, args)
  if (lower === 'equals' && args.length === 1) return target === args[0]
  if (lower === 'gethashcode') throw new Refused('GetHashCode')
  if (target instanceof PsType) return typeMethod(target, lower, args)
  const items = itemsOf(target)
  if (items !== undefined && items.length > 0) return enumerate(e, items, name, args)
  if (target instanceof PsObject && !isCustom(target))
    throw new Refused(`the method ${name} of ${typeOf(target)}`)
  if (target instanceof PsException || target instanceof PsDate)
    throw new Refused(`the method ${name} of ${typeOf(target)}`)
  missing(target, name)
}

function enumerate(e: Engine, items: readonly PsValue[], name: string, args: readonly PsValue[]): PsValue {
  const out: PsValue[] = []
  for (const item of items) {
    const v = callMethod(e, item, name, args)
    if (v !== NOTHING) out.push(...(itemsOf(v) ?? [v]))
  }
  return fold(out)
}

function scriptMethod(e: Engine, target: PsObject, body: PsBlock, args: readonly PsValue[]): PsValue {
  const scope = e.scope
  const before = scope.own('this')
  scope.set('this', target)
  try {
    return e.call(body, { args })
  } finally {
    if (before === undefined) scope.variables.delete('this')
    else scope.variables.set('this', before)
  }
}

function callNative(target: PsNative, name: string, args: readonly PsValue[]): PsValue {
  const method = Object.entries(target.methods).find(([k]) => k.toLowerCase() === name.toLowerCase())?.[1]
  if (method !== undefined) return native(name, args.length, () => method(...args))
  if (name.toLowerCase() === 'tostring' && args.length === 0) return target.text ?? target.type
  throw new Refused(`the method ${name} of ${target.type}`)
}

function callBlock(e: Engine, block: PsBlock, name: string, args: readonly PsValue[]): PsValue {
  switch (name) {
    case 'invoke': {
      const out: PsValue[] = []
      try {
        e.runBlock(block, { args }, (v) => out.push(v))
      } catch (x) {
        if (!(x instanceof PsThrow)) throw x
        const inner = x.record.exception
        fail(
          shortName(inner.type),
          `Exception calling "Invoke" with "${args.length}" argument(s): "${inner.message}"`,
          'NotSpecified',
          'System.Management.Automation.MethodInvocationException',
          null,
          inner,
        )
      }
      return new PsList(
        'System.Collections.ObjectModel.Collection`1[System.Management.Automation.PSObject]',
        out,
      )
    }
    case 'invokereturnasis':
      return e.call(block, { args })
    case 'getnewclosure': {
      const captured = new Map<string, PsValue>()
      for (const v of e.scope.variables.values()) captured.set(v.name, v.value)
      return new PsBlock(block.block, block.source, captured)
    }
    case 'tostring':
      return block.block.text
    default:
      throw new Refused(`the method ${name} of a script block`)
  }
}

function callProperties(e: Engine, list: PsList, name: string, args: readonly PsValue[]): PsValue {
  const owner = owners.get(list)
  const first = args[0] ?? null
  if (owner === undefined) throw new Refused('the properties of this object')
  if (name === 'remove' && args.length === 1) {
    const key = keyFor(owner, text(first))
    if (key !== undefined) owner.properties.delete(key)
    return NOTHING
  }
  if (
    name === 'add' &&
    args.length === 1 &&
    first instanceof PsNative &&
    first.type.endsWith('PSNoteProperty')
  ) {
    owner.properties.set(text(first.get['Name']!()), first.get['Value']!())
    return NOTHING
  }
  if (name === 'match' && args.length === 1) throw new Refused('Properties.Match')
  if (name === 'where') return whereMethod(e, list, args)
  if (name === 'foreach') return foreachMethod(e, list, args)
  throw new Refused(`the method ${name} of properties`)
}

function typeMethod(t: PsType, name: string, args: readonly PsValue[]): PsValue {
  if (name === 'tostring' && args.length === 0) return t.name
  throw new Refused(`the method ${name} of a type`)
}
