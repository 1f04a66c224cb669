import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Json, JsonObject } from '../../lib/domain/json.ts'
import type { Stage } from './points.ts'

type Resource = JsonObject & { readonly urn: string; readonly type: string }

/** A checkpoint that the engine wrote for a stack with one resource of ours; others are made after its pattern. */
export type Pattern = { readonly text: string; readonly stack: string }

export const checkpointFile = (state: string, stack: string): string =>
  join(state, '.pulumi/stacks/chancery', `${stack}.json`)

export const readPattern = (state: string, stack: string): Pattern => ({
  text: readFileSync(checkpointFile(state, stack), 'utf8'),
  stack,
})

/** A thing of a stack: its case, its name in the program, and its host. */
export type StackThing = { readonly stage: Stage; readonly name: string; readonly host: string }

export const urnOf = (stack: string, { stage, name }: Pick<StackThing, 'stage' | 'name'>): string =>
  `urn:pulumi:${stack}::chancery::chancery:${stage.loaded.kind.token}::${name}`

/** Writes the checkpoint of a stack in which the things of cases are, as the last run saw them. */
export function writeCheckpoint(
  state: string,
  stack: string,
  pattern: Pattern,
  things: readonly StackThing[],
): void {
  const document = JSON.parse(pattern.text.replaceAll(pattern.stack, stack)) as {
    readonly checkpoint: { readonly latest: { resources: readonly Resource[] } }
  }
  const { latest } = document.checkpoint
  latest.resources = latest.resources.flatMap((resource) =>
    resource.type.startsWith('chancery:')
      ? things.map((thing) => ({ ...resource, ...recordOf(stack, thing) }))
      : [resource],
  )
  const file = checkpointFile(state, stack)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(document))
}

function recordOf(stack: string, thing: StackThing): Resource {
  const { stage, host } = thing
  const inputs = { ...stage.before, host }
  const { kind } = stage.loaded
  const observed = stage.recorded ?? stage.found
  return {
    urn: urnOf(stack, thing),
    type: `chancery:${stage.loaded.kind.token}`,
    id: `${host}|${stage.loaded.kind.identity(stage.before)}`,
    inputs,
    outputs: { ...inputs, ...(observed === null ? {} : kind.outputs(observed)), observed },
  }
}

type Latest = {
  readonly resources?: readonly Resource[]
  readonly pending_operations?: readonly { readonly type: string; readonly resource: Resource }[]
}

/** Throws where the checkpoint of the stack is torn; none: there is none. */
function latestOf(state: string, stack: string): Latest {
  let text: string
  try {
    text = readFileSync(checkpointFile(state, stack), 'utf8')
  } catch {
    return {}
  }
  const { checkpoint } = JSON.parse(text) as { readonly checkpoint: { readonly latest: Latest | null } }
  return checkpoint.latest ?? {}
}

const entriesOf = ({ resources = [] }: Latest, urn: string): readonly Resource[] =>
  resources.filter((one) => one.urn === urn)

/** What the state says of a thing: its outputs; undefined: it is not in it. */
export function outputsIn(state: string, stack: string, urn: string): JsonObject | undefined {
  const [thing] = entriesOf(latestOf(state, stack), urn)
  return thing?.['outputs'] as { readonly [name: string]: Json } | undefined
}

/** What the state has of a thing as begun or half done: acts whose end was never written, halves of replacements. */
export function unfinishedIn(state: string, stack: string, urn: string): readonly string[] {
  const latest = latestOf(state, stack)
  const begun = (latest.pending_operations ?? []).filter(({ resource }) => resource.urn === urn)
  return [
    ...begun.map(({ type }) => `${type} ${urn}`),
    ...entriesOf(latest, urn).flatMap((thing) =>
      ['delete', 'pendingReplacement']
        .filter((mark) => thing[mark] === true)
        .map((mark) => `${mark} ${thing.urn}`),
    ),
  ]
}

/** Why the state of a stack can't be read; undefined: it can, or there is none. */
export function tornState(state: string, stack: string): string | undefined {
  try {
    latestOf(state, stack)
    return undefined
  } catch (cause) {
    return `the state of ${stack} is torn: ${String(cause).slice(0, 200)}`
  }
}
