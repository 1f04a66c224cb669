import type { Failure } from '../domain/failure.ts'
import type { JsonObject } from '../domain/json.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { errorIds, type Step } from '../kinds/kind.ts'
import type { OpBody } from '../transport/port.ts'
import type { Op, Reply, WireError } from '../transport/wire.ts'
import type { HostBatch } from './batch.ts'
import { busyId } from './busy.ts'
import type { Operation } from './decide.ts'
import { planLeaving } from './left-alone.ts'
import { type Script, scriptOf } from './loaded-kind.ts'
import { type Observation, observationOf, type Sight, sightOf } from './observation.ts'
import { describeOwner, isOurs, type Me, nameToTakeFrom, recordOf, sameOwner } from './ownership.ts'
import { lookOf, nameOf, type Target } from './target.ts'

/** How an act ended where something can be said of the thing: what is there, and whether it falls short. */
export type Acted = {
  readonly found: JsonObject | null
  readonly warnings: readonly string[]
  /** Set when the thing exists but is not yet as wanted: a restart is pending, a step failed half-way. */
  readonly short?: Failure
}

export type ActRequest = {
  readonly operation: Operation
  readonly target: Target
  readonly steps: readonly Step[]
  readonly sight: Sight
  readonly adopt: boolean
  readonly me: Me
}

/** Looks at one thing. Failures of the connection come back as they are; `unobservable` is an observation. */
export async function observe(
  batch: HostBatch,
  target: Target,
  abort?: AbortSignal,
): Promise<Result<Observation, Failure>> {
  const answer = await batch.request(
    { op: 'observe', ...lookOf(target) },
    [scriptOf(target.loaded, 'observe')],
    abort,
  )
  return answer.ok ? ok(observationOf(target, answer.value, batch.machine)) : answer
}

/** Sends an act once and reads what came of it. A failure of kind `unknown`: its reply was lost. */
export async function send(
  batch: HostBatch,
  request: ActRequest,
  abort?: AbortSignal,
): Promise<Result<Acted, Failure>> {
  const answer = await deliver(batch, request, abort)
  return answer.ok ? read(request, answer.value) : answer
}

/** Sends an act once; the host's answer as it is. */
export const deliver = (
  batch: HostBatch,
  request: ActRequest,
  abort?: AbortSignal,
): Promise<Result<Reply, Failure>> => batch.request(applyOf(request), scriptsOf(request), abort)

function applyOf({ operation, target, steps, sight, adopt, me }: ActRequest): OpBody {
  return {
    op: 'apply',
    ...lookOf(target),
    expect: sight.hash,
    own: recordOf(me, sight, operation),
    ...takeOver(adopt, sight, me),
    ...(operation === 'delete' ? { release: true } : {}),
    steps: steps.map((s) => ({
      name: s.verb,
      script: scriptOf(target.loaded, s.verb).hash,
      params: s.params,
    })),
    ...limitOf(steps),
  }
}

/** A thing is taken over as it was seen: from nobody, or from the owner that it had then. */
function takeOver(adopt: boolean, { owner }: Sight, me: Me): Pick<Apply, 'adopt' | 'from'> {
  const renamed = owner !== null && isOurs(owner, me) && !sameOwner(owner, me)
  if (!adopt && !renamed) return {}
  if (owner === null || sameOwner(owner, me)) return { adopt: true }
  const { organisation, backend, urn } = owner
  return { from: { organisation, backend, urn } }
}

type Apply = Extract<Op, { op: 'apply' }>

/** Steps that say how long they may take lift the worker's own limit. */
function limitOf(steps: readonly Step[]): { limitMs?: number } {
  if (steps.every((s) => s.limitMs === undefined)) return {}
  return { limitMs: steps.reduce((sum, s) => sum + (s.limitMs ?? 60_000), 60_000) }
}

const scriptsOf = ({ target, steps }: ActRequest): Script[] => [
  scriptOf(target.loaded, 'observe'),
  ...steps.map((s) => scriptOf(target.loaded, s.verb)),
]

/** What an answer says of the act. */
export function read(request: ActRequest, reply: Reply): Result<Acted, Failure> {
  const { target, sight } = request
  const base = { host: target.host, resource: nameOf(target) }
  if (reply.ok) {
    if (reply.op === 'ping') throw new Error('Internal error: an apply was answered as a ping')
    return judge(request, sightOf(target, reply), reply.warnings)
  }
  switch (reply.why) {
    case 'changed':
      return err({ kind: 'changed', ...base, planned: sight.found, now: reply.seen })
    case 'owned':
      return err({
        kind: 'exists',
        ...base,
        owner: reply.owner === null ? undefined : describeOwner(reply.owner),
        ...(reply.owner === null ? {} : { takeFrom: nameToTakeFrom(reply.owner, request.me) }),
      })
    case 'error': {
      const failure = scriptFailure(base, reply.step, reply.error)
      const after = reply.after
      const exists = after !== null && after.seen !== null
      // What exists must stay in the state: a create that failed half-way, an update, a delete that did not happen.
      return exists && (request.operation !== 'delete' || reply.ran.length > 0)
        ? ok({ found: after.seen, warnings: reply.warnings, short: failure })
        : err(failure)
    }
  }
}

/** Ids of our own that say more than "failed" come with nothing changed. */
function scriptFailure(base: { host: string; resource: string }, step: string, error: WireError): Failure {
  const { fqid, category, message } = error
  switch (fqid.split(',')[0]) {
    case errorIds.notYet:
      return { kind: 'deferred', ...base, because: message, fix: 'Run again when it is there.' }
    case busyId:
      return { kind: 'deferred', ...base, because: message, fix: 'Run again once that is done.' }
    case errorIds.managementPath:
    case errorIds.managementPathUnknown:
      return {
        kind: 'refused',
        ...base,
        rule: 'management-path',
        because: message,
        fix: 'Use another network card, or make this change on the console.',
      }
    default:
      return { kind: 'script', ...base, step, fqid, category, message }
  }
}

/** Holds what is there afterwards against what was wanted. */
export function judge(
  request: ActRequest,
  observation: Observation,
  warnings: readonly string[],
): Result<Acted, Failure> {
  const { target, operation } = request
  if (observation.state === 'unobservable') return err(observation.failure)
  const found = observation.found
  if (operation === 'delete') {
    // With no steps it was meant to stay: only the record goes.
    return found === null || request.steps.length === 0
      ? ok({ found, warnings })
      : ok({ found, warnings, short: stillThere(target, 'it is still there after its removal') })
  }
  if (found === null) return err(stillThere(target, 'it is not there after its steps ran'))
  const plan = planLeaving(target, found, found).plan
  const base = { host: target.host, resource: nameOf(target) }
  switch (plan.do) {
    case 'nothing':
      return ok({ found, warnings })
    case 'defer':
      return ok({
        found,
        warnings,
        short: { kind: 'deferred', ...base, because: plan.because, fix: plan.fix },
      })
    default: {
      const what = plan.do === 'steps' ? plan.steps.map((s) => s.because).join('; ') : plan.because
      return ok({
        found,
        warnings,
        short: stillThere(target, `it still differs after its steps ran: ${what}`),
      })
    }
  }
}

const stillThere = (target: Target, because: string): Failure => ({
  kind: 'refused',
  host: target.host,
  resource: nameOf(target),
  rule: 'converged',
  because,
  fix: 'Preview again and compare; the host, not the state, says what is true.',
})
