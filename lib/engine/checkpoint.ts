import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { foreignStateText } from '../domain/organisation-mark.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { organisationOf, resourceShape, type StateResource, strayStack } from './resource-shape.ts'

const deploymentShape = z.object({
  secrets_providers: z.object({ type: z.string(), state: z.json().optional() }).optional(),
  resources: z.array(resourceShape).default([]),
  pending_operations: z.array(z.object({ type: z.string(), resource: resourceShape })).default([]),
})

const checkpointShape = z.object({
  stack: z.string(),
  latest: deploymentShape.nullish(),
})

/** Versions of the format that are read here. From 4 on a file names the features that it uses. */
const versions: readonly number[] = [3, 4]
/** Features of version 4 that change nothing of what is read here. Source: pulumi pkg/resource/stack, 3.259. */
const features: ReadonlySet<string> = new Set([
  'refreshBeforeUpdate',
  'views',
  'hooks',
  'taint',
  'replaceWith',
])

export type Checkpoint = {
  readonly file: string
  /** Secrets in them are still encrypted. */
  readonly resources: readonly StateResource[]
  /** Acts that were begun and whose end was never written. */
  readonly pending: readonly { readonly type: string; readonly resource: StateResource }[]
  /** How its secrets are encrypted; undefined where it has no state of a secrets provider. */
  readonly secrets: { readonly type: string; readonly state: unknown } | undefined
}

/** Why a checkpoint file can't be used. Nothing was written and no host was touched. */
export type CheckpointFailure =
  /** Cut off, or not a checkpoint at all. */
  | { readonly kind: 'unreadable'; readonly file: string; readonly detail: string }
  /** Written by an engine that knows more than this program. */
  | { readonly kind: 'newer'; readonly file: string; readonly detail: string }
  | { readonly kind: 'other-stack'; readonly file: string; readonly expected: string; readonly got: string }
  /** It says that it is another organisation's. */
  | {
      readonly kind: 'other-organisation'
      readonly file: string
      readonly stack: string
      readonly expected: string
      readonly got: string
    }
  /** Its secrets can't be decrypted. */
  | { readonly kind: 'secrets'; readonly file: string; readonly detail: string; readonly fix: string }

export function describeCheckpointFailure(failure: CheckpointFailure): string {
  switch (failure.kind) {
    case 'unreadable':
      return `The checkpoint ${failure.file} can't be read: ${failure.detail}. No host was touched. The engine keeps the one before it beside it, with .bak at its end; compare, and put that in its place.`
    case 'newer':
      return `The checkpoint ${failure.file} was written by a newer Pulumi: ${failure.detail}. No host was touched. Update chancery, or use the version that wrote it.`
    case 'other-stack':
      return `The checkpoint ${failure.file} is of another stack: expected ${failure.expected}, got ${failure.got}. No host was touched. Put the right file there, or correct the state backend in the inventory.`
    case 'other-organisation':
      return `In ${failure.file} ${foreignStateText(failure.stack, failure.expected, failure.got)}`
    case 'secrets':
      return `The secrets in the checkpoint ${failure.file} can't be decrypted: ${failure.detail}. No host was touched. ${failure.fix}`
  }
}

/** Whose state a checkpoint must be. `organisation` as in `StackPlace`: absent = anybody's. */
type StackName = { readonly project: string; readonly stack: string; readonly organisation?: string }

/** True where a stack's checkpoint is a file that `readCheckpoint` reads. */
export const hasCheckpointFile = ({ backendUrl }: { readonly backendUrl: string }): boolean =>
  backendUrl.startsWith('file:///')

/**
 * The last checkpoint of a stack in a backend that is a folder, without starting the engine; undefined where there is no such
 * stack. The engine replaces the file by a rename, so what is read is whole or was broken by something else.
 */
export async function readCheckpoint(
  place: StackName & { readonly backendUrl: string },
): Promise<Result<Checkpoint | undefined, CheckpointFailure>> {
  const folder = join(fileURLToPath(place.backendUrl), '.pulumi/stacks', place.project)
  const file = join(folder, `${place.stack}.json`)
  try {
    return parseCheckpoint(await readFile(file, 'utf8'), file, place)
  } catch (error) {
    if (!isMissing(error)) return err({ kind: 'unreadable', file, detail: messageOf(error) })
  }
  const packed = `${file}.gz`
  try {
    return parseCheckpoint(gunzipSync(await readFile(packed)).toString('utf8'), packed, place)
  } catch (error) {
    return isMissing(error)
      ? ok(undefined)
      : err({ kind: 'unreadable', file: packed, detail: messageOf(error) })
  }
}

/** Reads the text of a checkpoint file of this stack. Pure. */
export function parseCheckpoint(
  text: string,
  file: string,
  { project, stack, organisation }: StackName,
): Result<Checkpoint, CheckpointFailure> {
  const unreadable = (detail: string) => err({ kind: 'unreadable', file, detail } as const)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    const end = text.trimEnd().endsWith('}') ? '' : `; it is cut off after ${Buffer.byteLength(text)} bytes`
    return unreadable(text === '' ? 'it is empty' : `it is not JSON${end} (${plainly(error)})`)
  }
  const version = versionOf(json)
  if (version === undefined) return unreadable('it has no version and checkpoint')
  if (version.number > Math.max(...versions))
    return err({
      kind: 'newer',
      file,
      detail: `version ${version.number}, expected ${versions.join(' or ')}`,
    })
  if (!versions.includes(version.number))
    return unreadable(`version ${version.number}, expected ${versions.join(' or ')}`)
  const strange = version.features.filter((feature) => !features.has(feature))
  if (strange.length > 0)
    return err({ kind: 'newer', file, detail: `it uses ${strange.join(', ')}, which are not known here` })
  const parsed = checkpointShape.safeParse(version.checkpoint)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return unreadable(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a checkpoint'}`)
  }
  const other = otherStack(parsed.data, project, stack)
  if (other !== undefined)
    return err({ kind: 'other-stack', file, expected: `${project}/${stack}`, got: other })
  const latest = parsed.data.latest
  const owner = organisationOf(latest?.resources ?? [])
  if (organisation !== undefined && owner !== undefined && owner !== organisation)
    return err({ kind: 'other-organisation', file, stack, expected: organisation, got: owner })
  const provider = latest?.secrets_providers
  return ok({
    file,
    resources: latest?.resources ?? [],
    pending: latest?.pending_operations ?? [],
    secrets: provider === undefined ? undefined : { type: provider.type, state: provider.state ?? null },
  })
}

const headShape = z.object({
  version: z.number().int(),
  features: z.array(z.string()).default([]),
  checkpoint: z.unknown(),
})

function versionOf(json: unknown): { number: number; features: string[]; checkpoint: unknown } | undefined {
  const head = headShape.safeParse(json)
  if (!head.success || head.data.checkpoint === undefined) return undefined
  return { number: head.data.version, features: head.data.features, checkpoint: head.data.checkpoint }
}

/** The stack that the file says it is, or that its resources are of, where that is not the one expected. */
function otherStack(
  checkpoint: z.infer<typeof checkpointShape>,
  project: string,
  stack: string,
): string | undefined {
  const named = checkpoint.stack.split('/').slice(-2)
  if (named.at(-1) !== stack || (named.length > 1 && named[0] !== project)) return named.join('/')
  const { resources = [], pending_operations: pending = [] } = checkpoint.latest ?? {}
  return strayStack([...resources, ...pending.map(({ resource }) => resource)], { project, stack })
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
/** Node's message quotes the text, in which there may be anything. */
const plainly = (error: unknown): string =>
  /at position \d+|Unexpected end of JSON input/.exec(messageOf(error))?.[0] ?? 'malformed'
