import type { JsonObject } from '../../domain/json.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Site } from '../../domain/site.ts'
import { describeCheckpointFailure, hasCheckpointFile, readCheckpoint } from '../../engine/checkpoint.ts'
import { withSecrets } from '../../engine/checkpoint-secrets.ts'
import type { StackPlace } from '../../engine/place.ts'
import { describeStackFailure } from '../../engine/stack-failure.ts'
import type { StateResource } from '../../engine/resource-shape.ts'
import { exportState } from '../../engine/state.ts'
import { commandType } from '../../provider/command/free-command.ts'
import { inputsOf } from '../../provider/inputs.ts'
import { lastRun, targetOf } from '../../provider/resource-state.ts'
import type { Catalogue } from '../../reconcile/loaded-kind.ts'
import type { Target } from '../../reconcile/target.ts'
import type { StackHome } from '../run/stacks.ts'

/** What a program says today of what is to be left as found, by URN. */
export type LeaveToday = ReadonlyMap<
  string,
  { readonly accept: JsonObject[string] | undefined; readonly ignored: readonly string[] }
>

/** A resource as it was applied last. */
export type Applied = {
  readonly target: Target
  /** Inputs of which nothing is shown. */
  readonly secrets: ReadonlySet<string>
  /** When the state of it was last written, ms. */
  readonly at: number | undefined
}

export type AppliedStack = {
  /** False: there is no such stack. */
  readonly exists: boolean
  readonly applied: readonly Applied[]
  /** Names of what can't be compared, each with why. */
  readonly strange: readonly { readonly urn: string; readonly because: string }[]
  /** URNs of acts that were begun and whose end was never written. */
  readonly pending: readonly string[]
  readonly commands: number
}

/** With an engine only where the state is not in a folder. */
export type Home = StackHome | StackPlace

/** What was applied last at a site. The error is a sentence; no host was touched. */
export async function appliedAt(
  site: Site,
  home: Home,
  catalogue: Catalogue,
  today: LeaveToday,
  now: number,
): Promise<Result<AppliedStack, string>> {
  const state = hasCheckpointFile(home) ? await fromFile(home) : await fromEngine(home)
  if (!state.ok) return state
  const none = { exists: false, applied: [], strange: [], pending: [], commands: 0 }
  if (state.value === undefined) return ok(none)
  const applied: Applied[] = []
  const strange: { urn: string; because: string }[] = []
  for (const resource of state.value.resources.filter(isOurs)) {
    const loaded = catalogue.get(resource.type.slice(prefix.length))
    const parts = loaded === undefined ? undefined : inputsOf(loaded, resource.inputs)
    const because =
      loaded === undefined || parts === undefined
        ? `${resource.type} is not a kind of this version`
        : !site.hosts.some(({ id }) => id === parts.host)
          ? `its host ${JSON.stringify(parts.host)} is no host of ${site.id} in the inventory`
          : inputsProblem(loaded.kind.props.safeParse(parts.want).error)
    if (because !== undefined || loaded === undefined || parts === undefined) {
      strange.push({ urn: resource.urn, because: because ?? '' })
      continue
    }
    const left = today.get(resource.urn)
    const inputs =
      left === undefined ? parts : inputsOf(loaded, { ...resource.inputs, accept: left.accept ?? null })
    const call = { urn: resource.urn, loaded }
    const ignored = left?.ignored ?? resource.ignoreChanges
    const at = resource.modified === undefined ? undefined : Date.parse(resource.modified)
    applied.push({
      target: targetOf(call, inputs, lastRun(loaded, resource.outputs), now, ignored),
      secrets: inputs.secrets,
      at: at === undefined || Number.isNaN(at) ? undefined : at,
    })
  }
  const commands = state.value.resources.filter(({ type }) => type === commandType).length
  return ok({ exists: true, applied, strange, pending: state.value.pending, commands })
}

const prefix = 'chancery:'

const isOurs = (resource: StateResource): boolean =>
  resource.custom && resource.type.startsWith(prefix) && !resource.delete && !resource.pendingReplacement

type Issues = {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]
}

function inputsProblem(error: Issues | undefined): string | undefined {
  const issue = error?.issues[0]
  return issue && `its inputs do not fit this version: ${issue.path.map(String).join('.')}: ${issue.message}`
}

type State = { readonly resources: readonly StateResource[]; readonly pending: readonly string[] }

async function fromFile(home: Home): Promise<Result<State | undefined, string>> {
  const read = await readCheckpoint(home)
  if (!read.ok) return err(describeCheckpointFailure(read.error))
  if (read.value === undefined) return ok(undefined)
  const { resources, pending } = read.value
  const ours = resources.filter(isOurs)
  const opened = await withSecrets(
    ours.flatMap(({ inputs, outputs }) => [inputs, outputs]),
    read.value,
    home,
  )
  if (!opened.ok) return err(describeCheckpointFailure(opened.error))
  const plain = ours.map((resource, i) => ({
    ...resource,
    inputs: opened.value[2 * i] ?? {},
    outputs: opened.value[2 * i + 1] ?? {},
  }))
  const others = resources.filter((resource) => !isOurs(resource))
  return ok({ resources: [...plain, ...others], pending: pending.map(({ resource }) => resource.urn) })
}

async function fromEngine(home: Home): Promise<Result<State | undefined, string>> {
  if (!('enginePath' in home)) throw new Error('Internal error: a state outside a folder needs an engine')
  const state = await exportState(home)
  if (!state.ok) return err(describeStackFailure(state.error))
  return ok(
    state.value && {
      resources: state.value.resources,
      pending: state.value.pending.map(({ resource }) => resource.urn),
    },
  )
}
