import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../domain/clock.ts'

/** Held while one process obtains the engine. */
export interface EngineLock {
  release(): void
}

const pollMs = 250

/**
 * Waits until no other process holds the lock of this folder. The lock is one of SQLite's on a file, so the operating system
 * lets go of it when its holder dies. `onWait` is called each time it is found held, with the ms waited so far.
 * Resolves with undefined when aborted.
 */
export async function lockFolder(
  folder: string,
  clock: Clock,
  onWait: (elapsedMs: number) => void,
  abort?: AbortSignal,
): Promise<EngineLock | undefined> {
  mkdirSync(folder, { recursive: true })
  const database = new DatabaseSync(join(folder, 'lock.sqlite'))
  const started = clock.now()
  for (;;) {
    if (abort?.aborted) break
    try {
      database.exec('BEGIN EXCLUSIVE')
      return { release: () => database.close() }
    } catch (error) {
      if (!isBusy(error)) {
        database.close()
        throw error
      }
    }
    onWait(clock.now() - started)
    await clock.sleep(pollMs, abort)
  }
  database.close()
  return undefined
}

/** SQLITE_BUSY is 5. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === 5
