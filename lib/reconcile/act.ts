import type { Failure } from '../domain/failure.ts'
import type { JsonObject } from '../domain/json.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { errorIds, type Step } from '../kinds/kind.ts'
import type { OpBody } from '../transport/port.ts'
import type { Op, Reply, WireError } from '../transport/wire.ts'
import type { HostBatch } from './batch.ts'
import { busyId, isBusy } from './busy.ts'
import type { Operation } from './decide.ts'
import { planLeaving } from './left-alone.ts'
import { type Script, scriptOf } from './loaded-kind.ts'
import { type Observation, observationOf, type Sight, sightOf } from './observation.ts'
import { describeOwner, isOurs, type Me, nameToTakeFrom, recordOf, sameOwner } from './ownership.ts'
import { keyOf, lookOf, nameOf, type Target } from './target.ts'

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

/** Runs the steps under guard and says what is there afterwards. A lost reply is resolved by looking, never by repeating blindly. */
export async function act(
  batch: HostBatch,
  request: ActRequest,
  abort?: AbortSignal,
): Promise<Result<Acted, Failure>> {
  const first = await send(batch, request, abort)
  if (first.ok || first.error.kind !== 'unknown') return first
  return resolve(batch, request, first.error, abort)
}

async function send(
  batch: HostBatch,
  request: ActRequest,
  abort?: AbortSignal,
): Promise<Result<Acted, Failure>> {
  const answer = await deliver(batch, request, abort)
  return answer.ok ? read(request, answer.value) : answer
}

const deliver = (
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

function read(request: ActRequest, reply: Reply): Result<Acted, Failure> {
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
function judge(
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

/** Waits before each other try; gives false once a person stops it or there is no more time. */
function triesOf(batch: HostBatch, abort?: AbortSignal): () => Promise<boolean> {
  const began = batch.now()
  const allowed = batch.patience.leftMs(began)
  let [attempt, waited] = [2, 0]
  return async () => {
    // A clock that was set back, or stands still, makes nobody wait for ever.
    const left = allowed - Math.max(waited, batch.now() - began)
    const wait = await batch.pause(attempt, left, abort)
    attempt += 1
    waited += wait ?? 0
    return wait !== undefined
  }
}

/** Looks again and again until the host answers, or no more try is left; then with what is known. */
async function lookAgain(
  batch: HostBatch,
  target: Target,
  abort?: AbortSignal,
): Promise<Result<Observation, Failure>> {
  const anotherTry = triesOf(batch, abort)
  for (;;) {
    const looked = await observe(batch, target, abort)
    if (looked.ok || (looked.error.kind !== 'unreachable' && looked.error.kind !== 'unknown')) return looked
    if (!(await anotherTry())) return looked
  }
}

/** The reply was lost: look, compare with before and with wanted. The same as before means that nothing happened: send once more. */
async function resolve(
  batch: HostBatch,
  request: ActRequest,
  lost: Failure,
  abort?: AbortSignal,
): Promise<Result<Acted, Failure>> {
  const { target, sight } = request
  const looked = await lookAgain(batch, target, abort)
  if (!looked.ok) return looked.error.kind === 'unreachable' ? err(lost) : looked
  const now = looked.value
  if (now.state === 'unobservable') return err(now.failure)
  const key = keyOf(target)
  if (now.hash === sight.hash) return sendAgain(batch, request, lost, abort)
  // Removed, but the worker ended before it took our record away: that is what is left to do.
  if (request.operation === 'delete' && now.found === null && now.owner !== null) {
    batch.resolved(key, 'failed')
    return send(batch, { ...request, steps: [], sight: now }, abort)
  }
  const looksSo = judge(request, now, [
    'the connection was lost during this act; what is there now was looked at',
  ])
  const certain =
    looksSo.ok && looksSo.value.short === undefined && now.owner !== null && isOurs(now.owner, request.me)
  const judged =
    certain || now.found === null || request.operation === 'delete'
      ? looksSo
      : await onceFree(batch, request, now, lost, abort)
  if (judged === 'held') return err(stillHeld(lost))
  batch.resolved(key, judged.ok && judged.value.short === undefined ? 'done' : 'failed')
  return judged
}

/**
 * Neither as before nor as wanted, or without our record: a worker of before may still be at it, or it was somebody else. An act
 * without steps waits until nothing is at work there, tells what there is then, and is refused where it is not ours.
 */
async function onceFree(
  batch: HostBatch,
  request: ActRequest,
  now: Sight,
  lost: Failure,
  abort?: AbortSignal,
): Promise<Result<Acted, Failure> | 'held'> {
  const answer = await deliverWhenFree(batch, { ...request, steps: [], sight: now }, abort)
  if (answer === 'held' || !answer.ok) return answer
  const reply = answer.value
  const seen = (reply.ok && reply.op !== 'ping') || (!reply.ok && reply.why === 'changed') ? reply : undefined
  return seen === undefined
    ? read(request, reply)
    : judge(request, sightOf(request.target, seen), [
        'the connection was lost during this act; what is there now was looked at once nothing was at work there',
      ])
}

/**
 * Sent once more, when nothing is at work on the host any more: a lost worker may hold it for longer than a look waits. When the host
 * has changed by then, it may have been by the first time.
 */
async function sendAgain(
  batch: HostBatch,
  request: ActRequest,
  lost: Failure,
  abort?: AbortSignal,
): Promise<Result<Acted, Failure>> {
  const { target } = request
  const key = keyOf(target)
  const answer = await deliverWhenFree(batch, request, abort)
  if (answer === 'held') return err(stillHeld(lost))
  if (!answer.ok) return answer
  const again = read(request, answer.value)
  if (again.ok || again.error.kind !== 'changed') {
    batch.resolved(key, 'not-begun')
    return again
  }
  const later = await lookAgain(batch, target, abort)
  if (!later.ok || later.value.state === 'unobservable') return again
  const { found, owner } = later.value
  if (request.operation === 'delete' && found === null && owner !== null) {
    batch.resolved(key, 'failed')
    return send(batch, { ...request, steps: [], sight: later.value }, abort)
  }
  const judged = judge(request, later.value, ['the connection was lost during this act, which ended later'])
  const { short } = judged.ok ? judged.value : { short: judged.error }
  batch.resolved(key, short === undefined ? 'done' : 'failed')
  return short === undefined || short.kind === 'deferred' ? judged : again
}

/** `held`: a worker of before is at work there as long as there is time to wait for it, so nothing ran. */
async function deliverWhenFree(
  batch: HostBatch,
  request: ActRequest,
  abort?: AbortSignal,
): Promise<Result<Reply, Failure> | 'held'> {
  const anotherTry = triesOf(batch, abort)
  for (;;) {
    const answer = await deliver(batch, request, abort)
    if (!answer.ok || !isBusy(answer.value)) return answer
    if (!(await anotherTry())) return 'held'
  }
}

const stillHeld = (lost: Failure): Failure =>
  lost.kind === 'unknown'
    ? { ...lost, detail: `${lost.detail}; the host is still at work on a frame of before` }
    : lost
