import type { Clock } from '../../domain/clock.ts'
import type { Failure } from '../../domain/failure.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { BreakerOpen } from '../../link/door.ts'
import { fencedBy, fencedFor } from '../fenced.ts'
import { passed, soon } from '../passing.ts'
import type { BringOptions } from './bring-options.ts'
import { deliveryChannel } from './channel.ts'
import type { Delivered, DeliveryFailure, DeliveryProgress, DeliverySource } from './contract.ts'
import { failureOf } from './failure-of.ts'
import { receiverPayload } from './payload.ts'
import { chunkBytesFor, unansweredFor } from './sizes.ts'
import { receiverCommand } from './wire.ts'

/** How one try to bring a content ended. */
export type Tried =
  | { readonly kind: 'ended'; readonly result: Result<Delivered, Failure> }
  /** The window closed, another process waits for the link, or what is left waits for another line. */
  | { readonly kind: 'paused' }
  /** What arrived had another sum: sent again, not for ever. */
  | { readonly kind: 'wrong'; readonly failure: Failure }
  /** `until`: not again before this instant. `told`: the breaker knows. */
  | { readonly kind: 'lost'; readonly detail: string; readonly until?: number; readonly told?: boolean }

/** Without a byte from the host for this long while an answer is due a channel counts as lost, ms. */
const silenceMs = 90_000

/** One channel, from its turn on the link to its end. `closes`: when the window does; `onProgress` says whether to go on. */
export async function attempt(
  content: DeliverySource,
  options: BringOptions,
  closes: number | undefined,
  onProgress: (progress: DeliveryProgress) => boolean,
): Promise<Tried> {
  const { door, port, clock, abort } = options
  const stop = new AbortController()
  const over = new AbortController()
  const stopped = abort === undefined ? stop.signal : AbortSignal.any([abort, stop.signal])
  // A chunk has arrived: no better place to let another process have its turn. It costs what is on its way of the next one.
  const afterChunk = (progress: DeliveryProgress): void => {
    const goesOn = onProgress(progress)
    if (progress.at >= progress.size) return
    if (!goesOn) stop.abort(new Error('what is left waits for another line'))
    else
      void door.wanted?.().then((wanted) => {
        if (wanted) stop.abort(new Error('another process waits for the link'))
      })
  }
  if (closes !== undefined) void closeAt(clock, closes, over.signal, stop)
  try {
    const tried = await door.run(
      'bulk',
      () => send(content, options, { stopped, over: over.signal, onProgress: afterChunk }),
      stopped,
    )
    const fenced = tried.kind === 'lost' ? fencedBy(port.host, door.lost) : undefined
    if (fenced !== undefined) return { kind: 'ended', result: err(fenced) }
    return stop.signal.aborted && isCut(tried) ? { kind: 'paused' } : tried
  } catch (cause) {
    const fenced = fencedBy(port.host, cause)
    if (fenced !== undefined) return { kind: 'ended', result: err(fenced) }
    if (stop.signal.aborted) return { kind: 'paused' }
    if (cause instanceof BreakerOpen)
      return { kind: 'lost', detail: cause.message, until: cause.until, told: true }
    if (abort?.aborted) return { kind: 'ended', result: err({ kind: 'interrupted', host: port.host }) }
    throw cause
  } finally {
    over.abort()
  }
}

/** It ended because it was stopped, not by itself. */
const isCut = (tried: Tried): boolean =>
  tried.kind === 'lost' ||
  (tried.kind === 'ended' && !tried.result.ok && tried.result.error.kind === 'interrupted')

async function closeAt(
  clock: Clock,
  instant: number,
  over: AbortSignal,
  stop: AbortController,
): Promise<void> {
  while (clock.now() < instant) if (!(await soon(instant, clock, over))) return
  stop.abort(new Error('the window is closed'))
}

type Surroundings = {
  readonly stopped: AbortSignal
  readonly over: AbortSignal
  readonly onProgress: (progress: DeliveryProgress) => void
}

async function send(
  content: DeliverySource,
  options: BringOptions,
  { stopped, over, onProgress }: Surroundings,
): Promise<Tried> {
  const { port, door, clock, from } = options
  const opened = await port.beside(
    { command: receiverCommand, first: Buffer.from(receiverPayload()) },
    stopped,
  )
  if (!opened.ok) {
    const failure = opened.error
    return failure.kind === 'unreachable' || failure.kind === 'unknown'
      ? { kind: 'lost', detail: failure.detail, told: true }
      : { kind: 'ended', result: err(failure) }
  }
  let heardAt = passed(clock)
  const channel = deliveryChannel(opened.value, {
    unanswered: unansweredFor(options.budget(), options.rttMs),
    abort: stopped,
    heard: () => (heardAt = passed(clock)),
  })
  void everySecond(clock, over, () => {
    if (channel.unanswered === 0) heardAt = passed(clock)
    else if (passed(clock) - heardAt >= silenceMs) opened.value.close(`no byte for ${silenceMs / 1000} s`)
  })
  const { store, token } = door.lease ?? { store: 'none', token: 0 }
  const delivered = await options.deliver(channel, content, {
    ...options.delivery,
    ...(from === undefined ? {} : { sender: { from, store, token } }),
    chunkBytes: chunkBytesFor(options.budget()),
    onProgress,
    abort: stopped,
  })
  await channel.close()
  if (!delivered.ok) return notDelivered(content, options, delivered.error, channel.why)
  door.succeeded()
  return { kind: 'ended', result: ok(delivered.value) }
}

/** `why`: how the channel ended. */
function notDelivered(
  content: DeliverySource,
  { port, door, from }: BringOptions,
  failure: DeliveryFailure,
  why: string,
): Tried {
  if (failure.kind === 'lost') return { kind: 'lost', detail: why === '' ? failure.detail : why }
  if (failure.kind === 'refused' && failure.trouble.why === 'fenced') {
    const fenced = fencedFor(port.host, door.id, failure.trouble.managed, from)
    if (fenced.lost !== undefined) door.lose?.(fenced.lost)
    return { kind: 'ended', result: err(fenced.failure) }
  }
  const again = failure.kind === 'refused' && ['sum', 'whole', 'base', 'order'].includes(failure.trouble.why)
  const said = failureOf(port.host, content, failure)
  return again ? { kind: 'wrong', failure: said } : { kind: 'ended', result: err(said) }
}

async function everySecond(clock: Clock, over: AbortSignal, look: () => void): Promise<void> {
  while (await clock.sleep(1000, over)) look()
}
