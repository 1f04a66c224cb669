import type { Estate } from '../domain/profile.ts'
import type { Rollout } from '../domain/rollout.ts'
import type { Site } from '../domain/site.ts'
import { UsageError } from './command.ts'
import { chooseSites } from './inventory.ts'

/** What a command line means by `--rollout` and by the sites that it names beside it. */
export type Meant = { readonly sites: readonly Site[]; readonly rollout: Rollout | undefined }

/** The rollout of that id; a UsageError where there is none. */
export async function rolloutOf(estate: Estate, id: string): Promise<Rollout> {
  const found = estate.rollouts.get(id)
  if (found !== undefined) return found
  const known = [...estate.rollouts.keys()]
  const { didYouMean } = await import('../inventory/index.ts')
  throw new UsageError(
    known.length === 0
      ? `--rollout: expected a rollout of the inventory, got "${id}", and it has none. Add rollouts/${id}.yaml.`
      : `--rollout: expected a rollout of the inventory, got "${id}". ${didYouMean(id, known)}`.trim(),
  )
}

/**
 * The sites that selectors mean, or all. Beside a rollout: those of them that are its own; a site that is named by its id and is not one of
 * them is an error, and so is a selector that means none.
 */
export async function sitesMeant(
  estate: Estate,
  selectors: readonly string[],
  rolloutId: string | undefined,
): Promise<Meant> {
  const sites = await chooseSites(estate, selectors)
  if (rolloutId === undefined) return { sites, rollout: undefined }
  const rollout = await rolloutOf(estate, rolloutId)
  const own = new Set(rollout.sites)
  for (const text of selectors) {
    const meant = await chooseSites(estate, [text])
    const outside = meant.filter(({ id }) => !own.has(id)).map(({ id }) => id)
    const chooses = /[=*?]/.test(text)
    if (outside.length > 0 && (!chooses || outside.length === meant.length))
      throw new UsageError(
        `site: expected sites of rollout ${rollout.id} (${listed(rollout.sites)}), got ${chooses ? `"${text}", which means none of them` : listed(outside)}. Leave it out, or add it to rollouts/${rollout.id}.yaml.`,
      )
  }
  return { sites: sites.filter(({ id }) => own.has(id)), rollout }
}

/** The program that is meant: the rollout's, which no other may replace. */
export function programMeant(program: string | undefined, rollout: Rollout | undefined): string {
  if (rollout !== undefined && program !== undefined && program !== rollout.program)
    throw new UsageError(
      `--program: expected ${rollout.program}, which rollout ${rollout.id} brings, got ${program}. Leave one of both options out.`,
    )
  return program ?? rollout?.program ?? 'mission'
}

const most = 8
const listed = (ids: readonly string[]): string =>
  ids.length <= most ? ids.join(', ') : `${ids.slice(0, most).join(', ')} and ${ids.length - most} more`
