import ssh2 from 'ssh2'
import { err, ok, type Result } from '../domain/result.ts'

/** An Ed25519 key pair in OpenSSH's formats. */
export type KeyPair = {
  readonly privatePem: string
  /** `ssh-ed25519 AAAA…`, without comment. */ readonly publicLine: string
}

export function newKeyPair(): KeyPair {
  // ssh2 1.17.0 drops a leading zero byte: one pair in 256 is a byte short and can't be read back.
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519')
    const whole = keyPairOf(pair.private)
    if (whole.ok) return whole.value
  }
}

/** The pair of a private key without passphrase; the error is a sentence. */
export function keyPairOf(privatePem: string): Result<KeyPair, string> {
  const parsed = ssh2.utils.parseKey(privatePem)
  if (parsed instanceof Error)
    return err(`expected a private key without passphrase in OpenSSH or PEM format, got: ${parsed.message}`)
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  if (key === undefined || !key.isPrivateKey()) return err('expected a private key, got a public one')
  return ok({ privatePem, publicLine: `${key.type} ${key.getPublicSSH().toString('base64')}` })
}
