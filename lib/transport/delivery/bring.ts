import type { Clock } from '../../domain/clock.ts'
import type { Failure } from '../../domain/failure.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { BreakerOpen, type LinkDoor } from '../../link/door.ts'
import type { WindowState } from '../../link/window.ts'
import type { BulkPort } from './bulk-port.ts'
import { deliveryChannel } from './channel.ts'
import type { Deliver, Delivered, DeliverOptions, DeliveryProgress, DeliverySource } from './contract.ts'
import { failureOf, gaveUp, neverOpen } from './failure-of.ts'
import { chunkBytesFor, unansweredFor } from './sizes.ts'
import { receiverCommand } from './wire.ts'

/** The line that a content crosses, and how long somebody waits for it. */
export type BringOptions = {
  readonly port: BulkPort
  readonly door: LinkDoor
  readonly clock: Clock
  /** From 0 to just below 1; spreads the back-off. */
  readonly random: () => number
  readonly deliver: Deliver
  /** The longest round trip to reckon with, ms. */
  readonly rttMs: number
  /** What may be used of the line now, kbit/s. */
  readonly budget: () => number
  /** Whether bulk may cross now. Undefined = always. */
  readonly window?: (now: number) => WindowState
  readonly delivery: Omit<DeliverOptions, 'chunkBytes' | 'onProgress' | 'abort' | 'lease'>
  /** Asked anew for each try. */
  readonly lease?: () => DeliverOptions['lease']
  /** Tries end when nothing more arrived for this long, the time in which a window was closed not counted, ms. Default 300,000. */
  readonly patienceMs?: number
  readonly onState?: (state: BringState) => void
  readonly abort?: AbortSignal
}

/** What a person sees of a content on its way. */
export type BringState =
  /** Other contents cross this link, or the connection is made. */
  | { readonly kind: 'waiting'; readonly because: string; readonly at: number; readonly until?: number }
  | ({ readonly kind: 'sending' } & DeliveryProgress)

/** Without a byte from the host for this long while an answer is due a channel counts as lost, ms. */
const silenceMs = 90_000
/** Back-off after a loss without progress, ms; doubles. */
const firstWaitMs = 1000
const longestWaitMs = 60_000

/**
 * Brings a content to a host, over as many connections and windows as it takes:
 *
 *   window closed ──opens──► waiting for its turn ──► sending ──whole──► delivered
 *        ▲                       ▲                     │  │  └─refused──► failed: what had arrived stays
 *        └───────closes──────────┼─────────────────────┘  │
 *                                └──back-off──── lost ◄────┘   (no progress for `patienceMs`: unreachable)
 */
export async function bring(
  content: DeliverySource,
  options: BringOptions,
): Promise<Result<Delivered, Failure>> {
  const { port, door, clock, abort } = options
  const interrupted = err<Failure>({ kind: 'interrupted', host: port.host })
  let at = 0
  let progressAt = clock.now()
  let losses = 0
  let sumsWrong = 0
  const say = (because: string, until?: number): void =>
    options.onState?.({ kind: 'waiting', because, at, ...(until === undefined ? {} : { until }) })
  for (;;) {
    if (abort?.aborted) return interrupted
    const now = clock.now()
    const window = options.window?.(now) ?? { open: true, until: undefined }
    if (!window.open) {
      if (window.opens === undefined) return err(neverOpen(port.host, content))
      say('the window is closed', window.opens)
      if (!(await clock.sleep(window.opens - now, abort))) return interrupted
      progressAt = clock.now()
      continue
    }
    const advanced = (progress: DeliveryProgress): void => {
      if (progress.at > at) {
        at = progress.at
        progressAt = clock.now()
        losses = 0
      }
      options.onState?.({ kind: 'sending', ...progress })
    }
    const tried = await attempt(content, options, window.until, advanced)
    switch (tried.kind) {
      case 'ended':
        return tried.result
      case 'paused':
        progressAt = clock.now()
        continue
      case 'wrong':
        sumsWrong += 1
        if (sumsWrong > 2) return err(tried.failure)
        continue
      case 'lost': {
        if (abort?.aborted) return interrupted
        const waited = clock.now() - progressAt
        const patience = options.patienceMs ?? 300_000
        if (waited >= patience) return err(gaveUp(port.host, content, at, tried.detail))
        const backOff = Math.min(longestWaitMs, firstWaitMs * 2 ** losses) * (0.5 + options.random() / 2)
        losses += 1
        const until = Math.max(clock.now() + backOff, tried.until ?? 0)
        say(tried.detail, until)
        if (tried.told !== true) door.failed(tried.detail)
        if (!(await clock.sleep(until - clock.now(), abort))) return interrupted
      }
    }
  }
}

type Tried =
  | { readonly kind: 'ended'; readonly result: Result<Delivered, Failure> }
  /** The window closed. */
  | { readonly kind: 'paused' }
  /** What arrived had another sum: sent again, not for ever. */
  | { readonly kind: 'wrong'; readonly failure: Failure }
  | {
      readonly kind: 'lost'
      readonly detail: string
      /** Not before this instant. */
      readonly until?: number
      /** The breaker knows. */
      readonly told?: boolean
    }

/** One channel, from its turn on the link to its end. */
async function attempt(
  content: DeliverySource,
  options: BringOptions,
  closes: number | undefined,
  onProgress: (progress: DeliveryProgress) => void,
): Promise<Tried> {
  const { port, door, clock, abort } = options
  const stop = new AbortController()
  const stopped = abort === undefined ? stop.signal : AbortSignal.any([abort, stop.signal])
  const over = new AbortController()
  let pausing = false
  if (closes !== undefined)
    void clock.sleep(closes - clock.now(), over.signal).then((closed) => {
      if (!closed) return
      pausing = true
      stop.abort(new Error('the window is closed'))
    })
  try {
    return await door.run(
      'bulk',
      async (): Promise<Tried> => {
        const opened = await port.beside(receiverCommand, stopped)
        if (!opened.ok) {
          const failure = opened.error
          if (pausing) return { kind: 'paused' }
          if (failure.kind !== 'unreachable' && failure.kind !== 'unknown')
            return { kind: 'ended', result: err(failure) }
          return { kind: 'lost', detail: failure.detail, told: true }
        }
        let heardAt = clock.now()
        const channel = deliveryChannel(opened.value, {
          unanswered: unansweredFor(options.budget(), options.rttMs),
          abort: stopped,
          heard: () => (heardAt = clock.now()),
        })
        void watch(clock, over.signal, () => {
          if (channel.unanswered === 0) heardAt = clock.now()
          if (clock.now() - heardAt < silenceMs) return
          opened.value.close(`no byte for ${silenceMs / 1000} s`)
        })
        const lease = options.lease?.()
        const delivered = await options.deliver(channel, content, {
          ...options.delivery,
          ...(lease === undefined ? {} : { lease }),
          chunkBytes: chunkBytesFor(options.budget()),
          onProgress,
          abort: stopped,
        })
        await channel.close()
        if (delivered.ok) {
          door.succeeded()
          return { kind: 'ended', result: ok(delivered.value) }
        }
        if (pausing && (delivered.error.kind === 'interrupted' || delivered.error.kind === 'lost'))
          return { kind: 'paused' }
        if (delivered.error.kind === 'lost')
          return { kind: 'lost', detail: channel.why === '' ? delivered.error.detail : channel.why }
        const failure = failureOf(port.host, content, delivered.error)
        return delivered.error.kind === 'refused' &&
          ['sum', 'whole', 'base', 'order'].includes(delivered.error.trouble.why)
          ? { kind: 'wrong', failure }
          : { kind: 'ended', result: err(failure) }
      },
      stopped,
    )
  } catch (cause) {
    if (pausing) return { kind: 'paused' }
    if (cause instanceof BreakerOpen)
      return { kind: 'lost', detail: cause.message, until: cause.until, told: true }
    if (abort?.aborted) return { kind: 'ended', result: err({ kind: 'interrupted', host: port.host }) }
    throw cause
  } finally {
    over.abort()
  }
}

/** Looks every second until it is over. */
async function watch(clock: Clock, over: AbortSignal, look: () => void): Promise<void> {
  while (await clock.sleep(1000, over)) look()
}
