import type { Clock } from '../../domain/clock.ts'
import type { Estate } from '../../domain/profile.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Site } from '../../domain/site.ts'
import { createInterrupts } from '../../engine/interrupts.ts'
import { keyOf, type Target } from '../../reconcile/target.ts'
import { openFleet } from '../run/fleet.ts'
import { lastObservations } from '../run/observed.ts'
import { prepareSites } from '../run/prepare.ts'
import { programModule } from '../run/program.ts'
import type { SiteRun } from '../run/one-site.ts'
import { stackFolder } from '../run/stacks.ts'
import { targetsOf } from '../run/targets.ts'
import type { Remembered } from './world.ts'

/** What is known of a site from the last look at its hosts. */
export type Memory = {
  readonly site: string
  /** Instant (ms) of the look; of several stacks the oldest. */
  readonly at: number
  /** By host, in the order in which things were made: what others rest on comes first. */
  readonly things: ReadonlyMap<string, readonly Remembered[]>
}

export type RememberRequest = {
  /** The inventory of the rehearsal, its state and its work folder: copies of the real ones. */
  readonly estate: Estate
  readonly sites: readonly Site[]
  readonly stacks: readonly { readonly program: string; readonly site: string }[]
  /** A program that the command line names by its path; its stacks bear its name. */
  readonly program: string | undefined
  readonly work: string
  readonly cwd: string
  readonly env: { readonly [name: string]: string | undefined }
  readonly clock: Clock
  readonly note: (text: string) => void
}

/** What each site's stacks saw last, with the inputs of each thing from the state or from the program. Changes nothing. */
export async function remember(request: RememberRequest): Promise<Result<readonly Memory[], string>> {
  const programs = [...new Set(request.stacks.map(({ program }) => program))]
  const memories = new Map<string, Memory>()
  for (const program of programs) {
    const runs = await prepared(request, program)
    if (!runs.ok) return runs
    for (const run of runs.value) {
      const seen = lastObservations(stackFolder(request.work, `${program}.${run.site.id}`))
      if (seen === undefined) continue
      const before = memories.get(run.site.id)
      const things = new Map(before?.things ?? [])
      for (const target of distinct(
        targetsOf(run.catalogue, [], run.recorded),
        targetsOf(run.catalogue, run.declared, run.recorded),
      )) {
        const sight = seen.observations.get(target)
        if (sight?.state !== 'seen') continue
        things.set(target.host, [...(things.get(target.host) ?? []), { target, sight }])
      }
      memories.set(run.site.id, { site: run.site.id, at: Math.min(before?.at ?? seen.at, seen.at), things })
    }
  }
  return ok([...memories.values()])
}

/** A thing that is both recorded and declared is taken as recorded: that is what was made. */
function distinct(recorded: readonly Target[], declared: readonly Target[]): readonly Target[] {
  const id = (target: Target): string => `${target.host}|${keyOf(target)}`
  const known = new Map<string, Target>()
  for (const target of [...recorded, ...declared]) if (!known.has(id(target))) known.set(id(target), target)
  return [...known.values()]
}

/** State and declaration of a program's sites. What a program made that is not there is unknown, and said to be. */
async function prepared(
  request: RememberRequest,
  program: string,
): Promise<Result<readonly SiteRun[], string>> {
  const named = request.program === undefined ? undefined : programModule(request.program, request.cwd)
  const path = named?.ok === true && named.value.name === program ? request.program : undefined
  if (path === undefined && !programModule(program, request.cwd).ok) {
    request.note(`What the program ${program} made is not in the rehearsal: name it with --program.`)
    return ok([])
  }
  const ids = new Set(request.stacks.filter((stack) => stack.program === program).map(({ site }) => site))
  const fleet = openFleet({ ...request, emit: () => {}, root: request.work })
  try {
    const runs = await prepareSites(
      {
        operation: 'preview',
        sites: request.sites.filter(({ id }) => ids.has(id)),
        estate: request.estate,
        program: path ?? program,
        cwd: request.cwd,
        env: request.env,
        offline: true,
        dataLoss: [],
        emit: () => {},
        note: request.note,
        interrupts: createInterrupts(),
        clock: request.clock,
        confirm: async () => false,
      },
      fleet,
      new AbortController().signal,
    )
    return runs.ok ? runs : err(runs.error.message)
  } finally {
    await fleet.close()
  }
}
