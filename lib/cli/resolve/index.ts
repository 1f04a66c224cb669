import { hostname } from 'node:os'
import type { Failure } from '../../domain/failure.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { lockHolders, runsHere } from '../../engine/lock.ts'
import { isOrphan } from '../../engine/own-engines.ts'
import { describeStackFailure, type LockHolder } from '../../engine/stack-failure.ts'
import { exportState } from '../../engine/state.ts'
import { withoutSecrets } from '../../reconcile/hidden.ts'
import { lookAll, Observations } from '../../reconcile/look.ts'
import { openFleet } from '../run/fleet.ts'
import { prepareSites } from '../run/prepare.ts'
import type { SiteRun } from '../run/one-site.ts'
import { workRoot } from '../run/stacks.ts'
import type { RunFailure, RunRequest } from '../run/types.ts'
import { inFlight, type Known, type Records, sightingsOf, targetsIn } from './gather.ts'
import { intentFiles, isAlive, settleIntents } from './intent-files.ts'
import { type InFlight, type Judged, judgeInFlight } from './judge.ts'
import { type HostRecords, readRecords } from './records.ts'
import { wordsSaid } from './said.ts'

export type { Judged, Verdict } from './judge.ts'

/** What is in flight at a site, and what happened. */
export type ResolveReport = {
  readonly site: string
  readonly stack: string
  /** Who holds the lock of the state. */
  readonly lock: readonly LockHolder[]
} & (
  | { readonly state: 'at-work'; readonly by: string; readonly since: string }
  | { readonly state: 'not-reached'; readonly failure: Failure; readonly acts: readonly InFlight[] }
  /** `settled`: intents of earlier runs that are answered now. */
  | { readonly state: 'looked'; readonly acts: readonly Judged[]; readonly settled: number }
)

/**
 * Looks at the hosts of one site, one exchange each, and says of every act that was begun and has no written end what became of it.
 * Changes nothing but its own notes: intents that are answered are settled, unless somebody else may be at work.
 */
export async function resolveSite(
  request: RunRequest,
  abort: AbortSignal,
): Promise<Result<ResolveReport, RunFailure>> {
  const { estate, clock, emit, env } = request
  const fleet = openFleet({ estate, clock, emit, env, root: workRoot(request.cwd, request.env) })
  try {
    const prepared = await prepareSites(request, fleet, abort)
    if (!prepared.ok) return prepared
    const [run] = prepared.value
    if (run === undefined) throw new Error('Internal error: a site was prepared, and there is none')
    return await reportOf(run, abort)
  } finally {
    await fleet.close()
  }
}

async function reportOf(run: SiteRun, abort: AbortSignal): Promise<Result<ResolveReport, RunFailure>> {
  const { place, site } = run
  if (run.broken !== undefined) return err({ kind: 'setup', message: `${site.id}: ${run.broken}` })
  const lock = await lockHolders(place)
  if (!lock.ok) return err({ kind: 'setup', message: `${site.id}: ${describeStackFailure(lock.error)}` })
  const holders = lock.value ?? []
  const base = { site: site.id, stack: place.stack, lock: holders }
  const files = intentFiles(place.workFolder)
  const living = files.find(isAlive)
  if (living !== undefined)
    return ok({
      ...base,
      state: 'at-work',
      by: `${living.run.by}, process ${living.run.process.pid}`,
      since: living.run.at,
    })
  for (const holder of holders.filter(runsHere))
    if (!(await isOrphan(place.workFolder, holder.pid)))
      return ok({
        ...base,
        state: 'at-work',
        by: `${holder.user}@${holder.host}, process ${holder.pid}`,
        since: holder.since,
      })
  const state = await exportState(place)
  if (!state.ok) return err({ kind: 'setup', message: `${site.id}: ${describeStackFailure(state.error)}` })
  const known: Known = { run, state: state.value, files, holders, words: wordsSaid(place.workFolder) }
  const looked = await look(known, abort)
  if (!looked.ok)
    return ok({ ...base, state: 'not-reached', failure: looked.error, acts: inFlight(known, new Map()) })
  const { observations, records } = looked.value
  const acts = inFlight(known, records).map((act) => {
    const seen = sightingsOf(act, known, observations, records)
    const judged = judgeInFlight(act, seen)
    return seen.target === undefined ? judged : withoutSecrets(seen.target, judged)
  })
  return ok({
    ...base,
    state: 'looked',
    acts,
    settled: holders.every(runsOnThisMachine) ? settle(known, acts) : 0,
  })
}

/** Nobody of another machine, who may be at work. */
const runsOnThisMachine = (holder: LockHolder): boolean => holder.host === hostname()

type Looked = { readonly observations: Observations; readonly records: Records }

/** One frame a host: every thing that is known, and every record. */
async function look(known: Known, abort: AbortSignal): Promise<Result<Looked, Failure>> {
  const { site, fleet } = known.run
  const observations = new Observations()
  const records = new Map<string, HostRecords>()
  const asked = site.hosts.map(async ({ id }): Promise<Failure | undefined> => {
    const read = await readRecords(fleet.batch(id), abort)
    if (!read.ok) return read.error
    records.set(id, read.value)
    return undefined
  })
  const seen = lookAll((host) => fleet.batch(host), targetsIn(known), observations, abort)
  const [failures, all] = [await Promise.all(asked), await seen]
  const failure = failures.find((one) => one !== undefined) ?? (all.ok ? undefined : all.error)
  return failure === undefined ? ok({ observations, records }) : err(failure)
}

function settle({ run, files }: Known, acts: readonly Judged[]): number {
  const answered = new Map(
    acts.flatMap((act) =>
      act.from === 'run' && !act.needsPerson && act.verdict !== 'not-seen'
        ? [[`${act.host ?? ''}|${act.key ?? ''}`, act.verdict] as const]
        : [],
    ),
  )
  const at = new Date(run.request.clock.now()).toISOString()
  let settled = 0
  for (const file of files) {
    const ends = file.open.flatMap(({ begin, host, key }) => {
      const what = answered.get(`${host}|${key}`)
      return what === undefined ? [] : [{ id: begin, how: 'resolved' as const, what }]
    })
    if (ends.length > 0 || file.open.length === 0) settleIntents(file, ends, at)
    settled += ends.length
  }
  return settled
}
