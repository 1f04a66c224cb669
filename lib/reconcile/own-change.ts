import { isDeepStrictEqual } from 'node:util'
import type { Failure } from '../domain/failure.ts'
import type { JsonObject } from '../domain/json.ts'
import { ok, type Result } from '../domain/result.ts'
import type { Step } from '../kinds/kind.ts'
import { act, type Acted, type ActRequest, observe } from './act.ts'
import type { HostBatch } from './batch.ts'
import { planLeaving } from './left-alone.ts'

/**
 * Acts, and once more where the thing looks otherwise for no other reason than what was done before to what it refers to: a switch that
 * was renamed shows in every machine that is on it. Then only steps that were planned run, under guard of how it looks now.
 */
export async function actAfterOthers(
  batch: HostBatch,
  request: ActRequest,
  abort?: AbortSignal,
): Promise<Result<Acted, Failure>> {
  const first = await act(batch, request, abort)
  if (first.ok || first.error.kind !== 'changed' || first.error.now === null) return first
  if (remaining(request, first.error.now) === undefined) return first
  const looked = await observe(batch, request.target, abort)
  if (!looked.ok || looked.value.state !== 'seen' || looked.value.found === null) return first
  const sight = looked.value
  const steps = remaining(request, looked.value.found)
  if (steps === undefined) return first
  if (steps.length === 0 && request.operation === 'update' && sight.owner !== null)
    return ok({ found: sight.found, warnings: [] })
  return act(batch, { ...request, steps, sight }, abort)
}

/** What is left to do of the planned steps; undefined where it differs in more than references, or other steps are due. */
function remaining({ target, sight, steps }: ActRequest, now: JsonObject): readonly Step[] | undefined {
  const { found } = sight
  const { references } = target.loaded.kind
  if (found === null) return undefined
  const names = new Set([...Object.keys(found), ...Object.keys(now)])
  const differs = [...names].filter((name) => !isDeepStrictEqual(found[name], now[name]))
  if (differs.length === 0 || differs.some((name) => !references.includes(name))) return undefined
  const { plan } = planLeaving(target, now, target.recorded)
  if (plan.do === 'nothing') return []
  if (plan.do !== 'steps') return undefined
  const planned = (one: Step): boolean =>
    steps.some(({ verb, params }) => verb === one.verb && isDeepStrictEqual(params, one.params))
  return plan.steps.every(planned) ? plan.steps : undefined
}
