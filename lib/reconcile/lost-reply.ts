import type { Failure } from '../domain/failure.ts'
import { err, type Result } from '../domain/result.ts'
import type { Reply } from '../transport/wire.ts'
import { type Acted, type ActRequest, deliver, judge, observe, read, send } from './attempt.ts'
import type { HostBatch } from './batch.ts'
import { isBusy } from './busy.ts'
import { type Sight, sightOf } from './observation.ts'
import { isOurs } from './ownership.ts'
import { keyOf } from './target.ts'
import { type Lost, unseen } from './unseen.ts'

/**
 * The reply was lost: look, compare with before and with wanted. The same as before means that nothing happened: send once more. What
 * can't be seen stays unknown, and in flight.
 */
export async function resolveLost(
  batch: HostBatch,
  request: ActRequest,
  lost: Lost,
  abort?: AbortSignal,
  anotherTry = triesOf(batch, abort),
): Promise<Result<Acted, Failure>> {
  const now = await lookAgain(batch, request, lost, abort)
  if (!now.ok) return now
  const key = keyOf(request.target)
  if (now.value.hash === request.sight.hash) return sendAgain(batch, request, lost, abort, anotherTry)
  // Removed, but the worker ended before it took our record away: that is what is left to do.
  if (request.operation === 'delete' && now.value.found === null && now.value.owner !== null) {
    batch.resolved(key, 'failed')
    return send(batch, { ...request, steps: [], sight: now.value }, abort)
  }
  const looksSo = judge(request, now.value, [
    'the connection was lost during this act; what is there now was looked at',
  ])
  const { found, owner } = now.value
  const certain =
    looksSo.ok && looksSo.value.short === undefined && owner !== null && isOurs(owner, request.me)
  const judged =
    certain || found === null || request.operation === 'delete'
      ? looksSo
      : await onceFree(batch, request, now.value, lost, abort)
  if (!judged.ok && judged.error.kind === 'unknown') return judged
  batch.resolved(key, judged.ok && judged.value.short === undefined ? 'done' : 'failed')
  return judged
}

/** Looks again and again until the host answers, or no more try is left. */
async function lookAgain(
  batch: HostBatch,
  request: ActRequest,
  lost: Lost,
  abort?: AbortSignal,
): Promise<Result<Sight, Failure>> {
  const anotherTry = triesOf(batch, abort)
  for (;;) {
    const looked = await observe(batch, request.target, abort)
    if (looked.ok)
      return looked.value.state === 'seen'
        ? { ok: true, value: looked.value }
        : err(unseen(request, lost, looked.value.failure))
    const { kind } = looked.error
    if ((kind === 'unreachable' || kind === 'unknown') && (await anotherTry())) continue
    return err(unseen(request, lost, looked.error))
  }
}

/**
 * Neither as before nor as wanted, or without our record: a worker of before may still be at it, or it was somebody else. An act
 * without steps waits until nothing is at work there, tells what there is then, and is refused where it is not ours.
 */
async function onceFree(
  batch: HostBatch,
  request: ActRequest,
  now: Sight,
  lost: Lost,
  abort?: AbortSignal,
): Promise<Result<Acted, Failure>> {
  const looking = { ...request, steps: [], sight: now }
  const answer = await deliverWhenFree(batch, looking, lost, abort)
  if (answer === 'lost again') return err(lost)
  if (!answer.ok) return answer
  const reply = answer.value
  const told = (reply.ok && reply.op !== 'ping') || (!reply.ok && reply.why === 'changed') ? reply : undefined
  if (told === undefined) return read(request, reply)
  const seen = sightOf(request.target, told)
  if (seen.state !== 'seen') return err(unseen(request, lost, seen.failure))
  return judge(request, seen, [
    'the connection was lost during this act; what is there now was looked at once nothing was at work there',
  ])
}

/**
 * Sent once more, when nothing is at work on the host any more: a lost worker may hold it for longer than a look waits. When the host
 * has changed by then, it may have been by the first time. When that reply is lost too, it is looked at again.
 */
async function sendAgain(
  batch: HostBatch,
  request: ActRequest,
  lost: Lost,
  abort: AbortSignal | undefined,
  anotherTry: () => Promise<boolean>,
): Promise<Result<Acted, Failure>> {
  const key = keyOf(request.target)
  const answer = await deliverWhenFree(batch, request, lost, abort)
  if (answer === 'lost again')
    return (await anotherTry()) ? resolveLost(batch, request, lost, abort, anotherTry) : err(lost)
  if (!answer.ok) return answer
  const again = read(request, answer.value)
  if (again.ok || again.error.kind !== 'changed') {
    batch.resolved(key, 'not-begun')
    return again
  }
  const later = await lookAgain(batch, request, lost, abort)
  if (!later.ok) return later
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

/** Unknown where a worker of before is at work there as long as there is time to wait for it, or where nothing can be seen before an act. */
async function deliverWhenFree(
  batch: HostBatch,
  request: ActRequest,
  lost: Lost,
  abort?: AbortSignal,
): Promise<Result<Reply, Failure> | 'lost again'> {
  const anotherTry = triesOf(batch, abort)
  for (;;) {
    const answer = await deliver(batch, request, abort)
    if (!answer.ok) {
      // It was not sent: there may be time for another try.
      if (answer.error.kind === 'unreachable' && (await anotherTry())) continue
      if (answer.error.kind === 'unknown') return 'lost again'
      return err(unseen(request, lost, answer.error))
    }
    const reply = answer.value
    if (isBusy(reply)) {
      if (await anotherTry()) continue
      return err({ ...lost, detail: `${lost.detail}; the host is still at work on a frame of before` })
    }
    return isUnseen(reply) ? err(unseen(request, lost, lookFailure(request, reply))) : answer
  }
}

type LookError = Extract<Reply, { ok: false; why: 'error' }>

/** Its look, before any step, gave no observation. */
const isUnseen = (reply: Reply): reply is LookError =>
  !reply.ok && reply.why === 'error' && reply.step === 'observe' && reply.ran.length === 0

const lookFailure = ({ target }: ActRequest, { error }: LookError): Failure => ({
  kind: 'unobservable',
  host: target.host,
  resource: '',
  because: `${error.message} (${error.fqid}, ${error.category})`,
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
