import type { Clock } from '../domain/clock.ts'

/** A clock for tests: time passes only in `advance`, sleepers wake in order of their instants. */
export class ManualClock implements Clock {
  #elapsed = 0
  /** What the clock shows beyond the time that has passed. */
  #set: number
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>()

  constructor(now = 0) {
    this.#set = now
  }

  now(): number {
    return this.#elapsed + this.#set
  }

  elapsed(): number {
    return this.#elapsed
  }

  /** Sets the clock as an operator or a time server would; nobody wakes earlier or later for it. */
  set(now: number): void {
    this.#set = now - this.#elapsed
  }

  /** Time passes and nobody wakes, as for a process that is stopped. */
  pass(ms: number): void {
    this.#elapsed += ms
  }

  sleep(ms: number, abort?: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      if (abort?.aborted) return resolve(false)
      const sleeper = { at: this.#elapsed + ms, wake: () => end(true) }
      const stop = () => end(false)
      const end = (slept: boolean) => {
        this.#sleepers.delete(sleeper)
        abort?.removeEventListener('abort', stop)
        resolve(slept)
      }
      this.#sleepers.add(sleeper)
      abort?.addEventListener('abort', stop, { once: true })
    })
  }

  /** Lets time pass; what sleepers do when they wake is done before time passes further. */
  async advance(ms: number): Promise<void> {
    const target = this.#elapsed + ms
    await settled()
    for (let next = this.#next(target); next !== undefined; next = this.#next(target)) {
      this.#elapsed = Math.max(this.#elapsed, next.at)
      next.wake()
      await settled()
    }
    this.#elapsed = target
  }

  #next(target: number): { readonly at: number; readonly wake: () => void } | undefined {
    let first: { readonly at: number; readonly wake: () => void } | undefined
    for (const sleeper of this.#sleepers)
      if (sleeper.at <= target && (first === undefined || sleeper.at < first.at)) first = sleeper
    return first
  }
}

/** Everything that can happen without time passing has happened. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
