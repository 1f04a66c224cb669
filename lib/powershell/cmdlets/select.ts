import { type BuiltIn, type Starting, classOf, on } from './built-in.ts'
import { type Key, keysOf, valueOf } from './keys.ts'
import { identical } from './sort.ts'
import { itemsOf } from '../convert.ts'
import { PsThrow, Refused, record } from '../errors.ts'
import { propertyOf } from '../members/properties.ts'
import { PsComputed, isNull } from '../objects.ts'
import { wildcard } from '../regex.ts'
import { type Formals, formals } from '../run/formal.ts'
import { emit } from '../run/engine.ts'
import { text } from '../text.ts'
import { typeOf } from '../types.ts'
import { PsNumber, PsObject, type PsValue } from '../values.ts'

const count = (v: PsValue | undefined): number | undefined =>
  v instanceof PsNumber ? Number(v.value) : undefined

/** A parameter that must not be negative. */
function notNegative(f: Formals, names: readonly string[]): Formals {
  return {
    ...f,
    list: f.list.map((p) =>
      names.includes(p.name)
        ? {
            ...p,
            check: (v: PsValue): string | undefined =>
              (count(v) ?? 0) < 0
                ? `The ${text(v)} argument is less than the minimum allowed range of 0.`
                : undefined,
          }
        : p,
    ),
  }
}

/** Names that an object shows to a wildcard. */
function namesOf(item: PsValue): readonly string[] {
  if (item instanceof PsObject)
    return [...item.properties]
      .filter(([, v]) => !(v instanceof PsComputed && v.member === 'ScriptMethod'))
      .map(([name]) => name)
  throw new Refused(`all properties of ${typeOf(item)}`)
}

function shape(call: Starting, item: PsValue, keys: readonly Key[], exclude: readonly RegExp[]): PsObject {
  const out = new PsObject(
    [`Selected.${typeOf(item)}`, 'System.Management.Automation.PSCustomObject'],
    new Map(),
  )
  const put = (name: string, value: PsValue): void => {
    if (exclude.some((x) => x.test(name))) return
    if ([...out.properties.keys()].some((k) => k.toLowerCase() === name.toLowerCase())) {
      call.report(
        record(
          `AlreadyExistingUserSpecifiedPropertyNoExpand,${call.className}`,
          `The property cannot be processed because the property "${name}" already exists.`,
          'InvalidOperation',
          'System.Management.Automation.PSArgumentException',
          item,
        ),
      )
      return
    }
    out.properties.set(name, value)
  }
  for (const key of keys) {
    if (typeof key.of === 'string' && key.table === undefined && /[*?[]/.test(key.of)) {
      const pattern = wildcard(key.of, false)
      for (const name of namesOf(item))
        if (
          pattern.test(name) &&
          ![...out.properties.keys()].some((k) => k.toLowerCase() === name.toLowerCase())
        )
          put(name, propertyOf(call.engine, item, name) ?? null)
      continue
    }
    let v: PsValue | undefined
    try {
      v = valueOf(call, item, key)
    } catch (x) {
      if (!(x instanceof PsThrow)) throw x
      v = null
    }
    const known =
      typeof key.of === 'string' && key.table === undefined && item instanceof PsObject
        ? [...item.properties.keys()].find((k) => k.toLowerCase() === key.label.toLowerCase())
        : undefined
    put(
      known ??
        (typeof key.of === 'string' && key.table === undefined && v !== undefined
          ? spelled(item, key.label)
          : key.label),
      v ?? null,
    )
  }
  return out
}

function spelled(item: PsValue, name: string): string {
  if (typeof item === 'string' && name.toLowerCase() === 'length') return 'Length'
  return name
}

/** Select-Object */
export const selectObject: BuiltIn = {
  name: 'Select-Object',
  className: classOf('Select-Object'),
  formals: notNegative(
    formals(
      'InputObject:object| Property:object[]@0{default,skip} ExcludeProperty:string[]{default,skip} ExpandProperty:string{default,skip} Unique:switch First:int{default} Last:int{default,skip} Skip:int{default} SkipLast:int{skip} Index:int[]{index} Wait:switch{default,index}',
      'default',
    ),
    ['First', 'Last', 'Skip', 'SkipLast'],
  ),
  start(call) {
    const { values } = call
    const keys = keysOf(values.get('Property'))
    const expand = values.get('ExpandProperty')
    const exclude = (itemsOf(values.get('ExcludeProperty') ?? []) ?? []).map((p) => wildcard(text(p), false))
    const [first, last, skip, skipLast] = ['First', 'Last', 'Skip', 'SkipLast'].map((n) =>
      count(values.get(n)),
    )
    const index = itemsOf(values.get('Index') ?? null)?.map((n) => Number(text(n)))
    const unique = on(values.get('Unique'))
    const held: PsValue[] = []
    const seen: PsValue[] = []
    let at = 0
    let given = 0
    const put = (item: PsValue): void => {
      const chosen = keys.length === 0 && expand === undefined && exclude.length === 0 ? item : undefined
      if (chosen !== undefined || (keys.length === 0 && expand === undefined && exclude.length === 0))
        return send(item)
      if (expand !== undefined) return expanded(call, item, text(expand), keys, send)
      send(shape(call, item, keys.length === 0 ? keysOf('*') : keys, exclude))
    }
    const send = (v: PsValue): void => {
      if (unique) {
        if (seen.some((s) => identical(s, v))) return
        seen.push(v)
      }
      call.out(v)
    }
    const process = (item: PsValue): void => {
      if (isNull(item)) return
      const n = at++
      if (index !== undefined) {
        held.push(item)
        return
      }
      if (last !== undefined || skipLast !== undefined) {
        held.push(item)
        return
      }
      if (n < (skip ?? 0)) return
      if (first !== undefined && given >= first) call.stop()
      given++
      put(item)
      if (first !== undefined && given >= first && call.hasInput) call.stop()
    }
    if (first === 0 && call.hasInput && last === undefined)
      return { process: () => call.stop(), end: () => undefined }
    return {
      once: () => {
        if (values.has('InputObject')) process(values.get('InputObject')!)
      },
      process,
      end: () => {
        if (index !== undefined) {
          const wanted = [...new Set(index)].sort((a, b) => a - b)
          for (const i of wanted) if (i < held.length) put(held[i]!)
          return
        }
        if (skipLast !== undefined) {
          for (const item of held.slice(skip ?? 0, held.length - skipLast)) put(item)
          return
        }
        if (last === undefined) return
        const end = held.length - (skip ?? 0)
        const tail = held.slice(Math.max(0, end - last), Math.max(0, end))
        const head =
          first === undefined ? [] : held.slice(0, Math.min(first, Math.max(0, held.length - last)))
        for (const item of [...head, ...tail]) put(item)
      },
    }
  },
}

function expanded(
  call: Starting,
  item: PsValue,
  name: string,
  keys: readonly Key[],
  send: (v: PsValue) => void,
): void {
  const v = isNull(item) ? undefined : propertyOf(call.engine, item, name)
  if (v === undefined) {
    call.report(
      record(
        `ExpandPropertyNotFound,${call.className}`,
        `Property "${name}" cannot be found.`,
        'InvalidArgument',
        'System.Management.Automation.PSArgumentException',
        item,
      ),
    )
    return
  }
  if (keys.length > 0) throw new Refused('-ExpandProperty with -Property')
  if (!isNull(v)) emit(v, send)
}
