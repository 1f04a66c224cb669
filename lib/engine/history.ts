import { z } from 'zod'
import { ok, type Result } from '../domain/result.ts'
import type { StackPlace } from './place.ts'
import type { StackFailure } from './stack-failure.ts'
import { call } from './call.ts'

const updateShape = z.object({
  kind: z.string(),
  startTime: z.string(),
  endTime: z.string().optional(),
  message: z.string().default(''),
  result: z.string(),
  resourceChanges: z.record(z.string(), z.number()).nullish(),
})

/** One run of the engine that could change a stack, as the backend keeps it. */
export type StackUpdate = {
  /** `update`, `destroy`, `refresh`, `import`. */
  readonly kind: string
  /** ISO 8601, UTC, of the machine that ran it. */
  readonly started: string
  /** Absent: it was cut off, or runs now. */
  readonly ended?: string
  readonly message: string
  /** `succeeded`, `failed`, `in-progress`, `not-started`. */
  readonly result: string
  readonly changes: { readonly [op: string]: number }
}

/** What was run on a stack, the latest first; undefined when there is no such stack. */
export async function stackHistory(
  place: StackPlace,
  limit: number,
): Promise<Result<readonly StackUpdate[] | undefined, StackFailure>> {
  const args = [
    'stack',
    'history',
    '--json',
    '--stack',
    place.stack,
    '--page-size',
    String(limit),
    '--page',
    '1',
  ]
  const printed = await call(place, args)
  if (!printed.ok) return printed
  if (printed.value === undefined) return ok(undefined)
  const text = printed.value.trim()
  const updates = z.array(updateShape).parse(text === '' ? [] : JSON.parse(text))
  return ok(
    updates.map(({ kind, startTime, endTime, message, result, resourceChanges }) => ({
      kind,
      started: startTime,
      ...(endTime === undefined ? {} : { ended: endTime }),
      message,
      result,
      changes: resourceChanges ?? {},
    })),
  )
}
