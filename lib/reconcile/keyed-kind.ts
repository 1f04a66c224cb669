import type { JsonObject } from '../domain/json.ts'
import type { DigestKeys } from './digest-key.ts'
import type { Catalogue, LoadedKind } from './loaded-kind.ts'

/** The kinds, with the keys that their secret inputs are looked at under. */
export const withDigestKeys = (catalogue: Catalogue, digestKeys: DigestKeys): Catalogue =>
  new Map([...catalogue].map(([token, loaded]) => [token, { ...loaded, digestKeys }]))

/** The kind as it looks at this thing: under a key where an input is secret that its observation would tell of. */
export function keyedFor(
  loaded: LoadedKind,
  host: string,
  want: JsonObject,
  secrets: ReadonlySet<string>,
): LoadedKind {
  const { keyed } = loaded.kind
  if (keyed === undefined || !keyed.inputs.some((input) => secrets.has(input) && want[input] !== undefined))
    return loaded
  const key = loaded.digestKeys?.(host, `${loaded.kind.token}|${loaded.kind.identity(want)}`)
  return { ...loaded, kind: keyed.under(key) }
}
