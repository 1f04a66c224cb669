import { readFileSync } from 'node:fs'
import { err, ok, type Result } from '../../domain/result.ts'
import type { PlanBook } from '../../reconcile/book.ts'
import type { Owner } from '../../reconcile/ownership.ts'
import type { Catalogue } from '../../reconcile/loaded-kind.ts'
import type { Observations } from '../../reconcile/look.ts'
import {
  type CommandPlan,
  digestOf,
  type Grounds,
  type Later,
  type PlanVersions,
  resourcePlans,
  type Sealer,
  type SitePlan,
} from '../../reconcile/plan-file/index.ts'
import { workerFile } from '../../transport/worker/payload.ts'
import { wireVersion } from '../../transport/wire.ts'
import type { SitePreview } from '../run/types.ts'
import type { Unsaveable } from './planning.ts'

export type SitePlanParts = {
  readonly preview: Omit<SitePreview, 'plan'>
  readonly stack: string
  readonly book: PlanBook
  readonly observations: Observations
  readonly owner: (urn: string) => Owner
  readonly dependencies: ReadonlyMap<string, readonly string[]>
  readonly later: (urn: string, path: string) => Later | undefined
  readonly grounds: Grounds
  readonly sealer: Sealer
  /** When the hosts were looked at, ms. */
  readonly seenAt: number
}

/** What a preview found, as a plan's file holds it; or every value that keeps it from being saved. */
export function sitePlanOf(parts: SitePlanParts): Result<SitePlan, readonly Unsaveable[]> {
  const { preview, book, sealer } = parts
  const unsaveable = unsaveableIn(parts)
  if (unsaveable.length > 0) return err(unsaveable)
  const { medium, kbitPerS, rttMs } = preview.line
  const { bytesUp, bytesDown, roundTrips, ms } = preview.cost
  return ok({
    site: preview.site.id,
    stack: parts.stack,
    link: { medium, kbitPerS, rttMs },
    cost: { bytesUp, bytesDown, roundTrips, ms },
    seenAt: new Date(parts.seenAt).toISOString(),
    resources: resourcePlans(book.all(), parts),
    commands: commandsOf(book, sealer),
    restsOn: parts.grounds,
  })
}

const nameIn = (urn: string): string => urn.slice(urn.lastIndexOf('::') + 2)

function unsaveableIn({ book, later }: SitePlanParts): readonly Unsaveable[] {
  const open = book.open().flatMap(({ urn, host, properties }) =>
    properties.map((property) => ({
      host,
      resource: nameIn(urn),
      property,
      because: 'it is known only after another resource exists, and this property can’t be a reference',
    })),
  )
  const derived = book.all().flatMap(({ target, unknown }) =>
    unknown
      .filter((path) => later(target.urn, path) === undefined)
      .map((path) => ({
        host: target.host,
        resource: nameIn(target.urn),
        property: path.replaceAll('/', '.'),
        because:
          'the program makes it of what is known only later, so it is no output that a plan can refer to',
      })),
  )
  return [...new Map([...open, ...derived].map((one) => [`${one.resource} ${one.property}`, one])).values()]
}

function commandsOf(book: PlanBook, sealer: Sealer): readonly CommandPlan[] {
  return book
    .commands()
    .map(({ operation, urn, host, runs, digest }): CommandPlan => {
      const text = sealer.seal(`${urn} ${operation} command`, digest)
      return { operation, urn, host, guarded: false, runs, text }
    })
    .sort((a, b) => (`${a.host} ${a.urn} ${a.operation}` < `${b.host} ${b.urn} ${b.operation}` ? -1 : 1))
}

/** Versions of what would act. `kinds`: tokens of those whose scripts count. */
export function versionsOf(catalogue: Catalogue, engine: string, kinds: ReadonlySet<string>): PlanVersions {
  const scripts = [...catalogue]
    .filter(([token]) => kinds.has(token))
    .flatMap(([token, { scripts: held }]) =>
      [...held].map(([verb, { hash }]) => [`${token}/${verb}`, hash] as const),
    )
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    engine,
    wire: wireVersion,
    worker: digestOf(readFileSync(workerFile, 'utf8')),
    scripts: Object.fromEntries(scripts),
  }
}

export const kindsIn = (sites: readonly SitePlan[]): ReadonlySet<string> =>
  new Set(sites.flatMap((site) => site.resources.map((resource) => resource.kind)))
