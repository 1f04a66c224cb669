import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { fileURLToPath } from 'node:url'
import { err, ok, type Result } from '../domain/result.ts'
import type { EngineEvent, EngineOp } from './engine-event.ts'
import { withOwnLock } from './own-lock.ts'
import type { StackPlace } from './place.ts'
import { currentOf, replaceCopy } from './state-copies.ts'
import { call } from './call.ts'
import { describeStackFailure } from './stack-failure.ts'

const operation = z.looseObject({ type: z.string(), resource: z.looseObject({ urn: z.string() }) })
const deployment = z.looseObject({
  resources: z.array(z.looseObject({ urn: z.string(), delete: z.boolean().optional() })).default([]),
  pending_operations: z.array(operation).default([]),
})
type Deployment = z.infer<typeof deployment>
const checkpointFile = z.looseObject({ checkpoint: z.looseObject({ latest: deployment.nullish() }) })
const exportFile = z.looseObject({ deployment })

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
  if (place.backendUrl.startsWith('file:///')) return settleInFolder(place, made)
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

async function settleInFolder(place: StackPlace, made: Urns): Promise<Result<void, string>> {
  const root = fileURLToPath(place.backendUrl)
  // Most states have none: then nothing is locked.
  if ((await currentOf(root, place))?.text.includes('"pending_operations"') !== true) return ok(undefined)
  return withOwnLock(root, place, async () => {
    const current = await currentOf(root, place)
    if (current === undefined) return ok(undefined)
    const file = checkpointFile.parse(JSON.parse(current.text))
    const { latest } = file.checkpoint
    const rest = latest === undefined || latest === null ? undefined : withoutSettled(latest, made)
    if (rest === undefined) return ok(undefined)
    return replaceCopy(current, JSON.stringify({ ...file, checkpoint: { ...file.checkpoint, latest: rest } }))
  })
}

/**
 * The engine takes all of them when it imports a state, so it is asked to only where none has to stay. Between its reading and its
 * writing, which takes the lock, no run can begin and end.
 */
async function settleThroughEngine(place: StackPlace, made: Urns): Promise<Result<void, string>> {
  const exported = await call(place, ['stack', 'export', '--stack', place.stack])
  if (!exported.ok) return err(describeStackFailure(exported.error))
  if (exported.value === undefined) return ok(undefined)
  const rest = withoutSettled(exportFile.parse(JSON.parse(exported.value)).deployment, made)
  if (rest === undefined || 'pending_operations' in rest) return ok(undefined)
  const file = join(place.workFolder, 'settled.json')
  await writeFile(file, exported.value, { mode: 0o600 })
  const imported = await call(place, ['stack', 'import', '--stack', place.stack, '--file', file])
  await rm(file)
  return imported.ok ? ok(undefined) : err(describeStackFailure(imported.error))
}

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
