import type { Estate } from '../../domain/profile.ts'
import type { Site } from '../../domain/site.ts'
import { UsageError } from '../command.ts'
import { sitesMeant } from '../rollout.ts'
import type { Rollout } from '../../domain/rollout.ts'

/** The sites and hosts that a command names; all of them only where that is said. */
export async function sitesFor(
  estate: Estate,
  command: string,
  args: {
    readonly site: readonly string[]
    readonly select: readonly string[]
    readonly host: readonly string[]
    readonly rollout?: string | undefined
  },
): Promise<{
  readonly sites: readonly Site[]
  readonly hosts: readonly string[]
  readonly rollout: Rollout | undefined
}> {
  const selectors = [...args.site, ...args.select]
  if (selectors.length === 0 && args.rollout === undefined)
    throw new UsageError(
      `${command}: expected the sites to deliver to, got none. Name them, or write "*" for all.`,
    )
  const { sites, rollout } = await sitesMeant(estate, selectors, args.rollout)
  const known = sites.flatMap((site) => site.hosts.map(({ id }) => id))
  const strange = args.host.find((id) => !known.includes(id))
  if (strange !== undefined) {
    const { didYouMean } = await import('../../inventory/index.ts')
    const meant = known.length === 0 ? 'They have none: add one to hosts.csv.' : didYouMean(strange, known)
    throw new UsageError(
      `--host: expected a host of ${sites.length === 1 ? sites[0]!.id : `these ${sites.length} sites`}, got "${strange}". ${meant}`.trim(),
    )
  }
  return { sites, hosts: args.host, rollout }
}
