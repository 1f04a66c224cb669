import { availableParallelism } from 'node:os'
import PQueue from 'p-queue'
import type { z } from 'zod'
import type { Program } from '../../domain/program.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { nameInUrn } from '../../domain/urn.ts'
import {
  collect,
  type CollectedResource,
  type CollectFailure,
  type Collection,
  type CollectOrder,
} from '../../engine/collect.ts'
import type { StackPlace } from '../../engine/place.ts'
import type { StateResource } from '../../engine/resource-shape.ts'
import { describeStackFailure, type StackFailure } from '../../engine/stack-failure.ts'
import { exportState, type StackState } from '../../engine/state.ts'
import { loadCatalogue } from '../../provider/catalogue.ts'
import { unwrap } from '../../provider/wire-values.ts'
import { withDigestKeys } from '../../reconcile/keyed-kind.ts'
import type { Catalogue } from '../../reconcile/loaded-kind.ts'
import { isSealedBy } from '../../reconcile/plan-file/index.ts'
import { digestKeysFor, foreignSeal, planSealer } from '../plan/key.ts'
import { laterIn, tracedOutputs } from '../plan/later.ts'
import { begunCommands } from '../resolve/open-commands.ts'
import { learnSecrets, withoutKnownSecrets } from '../secret-texts.ts'
import { unendedOf } from '../resolve/unended.ts'
import type { Fleet } from './fleet.ts'
import { contextOf, programModule, stackName } from './program.ts'
import { lookedAtLast, strangeLosses } from './named-losses.ts'
import type { SiteRun } from './one-site.ts'
import { openStacks, project } from './stacks.ts'
import type { Recorded } from './targets.ts'
import { removes, type RunFailure, type RunRequest } from './types.ts'

/** Everything that is needed before a site is reached: engine, program, states. */
export async function prepareSites(
  request: RunRequest,
  fleet: Fleet,
  abort: AbortSignal,
): Promise<Result<readonly SiteRun[], RunFailure>> {
  const module = programModule(request.program, request.cwd)
  if (!module.ok) return err({ kind: 'input', message: module.error })
  const places = await openStacks(request, module.value.name, abort)
  if (!places.ok) return places
  const contexts = request.sites.map((site) => contextOf(request.estate, site))
  const removing = removes(request)
  // What a plan of a removal rests on is also what the program says; a removal itself goes by the state alone.
  const needsProgram = request.operation !== 'refresh' && (!removing || request.planning !== undefined)
  const calls = contexts.map((context) => {
    const stack = stackName(module.value.name, context.site.id)
    return { id: context.site.id, project, stack, context: plain(context) }
  })
  const collected = needsProgram
    ? await collect({ program: module.value.url, calls, env: { ...request.env }, abort })
    : ok([])
  if (!collected.ok)
    return err({ kind: 'setup', message: describeCollectFailure(request.program, collected.error) })
  const collections = new Map(collected.value.map((c) => [c.id, c]))
  const [{ default: program }, kinds] = await Promise.all([
    needsProgram ? (import(module.value.url) as Promise<{ default: Program }>) : { default: () => undefined },
    loadCatalogue(),
  ])
  const catalogue = withDigestKeys(kinds, digestKeysFor(request.estate, places.value[0]))
  const planning = await planningOf(
    request,
    module.value.url,
    calls,
    places.value,
    catalogue,
    collected.value,
    abort,
  )
  if (!planning.ok) return planning
  const queue = new PQueue({ concurrency: availableParallelism() })
  const runs = request.sites.map((site, index) =>
    queue.add(async (): Promise<SiteRun> => {
      const place = places.value[index]!
      const state = await exportState(place)
      const part = collections.get(site.id)
      if (state.ok)
        learnSecrets((state.value?.resources ?? []).flatMap(({ inputs, outputs }) => [inputs, outputs]))
      learnSecrets((part?.resources ?? []).map(({ inputs }) => inputs))
      return {
        request,
        site,
        place,
        catalogue,
        fleet,
        abort,
        collectNow: () => collectFor(request, module.value.url, calls[index]!, abort),
        begunCommands: begunCommands(state.ok ? state.value : undefined),
        unended: unendedOf(state.ok ? state.value : undefined, place.workFolder),
        program: async () => ({ outputs: await program(contexts[index]!) }),
        ...declaredOf(part, state, removing),
        ...(planning.value === undefined ? {} : { planning: planning.value(site.id, part, state) }),
      }
    }),
  )
  const prepared = await Promise.all(runs)
  // Of a saved plan the names were held against all its sites when it was made.
  const strange =
    request.planning?.do === 'hold'
      ? undefined
      : strangeLosses(
          request.dataLoss,
          prepared.map((run) => ({ ...run, recorded: [...run.recorded, ...run.begun] })),
          prepared.flatMap(({ place }) => lookedAtLast(place.workFolder)),
        )
  return strange === undefined ? ok(prepared) : err({ kind: 'input', message: strange })
}

type PlanningOf = (
  site: string,
  part: Collection | undefined,
  state: Result<StackState | undefined, StackFailure>,
) => NonNullable<SiteRun['planning']>

/** What the sites of a run that saves a plan, or is held to one, need beside; undefined for any other run. */
async function planningOf(
  request: RunRequest,
  program: string,
  calls: CollectOrder['calls'],
  places: readonly StackPlace[],
  catalogue: Catalogue,
  collections: readonly Collection[],
  abort: AbortSignal,
): Promise<Result<PlanningOf | undefined, RunFailure>> {
  const { planning, env, estate } = request
  const [place] = places
  if (planning === undefined || place === undefined) return ok(undefined)
  const of = planning.do === 'hold' ? (planning.of ?? estate) : estate
  const sealer = planSealer(of, place)
  if (!sealer.ok) return err({ kind: 'setup', message: sealer.error })
  if (planning.do === 'hold' && !isSealedBy(planning.plan, sealer.value))
    return err({ kind: 'input', message: foreignSeal(planning.plan, sealer.value) })
  const waiting = new Set(collections.filter(hasLater).map(({ id }) => id))
  const traced =
    waiting.size === 0
      ? ok([])
      : await collect({
          program,
          calls: calls.filter(({ id }) => waiting.has(id)),
          env: { ...env },
          abort,
          trace: tracedOutputs(catalogue),
        })
  if (!traced.ok)
    return err({ kind: 'setup', message: describeCollectFailure(request.program, traced.error) })
  const later = new Map(traced.value.map((one) => [one.id, laterIn(one)]))
  return ok((site, part, state) => ({
    estate: of,
    sealer: sealer.value,
    later: later.get(site) ?? (() => undefined),
    ground: { registered: part?.resources ?? [], state: state.ok ? state.value : undefined },
    held: planning.do === 'hold' ? planning.plan : undefined,
  }))
}

const hasLater = ({ resources }: Collection): boolean =>
  resources.some(({ inputs }) => unwrap(inputs).unknown.length > 0)

/** Without properties that are undefined, which no message carries. */
const plain = (value: object): z.core.util.JSONType =>
  JSON.parse(JSON.stringify(value)) as z.core.util.JSONType

async function collectFor(
  request: RunRequest,
  program: string,
  call: CollectOrder['calls'][number],
  abort: AbortSignal,
): Promise<Result<readonly CollectedResource[], string>> {
  const collected = await collect({ program, calls: [call], env: { ...request.env }, abort })
  if (!collected.ok) return err(describeCollectFailure(request.program, collected.error))
  const [part] = collected.value
  learnSecrets((part?.resources ?? []).map(({ inputs }) => inputs))
  return part?.problem === undefined
    ? ok(part?.resources ?? [])
    : err(withoutKnownSecrets(part.problem.message))
}

type Known = Pick<
  SiteRun,
  'begun' | 'halves' | 'declared' | 'depth' | 'dependencies' | 'protection' | 'recorded' | 'broken'
>

function describeCollectFailure(program: string, failure: CollectFailure): string {
  switch (failure.kind) {
    case 'program':
      return `program ${program} can't be used: ${failure.problem.message}. Nothing was changed.\n${failure.problem.stack}`
    case 'crashed':
      return `program ${program} ended its process (${failure.how}). Nothing was changed.\n${failure.output}`
    case 'interrupted':
      return 'Interrupted before any site was reached. Nothing was changed.'
  }
}

function declaredOf(
  part: Collection | undefined,
  state: Result<StackState | undefined, StackFailure>,
  removing: boolean,
): Known {
  const none: Known = {
    declared: [],
    depth: 1,
    dependencies: new Map(),
    protection: new Map(),
    recorded: [],
    begun: [],
    halves: new Set(),
  }
  if (part?.problem !== undefined) return { ...none, broken: withoutKnownSecrets(part.problem.message) }
  if (!state.ok) return { ...none, broken: describeStackFailure(state.error) }
  const resources = removing ? [] : (part?.resources ?? [])
  const known = state.value?.resources ?? []
  const whole = new Set(known.filter((r) => !r.pendingReplacement).map(({ urn }) => urn))
  const begun = (state.value?.pending ?? []).flatMap(({ type, resource }) =>
    type === 'creating' && resource.custom && !whole.has(resource.urn) ? [resource] : [],
  )
  const declared = new Set(resources.map(({ urn }) => urn))
  const gone = [...known, ...(removing ? begun : [])].filter(({ urn }) => !declared.has(urn))
  const order = [...resources, ...removalOrder(gone)]
  return {
    declared: resources.map(({ type, name, inputs }) => ({ type, name, inputs })),
    depth: depthOf(order),
    dependencies: new Map(order.map(({ urn, dependencies }) => [urn, dependencies])),
    protection: new Map(resources.map(({ urn, protect }) => [urn, protect])),
    recorded: known.filter((r) => r.custom).map(recordedOf),
    begun: begun.map((one) => ({ ...recordedOf(one), dependencies: one.dependencies })),
    halves: new Set(known.filter((r) => r.pendingReplacement).map(({ urn }) => urn)),
  }
}

const recordedOf = ({ urn, type, inputs, outputs, protect }: StateResource): Recorded => ({
  urn,
  protect,
  type,
  inputs,
  outputs,
  name: nameInUrn(urn),
})

type Ordered = { readonly urn: string; readonly dependencies: readonly string[] }

/** A removal waits for the removal of what depends on it: dependencies turned round, dependants first. */
const removalOrder = (resources: readonly Ordered[]): readonly Ordered[] =>
  [...resources].reverse().map(({ urn }) => ({
    urn,
    dependencies: resources.filter((other) => other.dependencies.includes(urn)).map((other) => other.urn),
  }))

/** Longest chain of resources of which each waits for the one before. */
function depthOf(resources: readonly Ordered[]): number {
  const depths = new Map<string, number>()
  for (const { urn, dependencies } of resources) {
    depths.set(urn, 1 + Math.max(0, ...dependencies.map((d) => depths.get(d) ?? 0)))
  }
  return Math.max(1, ...depths.values())
}
