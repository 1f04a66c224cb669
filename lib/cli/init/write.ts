import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { err, ok, type Result } from '../../domain/result.ts'
import { formatComplaints, loadInventory } from '../../inventory/index.ts'
import { makeFolder } from '../../link/make-folder.ts'
import { isFileError } from '../run/own-folders.ts'

/** Why a folder can't become a new inventory, in a sentence; undefined when it can. */
export function occupied(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined
  if (!statSync(folder).isDirectory())
    return `folder: expected one that is empty or not there, got the file ${folder}. Nothing was written. Name another one.`
  const [first] = readdirSync(folder)
  return first === undefined
    ? undefined
    : `folder: expected one that is empty or not there, got ${folder} with ${first} in it. Nothing was written. Name another one.`
}

export type NewInventory = {
  readonly folder: string
  readonly files: Readonly<Record<string, string>>
  /** File of a passphrase to be made with it; never one that is there. */
  readonly passphrase: string | undefined
}

/**
 * Writes an inventory beside its place, reads it as every command does, and puts it there with one rename: it is there whole, or
 * nothing is. The error is a sentence.
 */
export function writeInventory({ folder, files, passphrase }: NewInventory): Result<void, string> {
  const taken = occupied(folder)
  if (taken !== undefined) return err(taken)
  const undo: (() => void)[] = []
  try {
    const parent = dirname(folder)
    const made = makeFolder(parent)
    if (made !== undefined) undo.push(() => rmSync(made, { recursive: true, force: true }))
    const draft = mkdtempSync(join(parent, '.new-inventory-'))
    undo.push(() => rmSync(draft, { recursive: true, force: true }))
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(draft, name)), { recursive: true })
      writeFileSync(join(draft, name), text)
    }
    const read = loadInventory(draft)
    if (!read.ok)
      throw new Error(`Internal error: a new inventory has mistakes\n${formatComplaints(read.error)}`)
    if (passphrase !== undefined) undo.push(makePassphrase(passphrase))
    chmodSync(draft, 0o755)
    if (existsSync(folder)) rmdirSync(folder)
    renameSync(draft, folder)
    return ok(undefined)
  } catch (error) {
    for (const step of undo.reverse()) step()
    if (!isFileError(error)) throw error
    return err(`${folder} can't be made (${error.message}). Nothing was written.`)
  }
}

/** 32 characters of 192 random bits, readable by their owner only; gives what takes them away again. */
function makePassphrase(path: string): () => void {
  const made = makeFolder(dirname(path), 0o700)
  writeFileSync(path, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  return () => {
    rmSync(path, { force: true })
    if (made !== undefined) rmSync(made, { recursive: true, force: true })
  }
}
