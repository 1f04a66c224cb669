import { readdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { err, ok, type Result } from '../domain/result.ts'
import { hasCheckpointFile } from './checkpoint.ts'
import { runs } from './own-engines.ts'
import type { StackPlace } from './place.ts'
import type { LockHolder, StackFailure } from './stack-failure.ts'
import { call } from './call.ts'

/** Why a lock was left alone. */
export type LockKept =
  | { readonly kind: 'not-locked' }
  /** Its process may be alive, on this host or on one that can't be asked from here. */
  | { readonly kind: 'may-be-alive'; readonly holder: LockHolder }
  /** Others hold it now than those that were meant. */
  | { readonly kind: 'changed'; readonly holders: readonly LockHolder[] }

/** True for a holder whose process runs on this machine. */
export const runsHere = ({ host, pid }: LockHolder): boolean => host === hostname() && runs(pid)

/**
 * Clears the lock that a killed engine left behind. Only when each holder was on this host and its process is no more.
 * In a backend that is a folder no more than those processes' own locks go, whoever takes the stack meanwhile; in any other,
 * `holders` are those of a `locked` failure.
 */
export async function clearStaleLock(
  place: StackPlace,
  holders: readonly LockHolder[] = [],
): Promise<Result<void, LockKept | StackFailure>> {
  const locks = await readLocks(place)
  const known = locks ?? holders.map((holder) => ({ holder, file: undefined }))
  if (known.length === 0) return err({ kind: 'not-locked' })
  const alive = known.find(({ holder }) => holder.host !== hostname() || runs(holder.pid))
  if (alive !== undefined) return err({ kind: 'may-be-alive', holder: alive.holder })
  if (locks !== undefined) {
    for (const { file } of locks) await rm(file, { force: true })
    return ok(undefined)
  }
  const cancelled = await call(place, ['cancel', place.stack, '--yes'])
  return cancelled.ok ? ok(undefined) : cancelled
}

/**
 * Who holds a stack's lock; empty = nobody, undefined = there is no such stack. Outside a folder the engine is asked to rename the
 * stack to the name that it has: it looks at the lock first, and does nothing then.
 * Source: pulumi pkg/backend/diy/backend.go renameStack, 3.259.
 */
export async function lockHolders(
  place: StackPlace,
): Promise<Result<readonly LockHolder[] | undefined, StackFailure>> {
  const locks = await readLocks(place)
  if (locks !== undefined) return ok(locks.map(({ holder }) => holder))
  const asked = await call(place, ['stack', 'rename', place.stack, '--stack', place.stack])
  if (asked.ok) return ok(asked.value === undefined ? undefined : [])
  if (asked.error.kind === 'locked') return ok(asked.error.holders)
  return asked.error.kind === 'engine' && asked.error.message.includes('already exists') ? ok([]) : asked
}

/**
 * Takes the lock from these holders because a person says that they are no more; never from one that runs here, and not where others
 * hold it by now. Outside a folder somebody who takes the stack within the same tenths of a second loses its lock too.
 */
export async function takeLockFrom(
  place: StackPlace,
  holders: readonly LockHolder[],
): Promise<Result<void, LockKept | StackFailure>> {
  const locks = await readLocks(place)
  const now = locks === undefined ? await lockHolders(place) : ok(locks.map(({ holder }) => holder))
  if (!now.ok) return now
  const held = now.value ?? []
  if (held.length === 0) return err({ kind: 'not-locked' })
  if (!held.every((one) => holders.some((meant) => same(one, meant))))
    return err({ kind: 'changed', holders: held })
  const alive = held.find(runsHere)
  if (alive !== undefined) return err({ kind: 'may-be-alive', holder: alive })
  if (locks !== undefined) {
    for (const { file } of locks) await rm(file, { force: true })
    return ok(undefined)
  }
  const cancelled = await call(place, ['cancel', place.stack, '--yes'])
  return cancelled.ok ? ok(undefined) : cancelled
}

const same = (a: LockHolder, b: LockHolder): boolean =>
  a.host === b.host && a.pid === b.pid && a.user === b.user && Date.parse(a.since) === Date.parse(b.since)

const lockShape = z.object({
  pid: z.number(),
  username: z.string(),
  hostname: z.string(),
  timestamp: z.string(),
})

/** The locks of a stack in a backend that is a folder: one JSON file each; undefined for any other backend. */
async function readLocks(
  place: StackPlace,
): Promise<readonly { readonly holder: LockHolder; readonly file: string }[] | undefined> {
  if (!hasCheckpointFile(place)) return undefined
  const folder = join(
    fileURLToPath(place.backendUrl),
    '.pulumi/locks/organization',
    place.project,
    place.stack,
  )
  const names = await readdir(folder).catch(() => [])
  const files = names.filter((name) => name.endsWith('.json')).map((name) => join(folder, name))
  const locks = files.map(async (file) => {
    // One that is gone, or not whole yet, is somebody's who is alive: the next try sees it.
    const text = await readFile(file, 'utf8').catch(() => '')
    return { file, text }
  })
  return (await Promise.all(locks))
    .filter(({ text }) => text !== '')
    .map(({ file, text }) => {
      const { username, hostname, pid, timestamp } = lockShape.parse(JSON.parse(text))
      return { file, holder: { user: username, host: hostname, pid, since: timestamp } }
    })
}
