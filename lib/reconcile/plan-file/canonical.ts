import { createHash } from 'node:crypto'
import type { Json } from '../../domain/json.ts'

/** One text for one value: names of an object in order of their UTF-16 units. What is undefined is left out. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return `{${entries
    .sort(byName)
    .map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`)
    .join(',')}}`
}

/** SHA-256 (hex) of the canonical text. */
export const digestOf = (value: unknown): string =>
  createHash('sha256').update(canonical(value)).digest('hex')

/** An object with its names in order, at every depth. */
export function inOrder<T extends Json>(value: T): T
export function inOrder(value: Json): Json {
  if (isList(value)) return value.map((item) => inOrder(item))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(byName)
      .map(([name, item]) => [name, inOrder(item)]),
  )
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0
