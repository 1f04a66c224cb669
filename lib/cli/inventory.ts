import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Estate } from '../domain/profile.ts'
import type { Site } from '../domain/site.ts'
import { findInventories } from '../inventory/folder.ts'
import { type Context, type Globals, UsageError } from './command.ts'

/** The folder that the person means: `--inventory`, else `CHANCERY_INVENTORY`, else the only one under `inventories/`. */
export function inventoryFolder(
  globals: Pick<Globals, 'inventory'>,
  at: Pick<Context, 'cwd' | 'env'>,
): string {
  const named = globals.inventory ?? (at.env['CHANCERY_INVENTORY'] || undefined)
  if (named !== undefined) {
    const folder = resolve(at.cwd, named)
    if (existsSync(folder)) return folder
    throw new UsageError(
      `inventory: expected a folder, got ${named}, which does not exist. Name the organisation's folder with --inventory.`,
    )
  }
  const parent = join(at.cwd, 'inventories')
  const organisations = findInventories(parent)
  if (organisations.length === 1) return organisations[0]!
  throw new UsageError(
    organisations.length === 0
      ? `inventory: expected a folder under ${parent}, found none. Name one with --inventory or CHANCERY_INVENTORY.`
      : `inventory: expected one organisation under ${parent}, found ${organisations.map((path) => basename(path)).join(', ')}. Name one with --inventory or CHANCERY_INVENTORY.`,
  )
}

/** The inventory that the command line names, validated; every mistake in it is told at once. */
export async function openInventory(globals: Globals, context: Context): Promise<Estate> {
  const { loadInventory, formatComplaints } = await import('../inventory/index.ts')
  const folder = inventoryFolder(globals, context)
  const loaded = loadInventory(folder)
  if (!loaded.ok)
    throw new UsageError(`the inventory ${folder} has mistakes\n${formatComplaints(loaded.error)}`)
  return loaded.value
}

/** The sites that any of the selectors means: ids, globs, `link=satellite`. None given = all. */
export async function chooseSites(estate: Estate, selectors: readonly string[]): Promise<readonly Site[]> {
  const inventory = await import('../inventory/index.ts')
  const chosen = inventory.chooseSites(estate.sites, selectors)
  if (!chosen.ok) throw new UsageError(chosen.error.join('\n  '))
  return chosen.value
}
