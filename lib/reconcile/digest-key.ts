import { hkdfSync, scryptSync } from 'node:crypto'
import type { Json } from '../domain/json.ts'
import type { Look } from '../transport/wire.ts'
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
