import { isDeepStrictEqual } from 'node:util'
import { describeFailure, type Failure } from '../../domain/failure.ts'
import { ok, type Result } from '../../domain/result.ts'
import type { SiteOutcome } from '../../domain/outcome.ts'
import { describeStackFailure, type StackFailure } from '../../engine/stack-failure.ts'
import { announceCommand } from '../../provider/command/command-calls.ts'
import { commandType } from '../../provider/command/free-command.ts'
import { inputsOf } from '../../provider/inputs.ts'
import { PlanBook } from '../../reconcile/book.ts'
import { lookAll, Observations } from '../../reconcile/look.ts'
import { nameOf } from '../../reconcile/target.ts'
import { type HostRecords, readRecords } from '../resolve/records.ts'
import { withoutKnownSecrets } from '../secret-texts.ts'
import { outcomeOf } from './classify.ts'
import { clocksApart } from './clocks.ts'
import { costOf } from './cost.ts'
import { runEngine, stackRun } from './engine-run.ts'
import { lineUsed } from './line-used.ts'
import { keepObservations, lastObservations } from './observed.ts'
import type { SiteRun } from './one-site.ts'
import { beforeLooking, withPlan } from './planned.ts'
import { protectedEntry, protectedRemovals, withProtection } from './protected.ts'
import { rowsOf, withWaiting } from './rows.ts'
import { type Recorded, targetOf, targetsOf } from './targets.ts'
import { type PreviewRow, removes, type SitePreview } from './types.ts'
import { begunTargets, findUnstored, nothingUnstored, type Unstored } from './unstored.ts'

/** What a preview leaves for the apply. */
export type Previewed = {
  readonly preview: SitePreview
  readonly book: PlanBook
  readonly observations: Observations
  /** Of a removal: what it takes with it though the state does not have it yet. Absent: nothing. */
  readonly unstored?: Unstored
}

/** Runs a job when one more engine may run on this machine. */
type EngineTurn = <T>(job: () => Promise<T>) => Promise<T>

/** Looks at the site's hosts once, then lets the engine plan on what was seen. Changes nothing. */
export async function previewSite(run: SiteRun, inTurn: EngineTurn = (job) => job()): Promise<Previewed> {
  const book = new PlanBook()
  if (run.broken !== undefined)
    return brokenPreview(run, book, new Observations(), { outcome: 'failed', because: run.broken })
  const refused = beforeLooking(run)
  if (refused !== undefined) return { book, observations: new Observations(), preview: refused }
  const { observations, lookedAt, failure, records } = await looked(run)
  if (failure !== undefined) return failedPreview(run, book, observations, [failure])
  const behind = removes(run.request) ? await findUnstored(run, observations, records) : ok(nothingUnstored)
  if (!behind.ok) return failedPreview(run, book, observations, [behind.error])
  const unstored = behind.value
  if (removes(run.request)) await planRemovals(run, book, observations, toRemove(run, unstored))
  else if (run.request.operation !== 'refresh') {
    const stopped = await inTurn(() => planWithEngine(run, book, observations))
    if (stopped !== undefined) return failedPreview(run, book, observations, [], stopped)
  }
  const rows =
    run.request.operation === 'refresh'
      ? refreshRows(run, observations)
      : [...withProtection(withWaiting(rowsOf(book), run.dependencies), run), ...unstored.refused]
  const blocked = rows.flatMap((row) => row.failure ?? [])
  const { outcome, because } = outcomeOf(blocked)
  const preview = {
    site: run.site,
    line: lineUsed(run),
    rows,
    cost: await costOf(
      book,
      rows,
      run.fleet.lineInUse(run.site.id).link,
      run.request.clock.now(),
      run.depth,
      (host, content) => run.fleet.contents.expected(host, content),
    ),
    ...(run.request.offline && lookedAt !== undefined ? { observedAt: lookedAt } : {}),
    ...(because === undefined ? {} : { failed: { outcome, because, failures: blocked } }),
  }
  return { book, observations, unstored, preview: withPlan(run, preview, book, { observations, lookedAt }) }
}

/** What is in the state, but for what was removed already to be made anew, and what is there without the state having it. */
const toRemove = (run: SiteRun, { things }: Unstored): readonly Recorded[] => [
  ...run.recorded.filter(({ urn }) => !run.halves.has(urn)),
  ...things.map(({ resource }) => resource),
]

type Looked = {
  readonly observations: Observations
  /** When the hosts were looked at, ms; undefined = never. */
  readonly lookedAt: number | undefined
  /** Of a removal: whose each thing is, a host. */
  readonly records: ReadonlyMap<string, HostRecords>
  readonly failure?: Failure
}

async function looked(run: SiteRun): Promise<Looked> {
  const { workFolder } = run.place
  if (run.request.offline) {
    const last = lastObservations(workFolder)
    const records = new Map<string, HostRecords>()
    return last === undefined
      ? { observations: new Observations(), lookedAt: undefined, records }
      : { observations: last.observations, lookedAt: last.at, records }
  }
  const observations = new Observations()
  const removing = removes(run.request)
  const targets = [
    ...targetsOf(run.catalogue, run.declared, run.recorded),
    ...(removing ? begunTargets(run) : []),
  ]
  const asked = removing ? allRecords(run) : Promise.resolve(ok(new Map<string, HostRecords>()))
  const answer = await lookAll((host) => run.fleet.batch(host), targets, observations, run.abort)
  const records = await asked
  const lookedAt = run.request.clock.now()
  for (const { id: host } of run.site.hosts) {
    const message = clocksApart(run.fleet.port(host).hello?.time, lookedAt)
    if (message !== undefined) run.request.emit({ kind: 'warning', host, resource: 'clock', message })
  }
  const none = { observations, lookedAt, records: new Map<string, HostRecords>() }
  if (!answer.ok) return { ...none, failure: answer.error }
  if (!records.ok) return { ...none, failure: records.error }
  if (run.targets === undefined) keepObservations(workFolder, lookedAt, observations)
  return { ...none, records: records.value }
}

/** Travels with the look at each host. */
async function allRecords(run: SiteRun): Promise<Result<ReadonlyMap<string, HostRecords>, Failure>> {
  const read = await Promise.all(
    run.site.hosts.map(async ({ id }) => ({ id, answer: await readRecords(run.fleet.batch(id), run.abort) })),
  )
  const all = new Map<string, HostRecords>()
  for (const { id, answer } of read) {
    if (!answer.ok) return answer
    all.set(id, answer.value)
  }
  return ok(all)
}

/** The engine's own preview; then the removals that it announces, which it asks no provider about. */
async function planWithEngine(
  run: SiteRun,
  book: PlanBook,
  observations: Observations,
): Promise<StackFailure | undefined> {
  const removed = new Set<string>()
  const guarded = protectedRemovals(run)
  // The engine would refuse them too, in its own words.
  if (guarded.length > 0) {
    await planRemovals(run, book, observations, guarded)
    return undefined
  }
  const ran = await runEngine(run, 'preview', 'preview', book, observations, (event) => {
    if (event.kind === 'resource' && event.op === 'delete') removed.add(event.urn)
  })
  // A resource that failed to be previewed is in the book or among the failures, with our own words.
  if (!ran.result.ok && ran.failures.length === 0) return ran.result.error
  await planRemovals(
    run,
    book,
    observations,
    run.recorded.filter((r) => removed.has(r.urn)),
  )
  return undefined
}

/** What a refresh would write into the state: what is gone, and what looks otherwise than recorded. */
function refreshRows(run: SiteRun, observations: Observations): readonly PreviewRow[] {
  return run.recorded.flatMap((resource) =>
    targetOf(run.catalogue, resource, resource.urn, resource.outputs).map((target): PreviewRow => {
      const seen = observations.get(target)
      const base = { name: nameOf(target), host: target.host, urn: resource.urn, effects: [] }
      if (seen?.state !== 'seen') {
        const because = 'it was not looked at'
        const failure: Failure = {
          kind: 'unobservable',
          host: target.host,
          resource: nameOf(target),
          because,
        }
        return { ...base, change: 'fail', because: [], failure: seen?.failure ?? failure }
      }
      if (seen.found === null) return { ...base, change: 'delete', because: ['it is gone from the host'] }
      return isDeepStrictEqual(seen.found, target.recorded ?? null)
        ? { ...base, change: 'same', because: ['the state says what the host shows'] }
        : { ...base, change: 'update', because: ['the host shows something else than the state says'] }
    }),
  )
}

async function planRemovals(
  run: SiteRun,
  book: PlanBook,
  observations: Observations,
  removed: readonly Recorded[],
): Promise<void> {
  const stack = stackRun(run, 'preview', book, observations)
  for (const resource of removed) {
    if (resource.type === commandType) announceCommand(stack, 'delete', resource.urn, resource.inputs)
    for (const target of targetOf(run.catalogue, resource, resource.urn, resource.outputs)) {
      const inputs = inputsOf(target.loaded, resource.inputs)
      if (resource.protect) book.write(protectedEntry(target, inputs))
      else await stack.plan('delete', target, inputs)
    }
  }
}

function failedPreview(
  run: SiteRun,
  book: PlanBook,
  observations: Observations,
  failures: readonly Failure[],
  stack?: StackFailure,
): Previewed {
  if (stack !== undefined) {
    const outcome = stack.kind === 'interrupted' ? 'deferred' : 'failed'
    return brokenPreview(run, book, observations, {
      outcome,
      because: withoutKnownSecrets(describeStackFailure(stack)),
    })
  }
  const { outcome, because = failures.map(describeFailure).join(' ') } = outcomeOf(failures)
  return brokenPreview(run, book, observations, { outcome, because }, failures)
}

function brokenPreview(
  run: SiteRun,
  book: PlanBook,
  observations: Observations,
  why: { readonly outcome: SiteOutcome; readonly because: string },
  failures: readonly Failure[] = [],
): Previewed {
  const cost = { bytesUp: 0, bytesDown: 0, roundTrips: 0, ms: 0 }
  return {
    book,
    observations,
    preview: { site: run.site, line: lineUsed(run), rows: [], cost, failed: { ...why, failures } },
  }
}
