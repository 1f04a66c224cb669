import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from './make-folder.ts'

/** Rights of the group, to write; and all rights beside the kind of the file. */
const groupWrites = 0o020
const rights = 0o7777

/**
 * Makes a file that processes of this machine share, with its folder. Where the folder above may be written by its group, so may both:
 * accounts of that group share the file. Otherwise the folder is this account's alone. Throws what the file system does.
 */
export function ensureSharedFile(file: string): void {
  const folder = dirname(file)
  const above = dirname(folder)
  makeFolder(above, 0o700)
  const { mode } = statSync(above)
  const shared = (mode & groupWrites) !== 0
  if (made(() => mkdirSync(folder, { mode: 0o700 })) && shared) chmodSync(folder, mode & rights)
  const group = (statSync(folder).mode & groupWrites) !== 0
  if (made(() => closeSync(openSync(file, 'ax', 0o600))) && group) chmodSync(file, 0o660)
}

/** False: it was there. */
function made(make: () => void): boolean {
  try {
    make()
    return true
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false
    throw cause
  }
}
