import type { Json } from '../domain/json.ts'

/** `adapters[0].vlan` as Pulumi writes a path of a property: names, indexes, `*` for all items. */
export type PropertyPath = readonly [string, ...(string | number)[]]

const part = /^(?:\.?([A-Za-z_$][\w$-]*)|\[(\d+)\]|\[(\*)\]|\["((?:[^"\\]|\\.)*)"\])/

/** Undefined when the text is no path. */
export function parsePath(text: string): PropertyPath | undefined {
  const parts: (string | number)[] = []
  let rest = text
  while (rest !== '') {
    const found = part.exec(rest)
    if (found === null) return undefined
    const [all, name, index, star, quoted] = found
    parts.push(
      index === undefined ? (name ?? star ?? (quoted ?? '').replaceAll(/\\(.)/g, '$1')) : Number(index),
    )
    rest = rest.slice(all.length)
  }
  const [root, ...below] = parts
  return typeof root === 'string' && root !== '*' ? [root, ...below] : undefined
}

/** The value with another one at a path; `undefined` takes it away. The same value where the path leads nowhere. */
export function withValueAt(value: Json, path: readonly (string | number)[], put: Json | undefined): Json {
  const [head, ...rest] = path
  if (head === undefined || value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) {
    const items: readonly Json[] = value
    return items.flatMap((item, at) => {
      if (head !== '*' && head !== at) return [item]
      if (rest.length > 0) return [withValueAt(item, rest, put)]
      return put === undefined ? [] : [put]
    })
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]: [string, Json]): [string, Json][] => {
      if (head !== '*' && head !== name) return [[name, item]]
      if (rest.length > 0) return [[name, withValueAt(item, rest, put)]]
      return put === undefined ? [] : [[name, put]]
    }),
  )
}

/** What stands at a path without `*`; undefined where nothing does. */
export function valueAt(value: Json, path: readonly (string | number)[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (at, key) =>
      at !== null && typeof at === 'object' && Object.hasOwn(at, key)
        ? (at as { readonly [key: string | number]: Json })[key]
        : undefined,
    value,
  )
}
