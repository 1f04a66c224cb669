import { casting } from '../arithmetic.ts'
import { order } from '../compare.ts'
import { convert, itemsOf } from '../convert.ts'
import { getEntry, keyOf, removeEntry, setEntry } from '../dictionaries.ts'
import { Native, Refused } from '../errors.ts'
import { PsDictionary, type PsList, elementType, typedArray, view } from '../objects.ts'
import { typeOf } from '../types.ts'
import { PsObject, type PsValue } from '../values.ts'
import { type Methods, VOID, int, num, outside, overload as o } from './arguments.ts'

/** Equality as .NET's Equals: same type, same value. */
export function same(a: PsValue, b: PsValue): boolean {
  if (a === b) return true
  if (typeof a === 'string' || typeof b === 'string') return false
  return typeOf(a) === typeOf(b) && !(a instanceof PsObject) && keyOf(a, true) === keyOf(b, true)
}

const entry = (key: PsValue, value: PsValue): PsObject =>
  new PsObject(
    ['System.Collections.DictionaryEntry'],
    new Map([
      ['Name', key],
      ['Key', key],
      ['Value', value],
    ]),
  )

/** The entries of a dictionary as GetEnumerator gives them. */
const entriesOf = (d: PsDictionary): PsValue =>
  view(
    [...d.entries.values()].map(([k, v]) => entry(k, v)),
    d,
  )

/** The methods of a dictionary. */
export function dictionaryMethods(d: PsDictionary): Methods {
  const add = (k: PsValue, v: PsValue): PsValue => {
    if (getEntry(d, k) !== undefined)
      throw new Native(
        'System.ArgumentException',
        `Item has already been added. Key in dictionary: '${String(k)}'  Key being added: '${String(k)}'`,
      )
    setEntry(d, k, v)
    return VOID
  }
  const has = o('object', (k) => getEntry(d, k!) !== undefined)
  const generic = d.type.startsWith('System.Collections.Generic')
  return {
    add: [o('object,object', (k, v) => add(k!, v!))],
    ...(d.ordered ? {} : { containskey: [has] }),
    ...(generic ? {} : { contains: [has] }),
    ...(d.ordered
      ? {}
      : { containsvalue: [o('object', (v) => [...d.entries.values()].some(([, x]) => same(x, v!)))] }),
    remove: [
      o('object', (k) => {
        const removed = removeEntry(d, k!)
        return generic ? removed : VOID
      }),
    ],
    clear: [o('', () => (d.entries.clear(), VOID))],
    getenumerator: [o('', () => entriesOf(d))],
    clone: [
      o('', () => {
        const out = new PsDictionary(d.type)
        for (const [k, v] of d.entries.values()) setEntry(out, k, v)
        return out
      }),
    ],
    ...(d.ordered
      ? {
          insert: [
            o('int,object,object', (n, k, v) => {
              const all = [...d.entries.values()].map(([a, b]) => [a, b] as const)
              if (num(n) < 0 || num(n) > all.length) throw outside()
              all.splice(num(n), 0, [k!, v!])
              d.entries.clear()
              for (const [a, b] of all) setEntry(d, a, b)
              return VOID
            }),
          ],
          removeat: [
            o('int', (n) => {
              const key = [...d.entries.keys()][num(n)]
              if (key === undefined) throw outside()
              d.entries.delete(key)
              return VOID
            }),
          ],
        }
      : {}),
  }
}

const indexIn = (items: readonly PsValue[], v: PsValue): number =>
  items.findIndex((i) => same(i, v) || (typeof i === 'string' && i === v))

const fixed = (): never => {
  throw new Native('System.NotSupportedException', 'Collection was of a fixed size.')
}

/** The methods of an array. */
export function arrayMethods(items: readonly PsValue[]): Methods {
  return {
    contains: [o('object', (v) => indexIn(items, v!) >= 0)],
    add: [o('object', fixed)],
    remove: [o('object', fixed)],
    removeat: [o('int', fixed)],
    insert: [o('int,object', fixed)],
    indexof: [o('object', (v) => int(indexIn(items, v!)))],
    clone: [o('', () => typedArray(elementType(items), [...items]))],
    getupperbound: [o('int', () => int(items.length - 1))],
    getlowerbound: [o('int', () => int(0))],
    getlength: [o('int', () => int(items.length))],
    getvalue: [o('int', (n) => items[num(n)] ?? null)],
    getenumerator: [o('', () => items)],
  }
}

/** The methods of lists, queues, stacks and sets. */
export function listMethods(l: PsList): Methods {
  const element = l.type.includes('[') ? l.type.slice(l.type.indexOf('[') + 1, -1) : 'System.Object'
  const item = element
  const kind = /Queue/.test(l.type)
    ? 'queue'
    : /Stack/.test(l.type)
      ? 'stack'
      : /HashSet/.test(l.type)
        ? 'set'
        : 'list'
  const shared: Methods = {
    contains: [o(item, (v) => indexIn(l.items, v!) >= 0)],
    clear: [o('', () => ((l.items.length = 0), VOID))],
    toarray: [o('', () => typedArray(element, [...l.items]))],
    getenumerator: [o('', () => [...l.items])],
  }
  const take = (): PsValue => {
    if (l.items.length === 0)
      throw new Native('System.InvalidOperationException', `${kind === 'queue' ? 'Queue' : 'Stack'} empty.`)
    return l.items.shift()!
  }
  const peek = (): PsValue => {
    if (l.items.length === 0)
      throw new Native('System.InvalidOperationException', `${kind === 'queue' ? 'Queue' : 'Stack'} empty.`)
    return l.items[0]!
  }
  if (kind === 'queue')
    return {
      ...shared,
      enqueue: [o(item, (v) => (l.items.push(v!), VOID))],
      dequeue: [o('', take)],
      peek: [o('', peek)],
    }
  if (kind === 'stack')
    return {
      ...shared,
      push: [o(item, (v) => (l.items.unshift(v!), VOID))],
      pop: [o('', take)],
      peek: [o('', peek)],
    }
  if (kind === 'set')
    return {
      ...shared,
      add: [
        o(item, (v) => {
          if (indexIn(l.items, v!) >= 0) return false
          l.items.push(v!)
          return true
        }),
      ],
      remove: [
        o(item, (v) => {
          const at = indexIn(l.items, v!)
          if (at >= 0) l.items.splice(at, 1)
          return at >= 0
        }),
      ],
    }
  const bound = (n: number, size = l.items.length): number => {
    if (n < 0 || n >= size) throw outside()
    return n
  }
  return {
    ...shared,
    add: [
      o(
        item,
        (v) => (l.items.push(v!), l.type === 'System.Collections.ArrayList' ? int(l.items.length - 1) : VOID),
      ),
    ],
    addrange: [
      o(
        'System.Object',
        (v) => (l.items.push(...(itemsOf(v!) ?? [v!]).map((i) => casting(() => convert(i, element)))), VOID),
      ),
    ],
    insert: [o(`int,${item}`, (n, v) => (l.items.splice(bound(num(n), l.items.length + 1), 0, v!), VOID))],
    remove: [
      o(item, (v) => {
        const at = indexIn(l.items, v!)
        if (at >= 0) l.items.splice(at, 1)
        return l.type === 'System.Collections.ArrayList' ? VOID : at >= 0
      }),
    ],
    removeat: [o('int', (n) => (l.items.splice(bound(num(n)), 1), VOID))],
    removerange: [o('int,int', (n, m) => (l.items.splice(num(n), num(m)), VOID))],
    indexof: [o(item, (v) => int(indexIn(l.items, v!)))],
    reverse: [o('', () => (l.items.reverse(), VOID))],
    sort: [
      o('', () => {
        if (new Set(l.items.map(typeOf)).size > 1) throw new Refused('Sort of different types')
        l.items.sort((a, b) => order(a, b, true))
        return VOID
      }),
    ],
  }
}
