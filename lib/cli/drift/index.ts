import { availableParallelism } from 'node:os'
import PQueue from 'p-queue'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Site } from '../../domain/site.ts'
import { hasCheckpointFile } from '../../engine/checkpoint.ts'
import { collect } from '../../engine/collect.ts'
import { loadCatalogue } from '../../provider/catalogue.ts'
import { unwrap } from '../../provider/wire-values.ts'
import { withDigestKeys } from '../../reconcile/keyed-kind.ts'
import { digestKeysFor } from '../plan/key.ts'
import { type Fleet, openFleet } from '../run/fleet.ts'
import { contextOf, programModule, stackName } from '../run/program.ts'
import { openStacks, project, stackHomes, workRoot } from '../run/stacks.ts'
import type { RunFailure } from '../run/types.ts'
import { appliedAt, type Home, type LeaveToday } from './declared.ts'
import { driftAt } from './site.ts'
import type { DriftReport, DriftRequest, SiteDrift } from './types.ts'

export type * from './types.ts'
export { isDrift } from './types.ts'

/** Looks again and again at the same sites; sessions that are still open are used again. */
export interface DriftLooks {
  look(): Promise<DriftReport>
  close(): Promise<void>
}

/**
 * Makes ready to look for drift: where the stacks are, and what the program leaves as found today. No engine is started for a state
 * in a folder, and no host is touched. Fails as a whole only for what concerns every site.
 */
export async function openDrift(request: DriftRequest): Promise<Result<DriftLooks, RunFailure>> {
  const module = programModule(request.program, request.cwd)
  if (!module.ok) return err({ kind: 'input', message: module.error })
  const inFolder = hasCheckpointFile({ backendUrl: request.estate.stateBackend })
  const homes: Result<readonly Home[], RunFailure> = inFolder
    ? stackHomes(request, module.value.name)
    : await openStacks(request, module.value.name, request.abort)
  if (!homes.ok) return homes
  const [today, kinds] = await Promise.all([leaveToday(request, module.value), loadCatalogue()])
  const catalogue = withDigestKeys(kinds, digestKeysFor(request.estate, homes.value[0]))
  const fleet = openFleet({ ...request, root: workRoot(request.cwd, request.env) })
  const siteDrift = async (site: Site, home: Home): Promise<SiteDrift> => {
    const stack = await reading.add(() => appliedAt(site, home, catalogue, today, request.clock.now()))
    return stack.ok
      ? driftAt(request, fleet, site, home, stack.value)
      : unread(site, request.clock.now(), stack.error)
  }
  // Engines are processes; files need no turn, and hosts wait for nobody but their link.
  const reading = new PQueue({ concurrency: inFolder ? 64 : availableParallelism() })
  return ok({
    look: async () => {
      const sites = await Promise.all(
        request.sites.map(async (site, i) => told(request, await siteDrift(site, homes.value[i]!))),
      )
      return { at: request.clock.now(), sites, interrupted: request.abort.aborted }
    },
    close: () => closing(fleet),
  })
}

const closing = (fleet: Fleet): Promise<void> => fleet.close()

/** Looks once. */
export async function findDrift(request: DriftRequest): Promise<Result<DriftReport, RunFailure>> {
  const looks = await openDrift(request)
  if (!looks.ok) return looks
  try {
    return ok(await looks.value.look())
  } finally {
    await looks.value.close()
  }
}

function told(request: DriftRequest, drift: SiteDrift): SiteDrift {
  const { outcome, because } = drift
  request.emit({
    kind: 'site',
    site: drift.site.id,
    outcome,
    ...(because === undefined ? {} : { because }),
  })
  return drift
}

const unread = (site: Site, at: number, because: string): SiteDrift => ({
  site,
  at,
  outcome: 'failed',
  because,
  failures: [],
  resources: [],
  commands: 0,
  applied: true,
})

/**
 * What the program says today of accepted and ignored differences: it counts before it was applied. Where the program can't be run,
 * what was applied last counts, and that is said.
 */
async function leaveToday(
  request: DriftRequest,
  module: { readonly name: string; readonly url: string },
): Promise<LeaveToday> {
  const calls = request.sites.map((site) => ({
    id: site.id,
    project,
    stack: stackName(module.name, site.id),
    context: JSON.parse(JSON.stringify(contextOf(request.estate, site))) as string,
  }))
  const { env, abort } = request
  const collected = await collect({ program: module.url, calls, env: { ...env }, abort })
  if (!collected.ok) {
    if (collected.error.kind !== 'interrupted')
      request.note(
        `The program ${request.program} can't be run, so accepted and ignored differences are those that were applied last.`,
      )
    return new Map()
  }
  for (const { id, problem } of collected.value)
    if (problem !== undefined)
      request.note(`${id}: the program fails (${problem.message}); what it declared before that counts.`)
  return new Map(
    collected.value.flatMap(({ resources }) =>
      resources.map(
        ({ urn, inputs, ignoreChanges }) =>
          [urn, { accept: unwrap(inputs).values['accept'], ignored: ignoreChanges }] as const,
      ),
    ),
  )
}
