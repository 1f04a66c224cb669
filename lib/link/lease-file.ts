import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { type LeaseStoreProblem, LeaseStoreUnusable } from './lease-failure.ts'
import { ensureSharedFile } from './shared-file.ts'

/** Opens a SQLite file, which is made with its folder. Throws `LeaseStoreUnusable`. */
export function openFile(file: string, maxPages: number | undefined): DatabaseSync {
  return usable(file, () => {
    ensureSharedFile(file)
    const db = new DatabaseSync(file, { timeout: 5_000 })
    try {
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      if (maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${maxPages}`)
      return db
    } catch (cause) {
      db.close()
      throw cause
    }
  })
}

/** One transaction. Throws `LeaseStoreUnusable` where the file is what failed. */
export function atOnce<T>(file: string, db: DatabaseSync, act: () => T): T {
  return usable(file, () => {
    db.exec('BEGIN IMMEDIATE')
    try {
      const result = act()
      db.exec('COMMIT')
      return result
    } catch (cause) {
      // A full disk has ended the transaction already.
      if (db.isTransaction) db.exec('ROLLBACK')
      throw cause
    }
  })
}

/** What the act gives; what fails because of the file throws `LeaseStoreUnusable`, everything else as it was. */
export function usable<T>(file: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    throw unusable(file, cause) ?? cause
  }
}

/** SQLite's result codes, and those of the file system, that say something of the file. */
const problems: { readonly [code: number | string]: readonly [LeaseStoreProblem, string] } = {
  3: ['unwritable', 'may not be opened'],
  5: ['busy', 'was locked for longer than 5 s'],
  8: ['unwritable', "can't be written"],
  10: ['unwritable', "can't be read or written, the disk reports an error"],
  11: ['corrupt', 'is damaged'],
  13: ['full', "can't be written, no space is left on its disk"],
  14: ['unwritable', "can't be opened or made"],
  26: ['corrupt', 'is not a file of leases'],
  EACCES: ['unwritable', "can't be made, access to its folder is denied"],
  EPERM: ['unwritable', "can't be made, access to its folder is denied"],
  EROFS: ['unwritable', "can't be made, its disk is read-only"],
  ENOSPC: ['full', "can't be made, no space is left on its disk"],
  ENOTDIR: ['unwritable', "can't be made, its folder is a file"],
  EEXIST: ['unwritable', "can't be made, its folder is a file"],
}

function unusable(file: string, cause: unknown): LeaseStoreUnusable | undefined {
  if (!(cause instanceof Error) || cause instanceof LeaseStoreUnusable) return undefined
  // A file that SQLite reads and whose rows are not ours.
  if (cause instanceof z.ZodError)
    return new LeaseStoreUnusable(file, 'corrupt', 'holds rows of another shape')
  const code =
    'errcode' in cause && typeof cause.errcode === 'number'
      ? cause.errcode & 0xff
      : 'code' in cause
        ? String(cause.code)
        : ''
  const found = problems[code]
  if (found !== undefined) return new LeaseStoreUnusable(file, found[0], `${found[1]} (${cause.message})`)
  // Tables that are missing or other than ours.
  return code === 1
    ? new LeaseStoreUnusable(file, 'corrupt', `is not as it was made (${cause.message})`)
    : undefined
}
