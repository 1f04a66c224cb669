import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { err, ok, type Result } from '../domain/result.ts'
import { call } from './call.ts'
import { withOwnLock } from './own-lock.ts'
import type { StackPlace } from './place.ts'
import { describeStackFailure } from './stack-failure.ts'
import { currentOf, replaceCopy } from './state-copies.ts'

const whole = z.looseObject({})
const checkpointFile = z.looseObject({ checkpoint: z.looseObject({ latest: whole.nullish() }) })
const exportFile = z.looseObject({ deployment: whole })

/** What becomes of a deployment; undefined: it stays as it is. The error says why it can't be changed. */
export type Edit = (deployment: object) => Result<object | undefined, string>

/**
 * Changes a state that lies in a folder, while its lock is held. `none`: what is answered where there is no state.
 * Source of the layout: pulumi sdk/go/common/apitype/core.go, 3.259.
 */
export function editInFolder(
  place: StackPlace,
  edit: Edit,
  none: Result<void, string>,
): Promise<Result<void, string>> {
  const root = fileURLToPath(place.backendUrl)
  return withOwnLock(root, place, async () => {
    const current = await currentOf(root, place)
    const file = current && checkpointFile.parse(JSON.parse(current.text))
    const latest = file?.checkpoint.latest ?? undefined
    if (current === undefined || file === undefined || latest === undefined) return none
    const edited = edit(latest)
    if (!edited.ok) return edited
    if (edited.value === undefined) return ok(undefined)
    const checkpoint = { ...file.checkpoint, latest: edited.value }
    return replaceCopy(current, JSON.stringify({ ...file, checkpoint }))
  })
}

/**
 * Changes a state that lies elsewhere: the engine exports it and imports it again. It takes every begun act from what it imports. Between
 * its reading and its writing, which takes the lock, no run can begin and end.
 */
export async function editThroughEngine(
  place: StackPlace,
  edit: Edit,
  none: Result<void, string>,
): Promise<Result<void, string>> {
  const exported = await call(place, ['stack', 'export', '--stack', place.stack])
  if (!exported.ok) return err(describeStackFailure(exported.error))
  if (exported.value === undefined) return none
  const read = exportFile.parse(JSON.parse(exported.value))
  const edited = edit(read.deployment)
  if (!edited.ok) return edited
  if (edited.value === undefined) return ok(undefined)
  const file = join(place.workFolder, 'edited-state.json')
  await writeFile(file, JSON.stringify({ ...read, deployment: edited.value }), { mode: 0o600 })
  const imported = await call(place, ['stack', 'import', '--stack', place.stack, '--file', file])
  await rm(file)
  return imported.ok ? ok(undefined) : err(describeStackFailure(imported.error))
}
