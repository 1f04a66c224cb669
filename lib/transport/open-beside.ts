import type { Clock } from '../domain/clock.ts'
import { err, type Result } from '../domain/result.ts'
import type { BesideOrder, ByteChannel } from './delivery/bulk-port.ts'
import { passed } from './passing.ts'
import type { BesideFailure } from './ssh/byte-channel.ts'

/** Without an answer for this long to the opening of a second channel the connection counts as lost, ms. */
export const besideLimitMs = 60_000

type Pace = (bytes: number, abort?: AbortSignal) => Promise<void>

/** A connection that is up. */
type Talk = {
  beside(order: BesideOrder, pace: Pace): Promise<Result<ByteChannel, BesideFailure>>
  close(why: string): void
}

/**
 * Opens a channel beside the worker's; a connection that has gone silent is given up. The time that the pacer takes does not count.
 * An abort ends the opening at once, also while the pacer holds its bytes; a channel that opens all the same is closed.
 */
export async function openBeside(
  talk: Talk,
  order: BesideOrder,
  { clock, pace, abort }: { readonly clock: Clock; readonly pace: Pace; readonly abort?: AbortSignal },
): Promise<Result<ByteChannel, BesideFailure>> {
  let pacing = 0
  let opening = true
  let quietSince = passed(clock)
  const watched: Pace = async (bytes, stop) => {
    pacing += 1
    try {
      await pace(bytes, stop ?? (opening ? abort : undefined))
    } finally {
      pacing -= 1
      quietSince = passed(clock)
    }
  }
  const done = new AbortController()
  const watch = async (): Promise<void> => {
    while (await clock.sleep(1000, done.signal))
      if (pacing === 0 && passed(clock) - quietSince >= besideLimitMs)
        return talk.close(`no answer to a second channel in ${besideLimitMs / 1000} s`)
  }
  void watch()
  const opened = talk.beside(order, watched)
  try {
    return await (abort === undefined ? opened : Promise.race([opened, abortOf(abort, done.signal)]))
  } catch (cause) {
    if (abort?.aborted !== true) throw cause
    opened.then(
      (late) => void (late.ok && late.value.close('interrupted')),
      () => undefined,
    )
    return err({ refused: false, detail: 'interrupted' })
  } finally {
    opening = false
    done.abort()
  }
}

/** Rejects once it is aborted; `over`: nobody listens any more. */
const abortOf = (abort: AbortSignal, over: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(abort.reason)
    if (abort.aborted) return stop()
    abort.addEventListener('abort', stop, { once: true, signal: over })
  })
