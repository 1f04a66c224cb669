import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Json, JsonObject } from '../domain/json.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { StackPlace } from './place.ts'

/** The key under which values of the engine are marked, and its text for a secret. */
export const signature = '4dabf18193072939515e22adb298388d'
export const secretSignature = '1b47061264138c4ac30d75fd1eb44270'

/** Where a passphrase comes from. */
export type PassphraseSource = Pick<StackPlace, 'passphrase' | 'env'>

/** A secret as a checkpoint holds it. */
export type Sealed = { readonly ciphertext: string }

export const isSealed = (value: Json | undefined): value is Json & Sealed =>
  value !== null &&
  typeof value === 'object' &&
  !Array.isArray(value) &&
  (value as JsonObject)[signature] === secretSignature &&
  typeof (value as JsonObject)['ciphertext'] === 'string'

const saltShape = z.object({ salt: z.string() })
const setIt = 'Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to the file with the right one.'

/**
 * The key of a checkpoint's secrets. It takes a third of a second a stack, once a process. Only Pulumi's passphrase provider is spoken
 * here. Source: pulumi sdk/go/common/resource/config/crypt.go and pkg/secrets/passphrase, 3.259.
 */
export async function stateKey(
  provider: { readonly type: string; readonly state: unknown } | undefined,
  source: PassphraseSource,
): Promise<Result<Buffer, { readonly detail: string; readonly fix: string }>> {
  const state = saltShape.safeParse(provider?.state)
  if (provider?.type !== 'passphrase' || !state.success)
    return err({
      detail: `its secrets provider is ${provider?.type ?? 'not named'}`,
      fix: 'Use chancery preview, which asks the engine.',
    })
  const phrase = await passphraseOf(source)
  if (!phrase.ok) return err({ detail: phrase.error, fix: setIt })
  const [version, salt = '', ...check] = state.data.salt.split(':')
  if (version !== 'v1')
    return err({ detail: `the salt is of version ${version}, expected v1`, fix: 'Update chancery.' })
  const key = await keyOf(phrase.value, salt)
  return decrypted(check.join(':'), key) === 'pulumi'
    ? ok(key)
    : err({ detail: 'the passphrase is not the right one', fix: setIt })
}

const nonceBytes = 12
const tagBytes = 16

/** AES-256-GCM as `v1:<nonce>:<text and tag>`, base64; undefined when key or text are not right. */
export function decrypted(text: string, key: Buffer): string | undefined {
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

/** A value as the engine itself would have kept it. */
export function sealed(value: Json, key: Buffer): JsonObject {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const bytes = Buffer.concat([
    cipher.update(JSON.stringify(value), 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ])
  return {
    [signature]: secretSignature,
    ciphertext: `v1:${nonce.toString('base64')}:${bytes.toString('base64')}`,
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
async function passphraseOf({ passphrase, env }: PassphraseSource): Promise<Result<string, string>> {
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
