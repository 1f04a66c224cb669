import type { Clock } from '../../lib/domain/clock.ts'

/** Time that goes so many times as fast as the machine's, and what its clock shows. */
export type HurriedClock = Required<Clock> & {
  /** Sets what the clock shows; less than 0: back. Time passes on. */
  set(byMs: number): void
}

/** While the process does not get on, for longer than this, no time passes, ms of the machine. */
const stepMs = 20

/**
 * It counts only time in which this process turns: one that gets no processor for half a second misses nothing by it, as no limit of the
 * product would run out by it at the machine's own pace.
 */
export function hurriedClock(times: number): HurriedClock {
  let shown = Date.now()
  let passed = 0
  let last = performance.now()
  const elapsed = (): number => {
    const now = performance.now()
    passed += Math.min(stepMs, now - last) * times
    last = now
    return passed
  }
  setInterval(elapsed, stepMs / 2).unref()
  const turn = (ms: number, abort: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        abort?.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      abort?.addEventListener('abort', end, { once: true })
    })
  return {
    now: () => Math.floor(shown + elapsed()),
    elapsed,
    set: (byMs) => void (shown += byMs),
    sleep: async (ms, abort) => {
      const until = elapsed() + ms
      const stopped = (): boolean => abort?.aborted ?? false
      // At least once around, also for no time at all.
      do {
        if (stopped()) return false
        await turn(Math.min(stepMs, Math.max(0, until - elapsed()) / times), abort)
      } while (elapsed() < until && !stopped())
      return !stopped()
    },
  }
}
