import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { err, ok, type Result } from '../domain/result.ts'
import { hasCheckpointFile } from './checkpoint.ts'
import { call } from './call.ts'
import { signature } from './passphrase-cipher.ts'
import { readyPlace, type StackPlace } from './place.ts'
import { resourceShape, type StateResource, strayStack } from './resource-shape.ts'
import { readFiledState } from './state-file.ts'
import { checkOwner, foreignState } from './state-owner.ts'
import { type StackFailure, withoutPassword } from './stack-failure.ts'

const exportShape = z.object({
  deployment: z.object({
    resources: z.array(resourceShape).default([]),
    pending_operations: z.array(z.object({ type: z.string(), resource: resourceShape })).default([]),
  }),
})
const listShape = z.array(z.object({ name: z.string(), resourceCount: z.number().optional() }))

export type StackState = {
  readonly resources: readonly StateResource[]
  /** Acts that were begun and whose end was never written: their outcome isn't known. */
  readonly pending: readonly { readonly type: string; readonly resource: StateResource }[]
}

/** The last checkpoint of a stack; undefined when there is no such stack. From a folder it is read without an engine. */
export async function exportState(place: StackPlace): Promise<Result<StackState | undefined, StackFailure>> {
  // It says whose it is also where its secrets stay closed.
  const owned = hasCheckpointFile(place) ? await checkOwner(place) : ok(undefined)
  if (!owned.ok) return owned
  const ready = await readyPlace(place)
  if (!ready.ok) return ready
  const filed = await readFiledState(place)
  switch (filed.kind) {
    case 'none':
      return ok(undefined)
    case 'read':
      return ok({ resources: filed.resources, pending: filed.pending })
    case 'ask-engine':
      return exportThroughEngine(place)
  }
}

async function exportThroughEngine(place: StackPlace): Promise<Result<StackState | undefined, StackFailure>> {
  const printed = await call(place, ['stack', 'export', '--show-secrets', '--stack', place.stack])
  if (!printed.ok) {
    const closed = printed.error.kind === 'backend' && printed.error.problem === 'passphrase'
    const whose = closed && !hasCheckpointFile(place) ? await checkOwner(place) : ok(undefined)
    return whose.ok ? printed : whose
  }
  if (printed.value === undefined) return ok(undefined)
  const { resources, pending } = readExport(printed.value)
  const stray = strayStack([...resources, ...pending.map(({ resource }) => resource)], place)
  const foreign = foreignState(resources, place)
  if (foreign !== undefined) return err(foreign)
  if (stray === undefined) return ok({ resources, pending })
  return err({
    kind: 'backend',
    backendUrl: withoutPassword(place.backendUrl),
    problem: 'other-stack',
    detail: `expected ${place.project}/${place.stack}, got ${stray}`,
  })
}

/** What the engine prints of a state, with its secrets. */
export function readExport(printed: string): StackState {
  const text: unknown = JSON.parse(printed, (_key, value: unknown) => asSentToProviders(value))
  const { resources, pending_operations: pending } = exportShape.parse(text).deployment
  return { resources, pending }
}

/** An export says a secret as JSON text in `plaintext`; a provider gets it as `value`. */
function asSentToProviders(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || !(signature in value) || !('plaintext' in value))
    return value
  const { plaintext, ...mark } = value
  return { ...mark, value: JSON.parse(String(plaintext)) as unknown }
}

/** Names of the project's stacks in the backend, sorted. */
export async function listStacks(place: StackPlace): Promise<Result<readonly string[], StackFailure>> {
  const printed = await call(place, ['stack', 'ls', '--json'])
  if (!printed.ok) return printed
  return ok(
    listShape
      .parse(JSON.parse(printed.value ?? '[]'))
      .map(({ name }) => name)
      .sort(),
  )
}

/**
 * Writes the last checkpoint of a stack into another backend, where the stack is made; secrets stay as they are encrypted, so both
 * places share a passphrase, and the stack's settings (`Pulumi.<stack>.yaml`) must lie in both work folders. False: no such stack.
 */
export async function copyStack(from: StackPlace, to: StackPlace): Promise<Result<boolean, StackFailure>> {
  const owned = await checkOwner(from)
  if (!owned.ok) return owned
  const exported = await call(from, ['stack', 'export', '--stack', from.stack])
  if (!exported.ok || exported.value === undefined) return exported.ok ? ok(false) : exported
  const made = await call(to, ['stack', 'init', to.stack])
  if (!made.ok) return made
  const file = join(to.workFolder, 'checkpoint.json')
  await writeFile(file, exported.value, { mode: 0o600 })
  const imported = await call(to, ['stack', 'import', '--stack', to.stack, '--file', file])
  await rm(file)
  return imported.ok ? ok(true) : imported
}
