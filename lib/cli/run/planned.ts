import type { PlanBook } from '../../reconcile/book.ts'
import type { Observations } from '../../reconcile/look.ts'
import type { Grounds, Mismatch, PlanDocument, PlanVersions } from '../../reconcile/plan-file/index.ts'
import { groundsOf } from '../plan/grounds.ts'
import type { SitePlanning } from '../plan/planning.ts'
import { readJournal } from '../history/journal.ts'
import { carriedOut, groundMismatches, refusalOf, siteMismatches } from '../plan/hold.ts'
import { kindsIn, sitePlanOf, versionsOf } from '../plan/site-plan.ts'
import { lineUsed } from './line-used.ts'
import type { SiteRun } from './one-site.ts'
import { workRoot } from './stacks.ts'
import type { SitePreview } from './types.ts'

/**
 * What a plan is refused for without looking at a host: inventory, program, state, scripts. Offline that is all that is asked.
 * Undefined: go on.
 */
export function beforeLooking(run: SiteRun): SitePreview | undefined {
  const { planning } = run
  const planned = planning?.held?.sites.find(({ site }) => site === run.site.id)
  if (planning?.held === undefined || planned === undefined) return undefined
  const now = { versions: versionsNow(run, planning.held), grounds: groundsNow(run, planning) }
  const mismatches = groundMismatches(planning.held, planned, now)
  if (mismatches.length > 0) return refused(run, nothingYet(run), mismatches)
  return run.request.offline ? { ...nothingYet(run), plan: { do: 'hold', mismatches } } : undefined
}

/** What was seen of the hosts, and when they were looked at (ms); undefined = never. */
export type Seen = { readonly observations: Observations; readonly lookedAt: number | undefined }

/** A preview with its plan, or held against the saved one: what differs refuses the site. */
export function withPlan(
  run: SiteRun,
  preview: SitePreview,
  book: PlanBook,
  { observations, lookedAt }: Seen,
): SitePreview {
  const { planning } = run
  if (planning === undefined || (planning.held === undefined && preview.failed?.outcome === 'failed'))
    return preview
  const { organisation } = run.request.estate
  const plan = sitePlanOf({
    preview,
    stack: run.place.stack,
    book,
    observations,
    owner: (urn) => ({ organisation, backend: run.place.backendUrl, urn, operation: '' }),
    dependencies: run.dependencies,
    later: planning.later,
    grounds: groundsNow(run, planning),
    sealer: planning.sealer,
    seenAt: lookedAt ?? run.request.clock.now(),
  })
  const planned = planning.held?.sites.find(({ site }) => site === run.site.id)
  if (planned === undefined) {
    const { sealer } = planning
    const kinds = plan.ok ? kindsIn([plan.value]) : new Set<string>()
    const versions = versionsOf(run.catalogue, run.place.engineVersion, kinds)
    return { ...preview, plan: { do: 'save', plan, versions, sealer } }
  }
  const mismatches = plan.ok
    ? siteMismatches(planned, plan.value)
    : plan.error.map(({ host, resource, property, because }): Mismatch => ({
        of: 'steps',
        host,
        what: resource,
        because: `${property}: ${because}`,
      }))
  return mismatches.length === 0
    ? { ...preview, plan: { do: 'hold', mismatches } }
    : refused(run, preview, mismatches)
}

function refused(run: SiteRun, preview: SitePreview, mismatches: readonly Mismatch[]): SitePreview {
  const held = run.planning?.held
  const root = workRoot(run.request.cwd, run.request.env)
  const before =
    held === undefined || !mismatches.some(({ of }) => of === 'state')
      ? undefined
      : carriedOut(held, run.place.stack, readJournal(root).entries)
  const { because, failures } = refusalOf(run.site.id, mismatches, before)
  return {
    ...preview,
    failed: { outcome: 'failed', because, failures },
    plan: { do: 'hold', mismatches },
  }
}

const nothingYet = (run: SiteRun): SitePreview => ({
  site: run.site,
  line: lineUsed(run),
  rows: [],
  cost: { bytesUp: 0, bytesDown: 0, roundTrips: 0, ms: 0 },
})

const groundsNow = (run: SiteRun, { estate, ground, sealer }: SitePlanning): Grounds =>
  groundsOf(
    estate,
    estate.sites.find(({ id }) => id === run.site.id) ?? run.site,
    { ...ground, rollout: run.request.rollout },
    sealer,
  )

const versionsNow = (run: SiteRun, plan: PlanDocument): PlanVersions =>
  versionsOf(run.catalogue, run.place.engineVersion, kindsIn(plan.sites))
