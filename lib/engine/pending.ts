import { z } from 'zod'
import { fileURLToPath } from 'node:url'
import { ok, type Result } from '../domain/result.ts'
import { hasCheckpointFile } from './checkpoint.ts'
import { editInFolder, editThroughEngine } from './edit-state.ts'
import type { EngineEvent, EngineOp } from './engine-event.ts'
import type { StackPlace } from './place.ts'
import { currentOf } from './state-copies.ts'

const operation = z.looseObject({ type: z.string(), resource: z.looseObject({ urn: z.string() }) })
const deployment = z.looseObject({
  resources: z.array(z.looseObject({ urn: z.string(), delete: z.boolean().optional() })).default([]),
  pending_operations: z.array(operation).default([]),
})
type Deployment = z.infer<typeof deployment>

/**
 * Takes the creations from a state that are begun in it and that the run which ended just now has made an end of: it found or made the
 * things. The engine keeps them in the state for good, and tells of them in each run. Others stay. `events`: of that run. The error
 * says why it can't be done.
 * Sources: pulumi pkg/backend/journal.go and pkg/cmd/pulumi/stack/io.go, 3.259.
 */
export async function settleCreations(
  place: StackPlace,
  events: readonly EngineEvent[],
): Promise<Result<void, string>> {
  const made = new Set(events.flatMap((event) => (makes(event) ? [event.urn] : [])))
  if (made.size === 0) return ok(undefined)
  if (hasCheckpointFile(place)) return settleInFolder(place, made)
  return events.some(tellsOfThem) ? settleThroughEngine(place, made) : ok(undefined)
}

const making: ReadonlySet<EngineOp> = new Set<EngineOp>(['create', 'create-replacement', 'update'])

/** One that ended short, as when a restart is pending, is in the state as well. After a failed replacement what is there may be the old one. */
const makesShort: ReadonlySet<EngineOp> = new Set<EngineOp>(['create', 'update'])

const makes = (event: EngineEvent): event is EngineEvent & { readonly kind: 'resource' } =>
  event.kind === 'resource' &&
  !event.planning &&
  ((event.phase === 'done' && making.has(event.op)) || (event.phase === 'failed' && makesShort.has(event.op)))

/** Source: pulumi pkg/resource/deploy/deployment_executor.go printPendingOperationsWarning, 3.259. */
const tellsOfThem = (event: EngineEvent): boolean =>
  event.kind === 'diagnostic' && event.message.includes('pending operations from previous deployment')

/** They stay in the state, and the next run tries again. */
export const notSettled = (because: string): EngineEvent => ({
  kind: 'diagnostic',
  severity: 'warning',
  message: `what an earlier run had begun to create is there now, but can't be taken from what the state has as begun: ${because}`,
  urn: undefined,
  ephemeral: false,
})

type Urns = ReadonlySet<string>

const nothing = ok(undefined)

async function settleInFolder(place: StackPlace, made: Urns): Promise<Result<void, string>> {
  // Most states have none: then nothing is locked.
  const current = await currentOf(fileURLToPath(place.backendUrl), place)
  if (current?.text.includes('"pending_operations"') !== true) return nothing
  return editInFolder(place, (latest) => ok(withoutSettled(deployment.parse(latest), made)), nothing)
}

/** The engine takes all of them when it imports a state, so it is asked to only where none has to stay. */
const settleThroughEngine = (place: StackPlace, made: Urns): Promise<Result<void, string>> =>
  editThroughEngine(
    place,
    (latest) => {
      const rest = withoutSettled(deployment.parse(latest), made)
      return ok(rest === undefined || 'pending_operations' in rest ? undefined : rest)
    },
    nothing,
  )

/** Undefined: there is nothing to settle. Without any left the property goes, as the engine writes it. */
function withoutSettled(
  latest: Deployment,
  made: Urns,
): Deployment | Omit<Deployment, 'pending_operations'> | undefined {
  const { pending_operations: all, ...others } = latest
  const there = new Set(latest.resources.flatMap((one) => (one.delete === true ? [] : [one.urn])))
  const isSettled = (urn: string): boolean => made.has(urn) && there.has(urn)
  const left = all.filter(({ type, resource }) => type !== 'creating' || !isSettled(resource.urn))
  if (left.length === all.length) return undefined
  return left.length === 0 ? others : { ...others, pending_operations: left }
}
