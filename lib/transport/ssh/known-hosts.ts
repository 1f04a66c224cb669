import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** A key that a known_hosts line pins for a host. */
export type PinnedKey = {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`. */
  readonly type: string
  /** The key's blob, as SSH sends it. */
  readonly blob: Buffer
  /** From an `@revoked` line: never accepted, whatever another line says. */
  readonly revoked: boolean
}

type Entry = { readonly hosts: string; readonly key: PinnedKey }

/** `SHA256:…` as `ssh-keygen -l` prints it. */
export const fingerprint = (blob: Buffer): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`

/** The name under which OpenSSH files a host: bare on port 22, `[name]:port` otherwise. */
export const knownHostName = (address: string, port: number): string =>
  port === 22 ? address.toLowerCase() : `[${address.toLowerCase()}]:${port}`

/** One line for a known_hosts file, names in the clear. */
export const knownHostLine = (address: string, port: number, blob: Buffer): string =>
  `${knownHostName(address, port)} ${keyType(blob)} ${blob.toString('base64')}`

/** The type that a key's blob names. */
export function keyType(blob: Buffer): string {
  if (blob.length < 4 || blob.length < 4 + blob.readUInt32BE(0)) return 'unknown'
  return blob.toString('latin1', 4, 4 + blob.readUInt32BE(0))
}

/** The keys that a known_hosts text (OpenSSH format: plain, hashed, patterns, `[host]:port`) pins for a host. Certificate authorities are not trusted. */
export function pinnedKeys(text: string, address: string, port: number): readonly PinnedKey[] {
  const name = knownHostName(address, port)
  return text.split(/\r?\n/).flatMap((line) => {
    const entry = parseLine(line)
    return entry !== undefined && matches(entry.hosts, name) ? [entry.key] : []
  })
}

/** Whether a host may show this key. */
export function isPinned(pinned: readonly PinnedKey[], blob: Buffer): boolean {
  const same = pinned.filter((key) => key.blob.equals(blob))
  return same.length > 0 && same.every((key) => !key.revoked)
}

/** Signature algorithms to offer, so that the host shows a key of a pinned type. */
export const hostKeyAlgorithms = (pinned: readonly PinnedKey[]): readonly string[] => [
  ...new Set(
    pinned
      .filter((key) => !key.revoked)
      .flatMap((key) => (key.type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [key.type])),
  ),
]

function parseLine(line: string): Entry | undefined {
  const fields = line.trim().split(/\s+/)
  if (line.trim() === '' || line.trimStart().startsWith('#')) return undefined
  const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined
  if (marker !== undefined && marker !== '@revoked') return undefined
  const [hosts, type, base64] = fields
  if (hosts === undefined || type === undefined || base64 === undefined) return undefined
  const blob = Buffer.from(base64, 'base64')
  if (keyType(blob) !== type) return undefined
  return { hosts, key: { type, blob, revoked: marker === '@revoked' } }
}

function matches(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) return hashed(hosts, name)
  let found = false
  for (const pattern of hosts.toLowerCase().split(',')) {
    if (pattern.startsWith('!')) {
      if (glob(pattern.slice(1)).test(name)) return false
    } else if (glob(pattern).test(name)) found = true
  }
  return found
}

/** `|1|base64 salt|base64 HMAC-SHA1 of the name`. */
function hashed(hosts: string, name: string): boolean {
  const [, , salt, wanted] = hosts.split('|')
  if (salt === undefined || wanted === undefined) return false
  const expected = Buffer.from(wanted, 'base64')
  const got = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest()
  return expected.length === got.length && timingSafeEqual(expected, got)
}

/** In OpenSSH's patterns only * and ? are special; brackets are literal. */
const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )
