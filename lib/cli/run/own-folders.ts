import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, linkSync, rmSync, writeFileSync } from 'node:fs'
import { err, ok, type Result } from '../../domain/result.ts'
import { makeFolder } from '../../link/make-folder.ts'

/** An error of the file system, as Node throws it. */
export const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error

/** Makes folders that are missing, and sees that each can be written. The error is a sentence. */
export function ensureFolders(folders: readonly string[]): Result<void, string> {
  for (const folder of folders) {
    const done = inFolder(folder, () => {
      makeFolder(folder)
      accessSync(folder, constants.W_OK | constants.X_OK)
    })
    if (!done.ok) return done
  }
  return ok(undefined)
}

/**
 * The file of a passphrase of our own, made once and readable by its owner only. It appears with its content, and the first of two
 * runs at once makes it for both. The error is a sentence.
 */
export function ensurePassphrase(path: string): Result<string, string> {
  if (existsSync(path)) return ok(path)
  const draft = `${path}.${process.pid}`
  const made = inFolder(path, () => {
    writeFileSync(draft, randomBytes(24).toString('base64url'), { mode: 0o600 })
    try {
      linkSync(draft, path)
    } catch (error) {
      if (!isFileError(error) || error.code !== 'EEXIST') throw error
    } finally {
      rmSync(draft)
    }
  })
  return made.ok ? ok(path) : made
}

function inFolder(path: string, act: () => void): Result<void, string> {
  try {
    act()
    return ok(undefined)
  } catch (error) {
    if (!isFileError(error)) throw error
    return err(
      `${path} can't be written (${error.message}). No host was touched. Give this account the right to write there, or move what is in its place.`,
    )
  }
}
