import type { Json } from '../../domain/json.ts'

/** Every value that is not made of others, by its path. */
function flat(value: Json | object, path = ''): ReadonlyMap<string, string> {
  if (value === null || typeof value !== 'object') return new Map([[path, JSON.stringify(value)]])
  const entries = Object.entries(value)
  if (entries.length === 0) return new Map([[path, Array.isArray(value) ? '[]' : '{}']])
  return new Map(
    entries.flatMap(([name, item]: [string, Json]) => [
      ...flat(item, path === '' ? name : `${path}.${name}`),
    ]),
  )
}

export type Leaf = { readonly path: string; readonly a: string | undefined; readonly b: string | undefined }

/** Paths at which two values don't say the same. */
export function unlike(a: object, b: object): readonly Leaf[] {
  const before = flat(a)
  const after = flat(b)
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => ({ path, a: before.get(path), b: after.get(path) }))
}
