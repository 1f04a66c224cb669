import { z } from 'zod'
import type { JsonObject } from '../domain/json.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { hasCheckpointFile } from './checkpoint.ts'
import { editInFolder, editThroughEngine } from './edit-state.ts'
import type { StackPlace } from './place.ts'

/** A thing that an earlier run made, and of whose making the state knows the beginning at most. */
export type Made = {
  readonly urn: string
  /** As the provider names it. */
  readonly id: string
  /** As the program registers it, where the state has not even its beginning. */
  readonly registered?: {
    readonly type: string
    /** Without secrets. */
    readonly inputs: JsonObject
    readonly parent: string
    readonly dependencies: readonly string[]
  }
}

const resource = z.looseObject({
  urn: z.string(),
  type: z.string().optional(),
  id: z.string().optional(),
  inputs: z.record(z.string(), z.json()).optional(),
  parent: z.string().optional(),
  dependencies: z.array(z.string()).nullish(),
  delete: z.boolean().optional(),
  pendingReplacement: z.boolean().optional(),
})
type Resource = z.infer<typeof resource>
const deployment = z.looseObject({
  resources: z.array(resource).default([]),
  pending_operations: z.array(z.looseObject({ type: z.string(), resource })).default([]),
})
type Deployment = z.infer<typeof deployment>

/** Such a resource is updated by the next run whatever it looks like, so that its outputs are what the host shows. */
const reason = 'an earlier run began to make it, and how that ended was never written'

/**
 * Takes things into a state that earlier runs made and that it does not have, so that the engine removes them with all else, in the order
 * of their dependence. `gone`: URNs of creations that were begun and of which nothing is there; they go from it. The error says why it
 * can't be done; then the state is as it was.
 * Sources: pulumi sdk/go/common/apitype/core.go ResourceV3 and pkg/resource/deploy/snapshot.go VerifyIntegrity, 3.259.
 */
export async function takeIn(
  place: StackPlace,
  made: readonly Made[],
  gone: readonly string[],
): Promise<Result<void, string>> {
  if (made.length + gone.length === 0) return ok(undefined)
  const edit = hasCheckpointFile(place) ? editInFolder : editThroughEngine
  return edit(place, (latest) => withTaken(deployment.parse(latest), made, gone), noState)
}

const noState = err('the stack has no state yet')

type Taken = Deployment | Omit<Deployment, 'pending_operations'>

/** Each after what it depends on, in place of what was removed to be made anew. Pure. */
function withTaken(
  latest: Deployment,
  made: readonly Made[],
  gone: readonly string[],
): Result<Taken, string> {
  const { pending_operations: pending, ...rest } = latest
  const urns = new Set([...made.map(({ urn }) => urn), ...gone])
  const resources = latest.resources.filter(
    ({ urn, pendingReplacement }) => pendingReplacement !== true || !made.some((one) => one.urn === urn),
  )
  const begun = new Map(
    pending.filter(({ type }) => type === 'creating').map(({ resource: one }) => [one.urn, one] as const),
  )
  const halves = new Map(
    latest.resources.filter((one) => one.pendingReplacement === true).map((one) => [one.urn, one] as const),
  )
  for (const one of made) {
    const from = begun.get(one.urn) ?? registeredAs(one, latest.resources) ?? halves.get(one.urn)
    if (from === undefined) return err(`${one.urn} is not in it, and its provider neither`)
    resources.push(completed(from, one, new Set(resources.map(({ urn }) => urn))))
  }
  const left = pending.filter(({ type, resource: { urn } }) => type !== 'creating' || !urns.has(urn))
  const all = { ...rest, resources }
  return ok(left.length === 0 ? all : { ...all, pending_operations: left })
}

function completed(from: Resource, { id }: Made, there: ReadonlySet<string>): Resource {
  const { pendingReplacement: _, propertyDependencies: __, ...kept } = from
  return {
    ...kept,
    custom: true,
    id,
    outputs: { ...from.inputs },
    dependencies: (from.dependencies ?? []).filter((urn) => there.has(urn)),
    initErrors: [reason],
  }
}

function registeredAs({ urn, registered }: Made, resources: readonly Resource[]): Resource | undefined {
  const provider = resources.find(({ type }) => type === 'pulumi:providers:chancery')
  const root = resources.find(({ type }) => type === 'pulumi:pulumi:Stack')
  if (registered === undefined || provider === undefined || root === undefined) return undefined
  const { type, inputs, parent, dependencies } = registered
  return {
    urn,
    type,
    id: '',
    inputs: z.record(z.string(), z.json()).parse(inputs),
    parent: resources.some((one) => one.urn === parent) ? parent : root.urn,
    dependencies: [...dependencies],
    provider: `${provider.urn}::${provider.id ?? ''}`,
  }
}
