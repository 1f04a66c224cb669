import { z } from 'zod'
import { err, ok, type Result } from '../domain/result.ts'
import { hasCheckpointFile, readCheckpoint } from './checkpoint.ts'
import type { StackPlace } from './place.ts'
import { type Marked, organisationOf, resourceShape } from './resource-shape.ts'
import { type StackFailure, withoutPassword } from './stack-failure.ts'
import { call } from './call.ts'

type Of = Pick<StackPlace, 'backendUrl' | 'stack' | 'organisation'>

/** The failure of using the state of another organisation; undefined: it is ours, or nobody's yet. */
export function foreignState(
  resources: readonly Marked[],
  { backendUrl, stack, organisation }: Of,
): StackFailure | undefined {
  const got = organisationOf(resources)
  return organisation === undefined || got === undefined || got === organisation
    ? undefined
    : {
        kind: 'other-organisation',
        backendUrl: withoutPassword(backendUrl),
        stack,
        expected: organisation,
        got,
      }
}

const exportShape = z.object({
  deployment: z.object({ resources: z.array(resourceShape).default([]) }),
})

/** Holds the state of a stack to the organisation of the place, decrypting nothing. A state that can't be read is nobody's here. */
export async function checkOwner(place: StackPlace): Promise<Result<void, StackFailure>> {
  if (place.organisation === undefined) return ok(undefined)
  if (hasCheckpointFile(place)) {
    const read = await readCheckpoint(place)
    if (read.ok || read.error.kind !== 'other-organisation') return ok(undefined)
    const { stack, expected, got } = read.error
    return err({ kind: 'other-organisation', backendUrl: place.backendUrl, stack, expected, got })
  }
  const printed = await call(place, ['stack', 'export', '--stack', place.stack])
  if (!printed.ok) return printed
  const parsed = exportShape.safeParse(JSON.parse(printed.value ?? '{}'))
  const foreign = parsed.success ? foreignState(parsed.data.deployment.resources, place) : undefined
  return foreign === undefined ? ok(undefined) : err(foreign)
}
