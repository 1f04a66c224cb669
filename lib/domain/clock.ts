/** Time as a port: no part of the program reads a clock or sleeps by itself, so that tests own both. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z. */
  now(): number
  /** Milliseconds that have passed since some instant, whatever the clock was set to meanwhile; absent = `now` is never set. */
  elapsed?(): number
  /** Resolves after `ms` milliseconds, or at once with `false` when the signal aborts. Never rejects. */
  sleep(ms: number, abort?: AbortSignal): Promise<boolean>
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, abort) =>
    new Promise((resolve) => {
      if (abort?.aborted) return resolve(false)
      const stop = () => {
        clearTimeout(timer)
        resolve(false)
      }
      const timer = setTimeout(() => {
        abort?.removeEventListener('abort', stop)
        resolve(true)
      }, ms)
      abort?.addEventListener('abort', stop, { once: true })
    }),
}
