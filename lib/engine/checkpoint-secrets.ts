import type { Json, JsonObject } from '../domain/json.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { Checkpoint, CheckpointFailure } from './checkpoint.ts'
import {
  decrypted,
  isSealed,
  type PassphraseSource,
  secretSignature,
  signature,
  stateKey,
} from './passphrase-cipher.ts'

/**
 * Decrypts the secrets in these values, in memory, and leaves them marked as a provider gets them. Values without secrets cost
 * nothing.
 */
export async function withSecrets<T extends JsonObject>(
  values: readonly T[],
  checkpoint: Checkpoint,
  place: PassphraseSource,
): Promise<Result<readonly T[], CheckpointFailure>> {
  if (!values.some(hasSecret)) return ok(values)
  const { file } = checkpoint
  const key = await stateKey(checkpoint.secrets, place)
  if (!key.ok) return err({ kind: 'secrets', file, ...key.error })
  const opened: T[] = []
  for (const value of values) {
    const plain = open(value, key.value)
    if (plain === undefined)
      return err({
        kind: 'secrets',
        file,
        detail: 'a value is encrypted otherwise',
        fix: 'Use chancery preview.',
      })
    opened.push(plain as T)
  }
  return ok(opened)
}

function hasSecret(value: Json): boolean {
  if (value === null || typeof value !== 'object') return false
  return isSealed(value) || Object.values(value).some(hasSecret)
}

/** Undefined when a secret in it can't be decrypted. */
function open(value: Json, key: Buffer): Json | undefined {
  if (value === null || typeof value !== 'object') return value
  if (isSealed(value)) {
    const text = decrypted(value.ciphertext, key)
    return text === undefined ? undefined : { [signature]: secretSignature, value: JSON.parse(text) as Json }
  }
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => open(item, key))
    return items.every((item) => item !== undefined) ? items : undefined
  }
  const entries = Object.entries(value).map(([name, item]) => [name, open(item as Json, key)] as const)
  return entries.every((entry): entry is readonly [string, Json] => entry[1] !== undefined)
    ? Object.fromEntries(entries)
    : undefined
}
