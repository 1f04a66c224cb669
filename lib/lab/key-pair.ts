import ssh2 from 'ssh2'
import { err, ok, type Result } from '../domain/result.ts'

/** An Ed25519 key pair: private half as OpenSSH PEM, public half as an OpenSSH line without comment. */
export type KeyPair = { readonly privatePem: string; readonly publicLine: string }

export function newKeyPair(): KeyPair {
  const made = ssh2.utils.generateKeyPairSync('ed25519')
  return { privatePem: made.private, publicLine: made.public.trim() }
}

/** The public half of a private key without passphrase. The error says what the key is instead. */
export function keyPairOf(privatePem: string): Result<KeyPair, string> {
  const [key] = [ssh2.utils.parseKey(privatePem)].flat()
  if (key === undefined) return err('it holds no key')
  if (key instanceof Error) return err(key.message)
  return ok({ privatePem, publicLine: `${key.type} ${key.getPublicSSH().toString('base64')}` })
}
