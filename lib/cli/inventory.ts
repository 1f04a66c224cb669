import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Inventory, Site } from '../domain/site.ts'
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
  const organisations = existsSync(parent)
    ? readdirSync(parent, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
        .map(({ name }) => name)
    : []
  if (organisations.length === 1) return join(parent, organisations[0]!)
  throw new UsageError(
    organisations.length === 0
      ? `inventory: expected a folder under ${parent}, found none. Name one with --inventory or CHANCERY_INVENTORY.`
      : `inventory: expected one organisation under ${parent}, found ${organisations.join(', ')}. Name one with --inventory or CHANCERY_INVENTORY.`,
  )
}

/** The inventory that the command line names, validated; every mistake in it is told at once. */
export async function openInventory(globals: Globals, context: Context): Promise<Inventory> {
  const { loadInventory, formatComplaints } = await import('../inventory/index.ts')
  const loaded = await loadInventory(inventoryFolder(globals, context))
  if (!loaded.ok) throw new UsageError(`the inventory has mistakes\n${formatComplaints(loaded.error)}`)
  return loaded.value
}

/** Sites by id, or all that match `key=value` pairs; each word that matches nothing is told. Empty = all. */
export async function chooseSites(
  inventory: Inventory,
  words: { readonly ids: readonly string[]; readonly select: readonly string[] },
): Promise<readonly Site[]> {
  const { didYouMean } = await import('../inventory/complaint.ts')
  const unknown = words.ids.filter((id) => !inventory.sites.some((site) => site.id === id))
  if (unknown.length > 0) {
    const known = inventory.sites.map(({ id }) => id)
    throw new UsageError(
      unknown
        .map((id) => `site: expected one of ${inventory.folder}, got ${id}. ${didYouMean(id, known)}`.trim())
        .join('\n  '),
    )
  }
  const { parseSelector } = await import('../inventory/index.ts')
  return inventory.sites
}
