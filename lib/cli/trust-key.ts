import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ok, type Result } from '../domain/result.ts'
import type { Host } from '../domain/site.ts'
import { makeFolder } from '../link/make-folder.ts'
import { fingerprint, isPinned, pinnedKeys } from '../transport/ssh/known-hosts.ts'
import { pinKey } from './pin.ts'

/** How a shown key stands to what is pinned for the host. */
export type KeyState =
  | { readonly state: 'pinned' | 'unknown' }
  /** Others are pinned: `ssh-ed25519 SHA256:…`. */
  | { readonly state: 'other'; readonly pinned: readonly string[] }

export function judgeKey(knownHosts: string, host: Pick<Host, 'address' | 'port'>, blob: Buffer): KeyState {
  const pinned = pinnedKeys(textOf(knownHosts), host.address, host.port)
  if (isPinned(pinned, blob)) return { state: 'pinned' }
  if (pinned.length === 0) return { state: 'unknown' }
  return {
    state: 'other',
    pinned: pinned.map((key) => `${key.type} ${fingerprint(key.blob)}${key.revoked ? ' (revoked)' : ''}`),
  }
}

/** Pins the key in the file, which is replaced as a whole or not at all. */
export function pinIn(
  knownHosts: string,
  host: Pick<Host, 'address' | 'port'>,
  blob: Buffer,
): Result<void, string> {
  const pinned = pinKey(textOf(knownHosts), host.address, host.port, blob)
  if (!pinned.ok) return pinned
  makeFolder(dirname(knownHosts), 0o700)
  const draft = `${knownHosts}.${process.pid}`
  writeFileSync(draft, pinned.value, { mode: 0o600 })
  renameSync(draft, knownHosts)
  return ok(undefined)
}

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')
