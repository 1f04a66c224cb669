import type { Failure } from '../../domain/failure.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { passed, soon } from '../passing.ts'
import { attempt } from './attempt.ts'
import type { BringOptions, Hold } from './bring-options.ts'
import type { Delivered, DeliveryProgress, DeliverySource } from './contract.ts'
import { gaveUp, neverOpen } from './failure-of.ts'
import { receiverPayload } from './payload.ts'
import { chunkBytesFor } from './sizes.ts'
import { Taken } from './taken.ts'

/** Back-off after a loss without progress, ms; doubles. */
const firstWaitMs = 1000
const longestWaitMs = 60_000
const defaultPatienceMs = 300_000
/** How often it is asked whether what was held may go, ms. */
const heldLookMs = 1000

/** What a channel takes until the first chunk is there: the receiver, and that chunk. */
const firstBytes = ({ size }: DeliverySource, { budget }: BringOptions): number =>
  receiverPayload().length + Math.min(size, chunkBytesFor(budget()))
/** How often a content is sent again that arrives as another one. */
const wrongTries = 3

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
  const { port, door, clock, abort, patienceMs = defaultPatienceMs } = options
  const interrupted = err<Failure>({ kind: 'interrupted', host: port.host })
  let at = 0
  let progressAt = passed(clock)
  let losses = 0
  let wrong = 0
  /** The opening of the window that was told. */
  let said: number | undefined
  /** Why it was held, as told. */
  let heldFor: string | undefined
  const taken = new Taken(content.size)
  const wait = (because: string, ms: number): Promise<boolean> => {
    options.onState?.({ kind: 'waiting', because, at, until: clock.now() + ms })
    return clock.sleep(ms, abort)
  }
  const held = (): Hold | undefined => options.hold?.(taken.leftBytes ?? firstBytes(content, options))
  const onProgress = (progress: DeliveryProgress): boolean => {
    taken.note(progress)
    if (progress.at > at) {
      at = progress.at
      progressAt = passed(clock)
      losses = 0
    }
    options.onState?.({ kind: 'sending', ...progress })
    return held() === undefined
  }
  for (;;) {
    if (abort?.aborted) return interrupted
    const window = options.window?.(clock.now()) ?? { open: true, until: undefined }
    if (!window.open) {
      if (window.opens === undefined) return err(neverOpen(port.host, content))
      if (said !== window.opens)
        options.onState?.({ kind: 'waiting', because: 'the window is closed', at, until: window.opens })
      said = window.opens
      if (!(await soon(window.opens, clock, abort))) return interrupted
      progressAt = passed(clock)
      continue
    }
    said = undefined
    const hold = held()
    if (hold !== undefined) {
      const { because, ends } = hold
      if (ends !== undefined)
        return err({ kind: 'deferred', host: port.host, resource: content.name, because, fix: ends })
      if (because !== heldFor) options.onState?.({ kind: 'waiting', because, at })
      heldFor = because
      if (!(await clock.sleep(heldLookMs, abort))) return interrupted
      progressAt = passed(clock)
      continue
    }
    heldFor = undefined
    taken.begin()
    const tried = await attempt(content, options, window.until, onProgress)
    if (tried.kind === 'ended') return tried.result.ok ? ok(taken.whole(tried.result.value)) : tried.result
    if (abort?.aborted) return interrupted
    if (tried.kind === 'wrong' && (wrong += 1) >= wrongTries) return err(tried.failure)
    if (tried.kind === 'paused') progressAt = passed(clock)
    if (tried.kind !== 'lost') continue
    if (passed(clock) - progressAt >= patienceMs) return err(gaveUp(port.host, content, at, tried.detail))
    if (tried.told !== true) door.failed(tried.detail)
    const longest = Math.min(longestWaitMs, firstWaitMs * 2 ** losses)
    const backOff = Math.round(longest * (0.5 + options.random() / 2))
    losses += 1
    const told = tried.until === undefined ? 0 : tried.until - clock.now()
    if (!(await wait(tried.detail, Math.max(backOff, told)))) return interrupted
  }
}
