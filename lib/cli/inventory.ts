import type { Estate } from '../domain/profile.ts'
import type { Host, Site } from '../domain/site.ts'
import { chooseInventory } from '../inventory/choose.ts'
import { type Context, type Globals, UsageError } from './command.ts'

/** The folder that the person means: `--inventory`, else `CHANCERY_INVENTORY`, else the only one under `inventories/`. */
export function inventoryFolder(
  globals: Pick<Globals, 'inventory'>,
  at: Pick<Context, 'cwd' | 'env'>,
): string {
  const chosen = chooseInventory(at.cwd, globals.inventory ?? at.env['CHANCERY_INVENTORY'])
  if (!chosen.ok) throw new UsageError(chosen.error)
  return chosen.value
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

/** The one site that a selector means. */
export async function oneSite(estate: Estate, command: string, selector: string): Promise<Site> {
  const [site, ...more] = await chooseSites(estate, [selector])
  if (site === undefined || more.length > 0)
    throw new UsageError(
      `${command}: expected one site, got ${selector}, which means ${more.length + 1}. Name one.`,
    )
  return site
}

/** One site by its id, with the hosts meant: the one named, or all of it. */
export async function hostsOf(
  estate: Estate,
  siteId: string,
  hostId: string | undefined,
): Promise<{ readonly site: Site; readonly hosts: readonly Host[] }> {
  const { didYouMean } = await import('../inventory/index.ts')
  const site = estate.sites.find(({ id }) => id === siteId)
  if (site === undefined) {
    const known = estate.sites.map(({ id }) => id)
    throw new UsageError(
      `site: expected the id of a site, got "${siteId}". ${didYouMean(siteId, known)}`.trim(),
    )
  }
  const hosts = hostId === undefined ? site.hosts : site.hosts.filter(({ id }) => id === hostId)
  if (hosts.length > 0) return { site, hosts }
  const known = site.hosts.map(({ id }) => id)
  throw new UsageError(
    hostId === undefined
      ? `site ${siteId}: it has no host in the inventory. Add one to hosts.csv.`
      : `host: expected a host of ${siteId}, got "${hostId}". ${didYouMean(hostId, known)}`.trim(),
  )
}
