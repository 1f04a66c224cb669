import type { Failure } from '../domain/failure.ts'
import type { Result } from '../domain/result.ts'
import { type Acted, type ActRequest, send } from './attempt.ts'
import type { HostBatch } from './batch.ts'
import { resolveLost } from './lost-reply.ts'

export { type Acted, type ActRequest, observe } from './attempt.ts'

/** Runs the steps under guard and says what is there afterwards. A lost reply is resolved by looking, never by repeating blindly. */
export async function act(
  batch: HostBatch,
  request: ActRequest,
  abort?: AbortSignal,
): Promise<Result<Acted, Failure>> {
  const first = await send(batch, request, abort)
  if (first.ok || first.error.kind !== 'unknown') return first
  return resolveLost(batch, request, first.error, abort)
}
