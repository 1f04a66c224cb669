import type { Clock } from '../domain/clock.ts'
import type { Result } from '../domain/result.ts'
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

/** Opens a channel beside the worker's; a connection that has gone silent is given up. The time that the pacer takes does not count. */
export async function openBeside(
  talk: Talk,
  order: BesideOrder,
  { clock, pace }: { readonly clock: Clock; readonly pace: Pace },
): Promise<Result<ByteChannel, BesideFailure>> {
  let pacing = 0
  let quietSince = passed(clock)
  const watched: Pace = async (bytes, abort) => {
    pacing += 1
    try {
      await pace(bytes, abort)
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
  try {
    return await talk.beside(order, watched)
  } finally {
    done.abort()
  }
}
