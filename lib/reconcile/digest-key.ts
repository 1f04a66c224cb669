import { hkdfSync, scryptSync } from 'node:crypto'
import type { Json, JsonObject } from '../domain/json.ts'
import type { Look } from '../transport/wire.ts'
import type { Catalogue, LoadedKind } from './loaded-kind.ts'
import { canonical } from './plan-file/canonical.ts'

/**
 * Keys of the digests by which a host shows secret inputs: one for each thing, 32 bytes in base64. `name`: `keyOf` of the thing.
 * Undefined: there is no passphrase. A key crosses the link as a parameter of a look, and is in no file.
 */
export type DigestKeys = (host: string, name: string) => string | undefined

/** Nothing has a key. */
export const noDigestKeys: DigestKeys = () => undefined

/** Work of the first key: about 50 ms, so that a passphrase isn't found by trying. */
const cost = { N: 16_384, r: 8, p: 1 } as const

/** Whoever has the passphrase of the states' secrets makes the same keys, on any machine and in any backend of the organisation. */
export function digestKeysOf(passphrase: string, organisation: string): DigestKeys {
  if (passphrase === '') return noDigestKeys
  let root: Buffer | undefined
  return (host, name) => {
    root ??= scryptSync(passphrase, `chancery digest 1\0${organisation}`, 32, cost)
    return Buffer.from(hkdfSync('sha256', root, '', canonical([host, name]), 32)).toString('base64')
  }
}

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

/** A look as it may lie in a file: a key is only said to be there. */
export const withoutKey = <L extends Pick<Look, 'params'>>(look: L): L =>
  typeof look.params['digestKey'] === 'string'
    ? { ...look, params: { ...look.params, digestKey: true } }
    : look

/** The same look with its key made again. */
export function withKey<L extends Pick<Look, 'key' | 'params'>>(
  look: L,
  host: string,
  digestKeys: DigestKeys,
): L {
  if (look.params['digestKey'] !== true) return look
  const digestKey: Json = digestKeys(host, look.key) ?? ''
  return { ...look, params: { ...look.params, digestKey } }
}
