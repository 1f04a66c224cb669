import { itemsOf } from '../convert.ts'
import { PsThrow, Refused, fail } from '../errors.ts'
import { callOverload, native } from './arguments.ts'
import { foreachMethod, whereMethod } from './collections.ts'
import { methodsOf } from './method-tables.ts'
import { noMethod } from './missing.ts'
import { COLLECTION, keyFor, objectProperty, owners } from './properties.ts'
import {
  NOTHING,
  PsBlock,
  PsComputed,
  PsDate,
  PsDictionary,
  PsException,
  PsList,
  PsNative,
  PsType,
  isNull,
} from '../objects.ts'
import { type Engine, fold } from '../run/engine.ts'
import { text } from '../text.ts'
import { isCustom, shortName, typeOf } from '../types.ts'
import { PsObject, type PsValue } from '../values.ts'

const CHANGING =
  /^(add|addrange|insert|remove|removeat|removerange|clear|sort|reverse|enqueue|dequeue|push|pop)$/

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
  noMethod(target, name)
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
