import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { err, ok, type Result } from '../domain/result.ts'
import { findInventories } from './folder.ts'

/**
 * The folder of the inventory that is meant: the named one (relative to `cwd`), else the only one under `inventories/` of `cwd`. The
 * error is a sentence: there is no such folder, or none, or several.
 */
export function chooseInventory(cwd: string, named: string | undefined): Result<string, string> {
  if (named !== undefined && named !== '') {
    const folder = resolve(cwd, named)
    return existsSync(folder)
      ? ok(folder)
      : err(
          `inventory: expected a folder, got ${named}, which does not exist. Name the organisation's folder with --inventory.`,
        )
  }
  const parent = join(cwd, 'inventories')
  const [only, ...others] = findInventories(parent)
  if (only !== undefined && others.length === 0) return ok(only)
  return err(
    only === undefined
      ? `inventory: expected a folder under ${parent}, found none. Name one with --inventory or CHANCERY_INVENTORY.`
      : `inventory: expected one organisation under ${parent}, found ${[only, ...others].map((path) => basename(path)).join(', ')}. Name one with --inventory or CHANCERY_INVENTORY.`,
  )
}
