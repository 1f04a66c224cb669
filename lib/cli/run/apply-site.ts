import type { Failure } from '../../domain/failure.ts'
import type { Result } from '../../domain/result.ts'
import type { StackSummary } from '../../engine/run.ts'
import { takeIn } from '../../engine/take-in.ts'
import { describeStackFailure, type StackFailure } from '../../engine/stack-failure.ts'
import type { Intents } from '../../reconcile/intents.ts'
import { deliverAhead } from '../delivery/ahead.ts'
import { programOption } from '../resolve/earlier.ts'
import { withoutKnownSecrets } from '../secret-texts.ts'
import { outcomeOf } from './classify.ts'
import { runEngine } from './engine-run.ts'
import { armGuards } from './guards.ts'
import { withOlderCopies } from './older-copies.ts'
import type { SiteRun } from './one-site.ts'
import type { Previewed } from './site-run.ts'
import { pastStaleLock } from './stale-lock.ts'
import type { SitePreview, SiteReport } from './types.ts'
import { nothingUnstored } from './unstored.ts'

/** Carries out what the preview booked, and nothing else. The backend keeps `message` with it; each act is in `intents` before it is sent. */
export async function applySite(
  run: SiteRun,
  { preview, book, observations, unstored = nothingUnstored }: Previewed,
  message: string,
  intents: Intents,
): Promise<SiteReport> {
  const undelivered = await deliverAhead(book, run.fleet.contents, run.abort)
  if (undelivered.length > 0) {
    const changes = countChanges(preview)
    return { site: run.site.id, ...outcomeOf(undelivered), failures: undelivered, changes }
  }
  const { operation } = run.request
  const acting = new Set(book.all().flatMap((e) => (e.decision.do === 'act' ? e.target.urn : [])))
  const waits = (urn: string): boolean =>
    (run.dependencies.get(urn) ?? []).some((d) => acting.has(d) || waits(d))
  armGuards(book, (host) => run.fleet.batch(host), waits)
  for (const { id } of run.site.hosts) run.fleet.batch(id).keep(intents)
  const taken = await takeIn(
    run.place,
    unstored.things.map(({ made }) => made),
    unstored.gone,
  )
  if (!taken.ok)
    return { site: run.site.id, ...notTaken(run, taken.error), failures: [], changes: countChanges(preview) }
  const phase = operation === 'refresh' ? 'refresh' : 'apply'
  const note = (text: string): void => run.request.note(`${run.site.id}  ${text}`)
  const ran = await withOlderCopies(run.place, book, note, () =>
    pastStaleLock(run.place, () => runEngine(run, phase, operation, book, observations, () => {}, message), {
      clock: run.request.clock,
      note,
      abort: run.abort,
    }),
  )
  return reportOf(run, preview, ran.result, ran.failures)
}

/** Without it in the state the engine would leave it behind. */
const notTaken = ({ site, request }: SiteRun, because: string): Pick<SiteReport, 'outcome' | 'because'> => ({
  outcome: 'failed',
  because: `what an earlier run of ${site.id} made is not in its state, and can't be taken into it: ${because}. Nothing was removed. Run chancery up ${site.id}${programOption(request.program)} first, which takes it up; then destroy.`,
})

function reportOf(
  run: SiteRun,
  preview: SitePreview,
  result: Result<StackSummary, StackFailure>,
  failures: readonly Failure[],
): SiteReport {
  const changes = countChanges(preview)
  const { outcome, because } = outcomeOf(failures)
  if (because !== undefined) return { site: run.site.id, outcome, because, failures, changes }
  if (result.ok) return { site: run.site.id, outcome: 'done', failures, changes }
  const interrupted = result.error.kind === 'interrupted'
  return {
    site: run.site.id,
    outcome: interrupted ? 'deferred' : 'failed',
    because: withoutKnownSecrets(describeStackFailure(result.error)),
    failures,
    changes,
  }
}

/** How many resources each change takes, `same` included. */
export function countChanges(preview: SitePreview): SiteReport['changes'] {
  const counts: Partial<Record<SitePreview['rows'][number]['change'], number>> = {}
  for (const row of preview.rows) counts[row.change] = (counts[row.change] ?? 0) + 1
  return counts
}
