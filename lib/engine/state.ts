import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { err, ok, type Result } from '../domain/result.ts'
import { runChild } from './child.ts'
import { checkPlace, engineEnvironment, prepareWorkFolder, type StackPlace } from './place.ts'
import { readFailure, stackNotFound } from './read-failure.ts'
import { resourceShape, type StateResource, strayStack } from './resource-shape.ts'
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

/** The last checkpoint of a stack; undefined when there is no such stack. */
export async function exportState(place: StackPlace): Promise<Result<StackState | undefined, StackFailure>> {
  const printed = await call(place, ['stack', 'export', '--show-secrets', '--stack', place.stack])
  if (!printed.ok || printed.value === undefined) return printed.ok ? ok(undefined) : printed
  const text: unknown = JSON.parse(printed.value, (_key, value: unknown) => asSentToProviders(value))
  const { resources, pending_operations: pending } = exportShape.parse(text).deployment
  const stray = strayStack([...resources, ...pending.map(({ resource }) => resource)], place)
  if (stray === undefined) return ok({ resources, pending })
  return err({
    kind: 'backend',
    backendUrl: withoutPassword(place.backendUrl),
    problem: 'other-stack',
    detail: `expected ${place.project}/${place.stack}, got ${stray}`,
  })
}

const signature = '4dabf18193072939515e22adb298388d'

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

/** What the engine prints; undefined when it knows no such stack. */
export async function call(
  place: StackPlace,
  args: readonly string[],
): Promise<Result<string | undefined, StackFailure>> {
  const sound = await checkPlace(place)
  if (!sound.ok) return sound
  const prepared = await prepareWorkFolder(place)
  if (!prepared.ok) return prepared
  const exit = await runChild(place.enginePath, [...args, '--non-interactive', '--color', 'never'], {
    cwd: place.workFolder,
    env: engineEnvironment(place, {}),
  })
  if (exit.kind === 'exited' && exit.code === 0) return ok(exit.stdout)
  if (exit.kind === 'exited' && exit.code === stackNotFound) return ok(undefined)
  const stderr = exit.kind === 'exited' ? exit.stderr : exit.detail
  return err(readFailure({ ...place, stderr, events: [], thrown: undefined, interruptLevel: 0 }))
}
