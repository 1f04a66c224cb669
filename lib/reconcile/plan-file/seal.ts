import { createHmac, scryptSync } from 'node:crypto'
import type { Json } from '../../domain/json.ts'
import { canonical } from './canonical.ts'

/**
 * Turns what must not be read into what can only be compared: an HMAC under a key that whoever has the passphrase of the state's
 * secrets can make again. Equal values in different places give different texts; the same value in the same place gives the same
 * one, in every plan of the organisation's backend.
 */
export interface Sealer {
  /** 22 characters: 128 bits in base64url. `where` names the place: a URN and a property. */
  seal(where: string, value: unknown): string
}

/** Work of the key's derivation: about 50 ms, so that a passphrase isn't found by trying. */
const cost = { N: 16_384, r: 8, p: 1 } as const

/** `scope`: what the key is for: organisation and backend, so that no two organisations share one. */
export function sealerOf(passphrase: string, scope: readonly string[]): Sealer {
  const key = scryptSync(passphrase, `chancery plan 1\0${canonical(scope)}`, 32, cost)
  return {
    seal: (where, value) =>
      createHmac('sha256', key)
        .update(canonical([where, value ?? null]))
        .digest()
        .subarray(0, 16)
        .toString('base64url'),
  }
}

/** Tells whether two sealers have one key. */
export const keyCheck = (sealer: Sealer): string => sealer.seal('key', null)

/** In place of a secret. */
export const sealedMark = (seal: string): Json => ({ $secret: seal })

/** A value that exists only later: an output of another resource, or a text made of such outputs. */
export type Later = readonly (string | { readonly from: string; readonly output: string })[]

/** In place of a value that exists only later: `urn.output`, or the parts of a text. */
export const laterMarkOf = (later: Later): Json => {
  const [only, ...more] = later
  return { $later: only !== undefined && typeof only !== 'string' && more.length === 0 ? only : [...later] }
}

/** The name of a property beside the marks above: one that begins with `$` gets another. */
export const escaped = (name: string): string => (name.startsWith('$') ? `$${name}` : name)
