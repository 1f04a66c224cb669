import { createDecipheriv, pbkdf2 } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Json, JsonObject } from '../domain/json.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { Checkpoint, CheckpointFailure } from './checkpoint.ts'
import type { StackPlace } from './place.ts'

const signature = '4dabf18193072939515e22adb298388d'
const secretSignature = '1b47061264138c4ac30d75fd1eb44270'

/**
 * Decrypts the secrets in these values, in memory, and leaves them marked as a provider gets them. Values without secrets cost
 * nothing; the key takes a third of a second a stack, once a process. Only Pulumi's passphrase provider is spoken here.
 * Source: pulumi sdk/go/common/resource/config/crypt.go and pkg/secrets/passphrase, 3.259.
 */
export async function withSecrets<T extends JsonObject>(
  values: readonly T[],
  checkpoint: Checkpoint,
  place: Pick<StackPlace, 'passphrase' | 'env'>,
): Promise<Result<readonly T[], CheckpointFailure>> {
  if (!values.some(hasSecret)) return ok(values)
  const { file } = checkpoint
  const failed = (detail: string, fix: string) => err({ kind: 'secrets', file, detail, fix } as const)
  const state = saltShape.safeParse(checkpoint.secrets?.state)
  if (checkpoint.secrets?.type !== 'passphrase' || !state.success)
    return failed(
      `its secrets provider is ${checkpoint.secrets?.type ?? 'not named'}`,
      'Use chancery preview, which asks the engine.',
    )
  const phrase = await passphraseOf(place)
  if (!phrase.ok) return failed(phrase.error, setIt)
  const [version, salt = '', ...check] = state.data.salt.split(':')
  if (version !== 'v1') return failed(`the salt is of version ${version}, expected v1`, 'Update chancery.')
  const key = await keyOf(phrase.value, salt)
  if (decrypted(check.join(':'), key) !== 'pulumi')
    return failed('the passphrase is not the right one', setIt)
  const opened: T[] = []
  for (const value of values) {
    const plain = open(value, key)
    if (plain === undefined) return failed('a value is encrypted otherwise', 'Use chancery preview.')
    opened.push(plain as T)
  }
  return ok(opened)
}

const saltShape = z.object({ salt: z.string() })
const setIt = 'Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to the file with the right one.'

const isSecret = (value: Json): value is { readonly ciphertext: string } =>
  value !== null &&
  typeof value === 'object' &&
  !Array.isArray(value) &&
  signature in value &&
  (value as JsonObject)[signature] === secretSignature &&
  typeof (value as JsonObject)['ciphertext'] === 'string'

function hasSecret(value: Json): boolean {
  if (value === null || typeof value !== 'object') return false
  return isSecret(value) || Object.values(value).some(hasSecret)
}

/** Undefined when a secret in it can't be decrypted. */
function open(value: Json, key: Buffer): Json | undefined {
  if (value === null || typeof value !== 'object') return value
  if (isSecret(value)) {
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

const tagBytes = 16

/** AES-256-GCM as `v1:<nonce>:<text and tag>`, base64; undefined when key or text are not right. */
function decrypted(text: string, key: Buffer): string | undefined {
  const [version, nonce, sealed] = text.split(':')
  if (version !== 'v1' || nonce === undefined || sealed === undefined) return undefined
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length < tagBytes) return undefined
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'))
    cipher.setAuthTag(bytes.subarray(-tagBytes))
    return cipher.update(bytes.subarray(0, -tagBytes), undefined, 'utf8') + cipher.final('utf8')
  } catch {
    return undefined
  }
}

const derive = promisify(pbkdf2)
const keys = new Map<string, Promise<Buffer>>()

/** The key of a salt, for the life of the process: a million rounds are not done twice. */
function keyOf(phrase: string, salt: string): Promise<Buffer> {
  const name = `${salt} ${phrase}`
  const known = keys.get(name) ?? derive(phrase, Buffer.from(salt, 'base64'), 1_000_000, 32, 'sha256')
  keys.set(name, known)
  return known
}

/** As the engine takes it: the variable where it is set, else the file without blanks around its text. */
async function passphraseOf({
  passphrase,
  env,
}: Pick<StackPlace, 'passphrase' | 'env'>): Promise<Result<string, string>> {
  if (passphrase.from === 'value') return ok(passphrase.value)
  const set = passphrase.from === 'environment' ? env['PULUMI_CONFIG_PASSPHRASE'] : undefined
  if (set !== undefined) return ok(set)
  const file = passphrase.from === 'file' ? passphrase.path : env['PULUMI_CONFIG_PASSPHRASE_FILE']
  if (file === undefined || file === '') return err('no passphrase is set')
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => error)
  return typeof text === 'string'
    ? ok(text.trim())
    : err(`${file} can't be read (${text.code ?? text.message})`)
}
