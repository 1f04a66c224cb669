import type { JsonObject } from '../domain/json.ts'
import { readable } from './plan-file/index.ts'

/** Whose secrets must not be told. */
export type Secretive = { readonly want: JsonObject; readonly secrets?: ReadonlySet<string> }

/** The same value with every text in it free of the secrets of these inputs: what a script says may quote them. */
export function withoutSecrets<T>({ want, secrets }: Secretive, value: T): T {
  if (secrets === undefined || ![...secrets].some((name) => want[name] !== undefined)) return value
  const walk = (one: unknown): unknown => {
    if (typeof one === 'string') return readable(one, want, secrets)
    if (Array.isArray(one)) return one.map(walk)
    if (one === null || typeof one !== 'object') return one
    return Object.fromEntries(
      Object.entries(one).map(([name, inner]: [string, unknown]) => [name, walk(inner)]),
    )
  }
  return walk(value) as T
}
