import { PsDictionary } from './objects.ts'
import { typeOf } from './types.ts'
import { PsChar, PsEnum, PsNumber, type PsValue } from './values.ts'

const identities = new WeakMap<object, string>()
let next = 0

/** The key under which a dictionary keeps a value: text without regard to case, numbers by type and value, objects by identity. */
export function keyOf(key: PsValue, exact = false): string {
  if (typeof key === 'string') return `s:${exact ? key : key.toLowerCase()}`
  if (key === null) return 'null'
  if (typeof key === 'boolean') return `b:${key}`
  if (key instanceof PsNumber) return `${key.type}:${String(key.value)}`
  if (key instanceof PsChar) return `c:${key.char}`
  if (key instanceof PsEnum) return `${key.type}:${key.number}`
  const scalar =
    'text' in key && typeof key.text === 'string' && typeOf(key) === 'System.Guid' ? key.text : undefined
  if (scalar !== undefined) return `g:${scalar}`
  let id = identities.get(key)
  if (id === undefined) identities.set(key, (id = `o:${next++}`))
  return id
}

const exactKeys = (d: PsDictionary): boolean => d.type.startsWith('System.Collections.Generic.Dictionary')

/** The value of a key, or undefined. */
export const getEntry = (d: PsDictionary, key: PsValue): PsValue | undefined =>
  d.entries.get(keyOf(key, exactKeys(d)))?.[1]

/** Sets a key; an existing one keeps its place and its spelling. */
export function setEntry(d: PsDictionary, key: PsValue, value: PsValue): void {
  d.version++
  const k = keyOf(key, exactKeys(d))
  const old = d.entries.get(k)
  if (old === undefined) d.entries.set(k, [key, value])
  else old[1] = value
}

/** Removes a key. */
export function removeEntry(d: PsDictionary, key: PsValue): boolean {
  d.version++
  return d.entries.delete(keyOf(key, exactKeys(d)))
}

/** A dictionary of another kind with the same entries. */
export function dictionaryFrom(type: string, from: PsDictionary): PsDictionary {
  const out = new PsDictionary(type)
  for (const [key, value] of from.entries.values()) setEntry(out, key, value)
  return out
}
