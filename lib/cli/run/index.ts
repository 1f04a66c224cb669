import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import PQueue from 'p-queue'
import { ok, type Result } from '../../domain/result.ts'
import { appendJournal, type JournalEntry } from '../history/journal.ts'
import { composeNote } from '../history/message.ts'
import { operatorOf } from '../operator.ts'
import type { PlanDocument } from '../../reconcile/plan-file/index.ts'
import { markOf } from '../plan/words.ts'
import { earlierText, settleEarlier } from '../resolve/earlier.ts'
import { withIntents } from '../resolve/intent-log.ts'
import { admitSite } from './admit.ts'
import { enginesAtOnce } from './engines-at-once.ts'
import { openFleet } from './fleet.ts'
import { canGoOn, hasChanges, isStopped } from './outlook.ts'
import { prepareSites } from './prepare.ts'
import { workRoot } from './stacks.ts'
import { applySite, countChanges } from './apply-site.ts'
import type { SiteRun } from './one-site.ts'
import { type Previewed, previewSite } from './site-run.ts'
import type { RunFailure, RunReport, RunRequest, SitePreview, SiteReport } from './types.ts'

export type * from './types.ts'

/**
 * Previews the sites, asks, and carries out what was shown. Each site has its own stack, link and outcome; none waits for another
 * but for the machine. Fails as a whole only before any site was reached.
 */
export async function runSites(request: RunRequest): Promise<Result<RunReport, RunFailure>> {
  const stop = new AbortController()
  const unlisten = request.interrupts.listen(() => stop.abort())
  const fleet = openFleet({
    ...request,
    root: workRoot(request.cwd, request.env),
    leave: { anytime: request.leave?.reason !== undefined, onBackup: request.leave?.onBackup === true },
  })
  try {
    const prepared = await prepareSites(request, fleet, stop.signal)
    return prepared.ok ? ok(await runPrepared(labelled(request), prepared.value)) : prepared
  } finally {
    unlisten()
    await fleet.close()
  }
}

/** A run by its own id, and who started it. */
type Labelled = RunRequest & { readonly id: string; readonly by: string }

const labelled = (request: RunRequest): Labelled => ({
  ...request,
  id: randomUUID(),
  by: operatorOf(request.env),
})

async function runPrepared(request: Labelled, runs: readonly SiteRun[]): Promise<RunReport> {
  // Hosts are looked at all at once, each behind its own link; what is far or silent keeps no engine waiting.
  const engines = new PQueue({ concurrency: availableParallelism() })
  const previewed = await Promise.all(
    runs.map(async (run) => ({ run, ...(await previewSite(run, (job) => engines.add(job))) })),
  )
  const previews = previewed.map(({ run, preview }) => withWait(request, run, preview))
  for (const { site, place } of runs) {
    const earlier = earlierText(site.id, place.workFolder, request.program)
    if (earlier !== undefined) request.note(earlier)
  }
  const differences = previews.some(hasChanges)
  const open = previews.some(canGoOn)
  const goOn =
    request.operation !== 'preview' &&
    request.interrupts.level === 0 &&
    open &&
    (await request.confirm(previews))
  if (request.operation === 'preview' || !open) await request.confirm(previews)
  if (goOn)
    keepJournal(
      request,
      runs.map((run) => ({ site: run.site.id, outcome: 'started' })),
      runs,
    )
  const sites = goOn
    ? await inTurn(
        previewed,
        enginesAtOnce(availableParallelism(), process.availableMemory()),
        ({ run, ...rest }) => settle(request, run, rest),
      )
    : previews.map((preview) => withoutApply(request, preview))
  for (const { site, outcome, because } of sites) {
    request.emit({ kind: 'site', site, outcome, ...(because === undefined ? {} : { because }) })
  }
  if (goOn) keepJournal(request, sites, runs)
  if (request.operation === 'up' || request.operation === 'destroy') {
    const at = new Date(request.clock.now()).toISOString()
    for (const [i, { run, observations }] of previewed.entries())
      if (sites[i]?.outcome === 'done') settleEarlier(run.place.workFolder, observations, request.id, at)
  }
  return { sites, previews, differences, confirmed: goOn, interrupted: request.interrupts.level > 0 }
}

/** Runs jobs at most `width` at once; answers in the order of the items. */
async function inTurn<T, R>(
  items: readonly T[],
  width: number,
  job: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const queue = new PQueue({ concurrency: width })
  return Promise.all(items.map((item) => queue.add(() => job(item))))
}

/** What would happen to the whole plan of a site if it were carried out now. It is decided anew before it is. */
function withWait(request: RunRequest, run: SiteRun, preview: SitePreview): SitePreview {
  if (!canGoOn(preview)) return preview
  const admitted = admitSite(request, run, preview)
  return admitted === 'go' ? preview : { ...preview, waits: admitted }
}

/** Decides for the whole plan of a site before any of it starts. */
async function settle(request: Labelled, run: SiteRun, previewed: Previewed): Promise<SiteReport> {
  const { preview } = previewed
  const report = (outcome: SiteReport['outcome'], because?: string): SiteReport => ({
    site: run.site.id,
    outcome,
    ...(because === undefined ? {} : { because }),
    failures: preview.failed?.failures ?? [],
    changes: countChanges(preview),
  })
  if (preview.failed !== undefined && isStopped(preview))
    return report(preview.failed.outcome, preview.failed.because)
  if (!hasChanges(preview)) return report(preview.failed?.outcome ?? 'done', preview.failed?.because)
  if (request.interrupts.level > 0)
    return report('deferred', 'interrupted before it started; nothing was changed')
  const admitted = admitSite(request, run, preview)
  if (admitted !== 'go')
    return report(admitted.outcome, `${admitted.because}. Nothing was changed. ${admitted.fix}`)
  const { id, by, operation, clock } = request
  const { stack, workFolder } = run.place
  const message = composeNote({ ...noteOf(request), changes: changesOf(preview) })
  return withIntents(workFolder, { run: id, by, operation, stack }, clock, (intents) =>
    applySite(run, previewed, message, intents),
  )
}

function withoutApply(request: RunRequest, preview: SitePreview): SiteReport {
  const base = {
    site: preview.site.id,
    failures: preview.failed?.failures ?? [],
    changes: countChanges(preview),
  }
  if (preview.failed !== undefined)
    return { ...base, outcome: preview.failed.outcome, because: preview.failed.because }
  if (request.operation === 'preview' || !hasChanges(preview)) return { ...base, outcome: 'done' }
  return { ...base, outcome: 'deferred', because: 'not confirmed; nothing was changed' }
}

const noteOf = ({ id, operation, by, planning, leave, rollout }: Labelled) => ({
  run: id,
  operation,
  by,
  ...(leave?.reason !== undefined && { reason: leave.reason }),
  ...(planning?.do === 'hold' && { plan: planLabel(planning.plan) }),
  ...(rollout !== undefined && { rollout: rollout.id }),
})

/** Enough to find the file again: its digest, and who saved it when. */
const planLabel = (plan: PlanDocument): string =>
  `${markOf(plan)}, saved ${plan.made.at} by ${plan.made.by}@${plan.made.on}`

/** What the preview shows, a line a resource. */
const changesOf = (preview: SitePreview): readonly string[] =>
  preview.rows
    .filter(({ change }) => change !== 'same' && change !== 'fail')
    .map(({ change, name, host }) => `${change} ${name} on ${host}`)

type Ended = Pick<SiteReport, 'site' | 'because'> & {
  readonly outcome: JournalEntry['outcome']
  readonly changes?: SiteReport['changes']
}

/** That each site was begun, and how it ended, for `history`: also where the engine was never started. */
function keepJournal(request: Labelled, sites: readonly Ended[], runs: readonly SiteRun[]): void {
  const at = new Date(request.clock.now()).toISOString()
  const stacks = new Map(runs.map((run) => [run.site.id, run.place.stack]))
  appendJournal(
    workRoot(request.cwd, request.env),
    sites.map(({ site, outcome, because, changes }) => ({
      at,
      ...noteOf(request),
      stack: stacks.get(site) ?? site,
      outcome,
      ...(because === undefined ? {} : { because }),
      changes: changes ?? {},
    })),
  )
}
