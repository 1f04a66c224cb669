import type { Estate } from '../../domain/profile.ts'
import type { Rollout } from '../../domain/rollout.ts'
import type { Site } from '../../domain/site.ts'
import type { CollectedResource } from '../../engine/collect.ts'
import type { StackState } from '../../engine/state.ts'
import { type Digests, digestOf, type Grounds, type Sealer } from '../../reconcile/plan-file/index.ts'

/** What a site's plan is made of beside its hosts. */
export type Ground = {
  /** What the program registers for the site. */
  readonly registered: readonly CollectedResource[]
  /** The last checkpoint; undefined: there is no such stack. */
  readonly state: StackState | undefined
  /** The rollout that the work is part of; undefined: none. */
  readonly rollout?: Rollout | undefined
}

/**
 * Digests of what a site's plan rests on. The program counts by what it registers for this site, and not by its source: that is what
 * a plan is made of, it is the same in another checkout folder and after a change of a comment, and a value that the program takes
 * from elsewhere is in it.
 */
export function groundsOf(
  estate: Estate,
  site: Site,
  { registered, state, rollout }: Ground,
  sealer: Sealer,
): Grounds {
  return {
    inventory: inventorySlice(estate, site, rollout),
    program: keyed(
      registered.map((one) => [one.urn, one] as const),
      sealer,
    ),
    state: keyed(
      [
        ...(state?.resources ?? []).map((one) => [one.urn, one] as const),
        ...(state?.pending ?? []).map(
          (one) => [`${one.resource.urn} (${one.type} without an end)`, one] as const,
        ),
      ],
      sealer,
    ),
  }
}

/** The site as the inventory has it once profile and exception are applied. Not where this machine keeps keys. */
function inventorySlice(estate: Estate, site: Site, rollout: Rollout | undefined): Digests {
  const { hosts, link, ...rest } = site
  const parts: readonly (readonly [string, unknown])[] = [
    ...hosts.map(({ key: _, ...host }) => [`host ${host.id}`, host] as const),
    ['link', link],
    ['organisation', estate.organisation],
    ['profile', estate.siteProfiles.get(site.id)],
    ...(rollout === undefined ? [] : [[`rollout ${rollout.id}`, rollout.rules.get(site.id) ?? []] as const]),
    ['site', rest],
  ]
  return Object.fromEntries(parts.map(([name, value]) => [name, digestOf(value).slice(0, 32)]))
}

function keyed(entries: readonly (readonly [string, unknown])[], sealer: Sealer): Digests {
  const byName = Map.groupBy(entries, ([name]) => name)
  return Object.fromEntries(
    [...byName]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, same]) => [
        name,
        sealer.seal(
          `rests on ${name}`,
          same.map(([, value]) => value),
        ),
      ]),
  )
}
