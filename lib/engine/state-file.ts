import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Json } from '../domain/json.ts'
import { hasCheckpointFile, readCheckpoint } from './checkpoint.ts'
import { withSecrets } from './checkpoint-secrets.ts'
import { isSealed, type PassphraseSource } from './passphrase-cipher.ts'
import type { StackPlace } from './place.ts'
import type { StateResource } from './resource-shape.ts'

type InFile = Pick<StackPlace, 'backendUrl' | 'project' | 'stack' | 'organisation'>

/** What the files of a backend say of a stack. */
export type FiledState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'read'
      readonly resources: readonly StateResource[]
      readonly pending: readonly { readonly type: string; readonly resource: StateResource }[]
    }
  /** It is no folder, or one that only the engine can read or complain of. */
  | { readonly kind: 'ask-engine' }

const askEngine: FiledState = { kind: 'ask-engine' }

/**
 * The last checkpoint of a stack with its secrets, as an export of the engine would have it, without starting one. What is not plainly
 * a state of this stack, or has a secret that can't be opened here, is left to the engine, which says in its words what is wrong.
 */
export async function readFiledState(place: InFile & PassphraseSource): Promise<FiledState> {
  if (!hasCheckpointFile(place) || !(await isKnownLayout(place.backendUrl))) return askEngine
  const read = await readCheckpoint(place)
  if (!read.ok) return askEngine
  const checkpoint = read.value
  if (checkpoint === undefined) return { kind: 'none' }
  const { resources, pending } = checkpoint
  const all = [...resources, ...pending.map(({ resource }) => resource)]
  const opened = await withSecrets(
    all.flatMap(({ inputs, outputs }) => [inputs, outputs]),
    checkpoint,
    place,
  )
  // A secret within a secret is kept otherwise.
  if (!opened.ok || opened.value.some(hasSealed)) return askEngine
  const plain = all.map((resource, i) => ({
    ...resource,
    inputs: opened.value[2 * i] ?? {},
    outputs: opened.value[2 * i + 1] ?? {},
  }))
  return {
    kind: 'read',
    resources: plain.slice(0, resources.length),
    pending: pending.map(({ type }, i) => ({ type, resource: plain[resources.length + i]! })),
  }
}

/** Whether there is such a stack, where the files tell it; undefined where only the engine can. */
export async function isFiled(place: InFile): Promise<boolean | undefined> {
  if (!hasCheckpointFile(place) || !(await isKnownLayout(place.backendUrl))) return undefined
  const read = await readCheckpoint(place)
  return read.ok ? read.value !== undefined : undefined
}

/**
 * True where the stacks lie in a folder a project, as they do since version 1 of the layout, or where there are none yet.
 * Source: pulumi pkg/backend/diy/meta.go, 3.259.
 */
async function isKnownLayout(backendUrl: string): Promise<boolean> {
  const books = join(fileURLToPath(backendUrl), '.pulumi')
  const text = await readFile(join(books, 'meta.yaml'), 'utf8').catch(() => undefined)
  if (text !== undefined) return /^version: 1\s*$/m.test(text)
  return stat(books).then(() => false, isMissing)
}

const isMissing = (error: NodeJS.ErrnoException): boolean => error.code === 'ENOENT'

function hasSealed(value: Json): boolean {
  if (value === null || typeof value !== 'object') return false
  return isSealed(value) || Object.values(value).some(hasSealed)
}
