import type { Clock } from '../domain/clock.ts'

/** One frame at a time on a host, whoever sent it; first come, first served. */
export class FrameLock {
  readonly #clock: Clock
  readonly #queue: (() => void)[] = []
  #held = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves with what gives the lock back, or with undefined when it was not free within `waitMs`. */
  async acquire(waitMs: number): Promise<(() => void) | undefined> {
    if (!this.#held) return this.#take()
    const timer = new AbortController()
    let turn: () => void = () => undefined
    const free = new Promise<true>((resolve) => {
      turn = () => resolve(true)
      this.#queue.push(turn)
    })
    const late = this.#clock.sleep(waitMs, timer.signal).then((slept): false => (void slept, false))
    const mine = await Promise.race([free, late])
    timer.abort()
    if (mine) return this.#take()
    const at = this.#queue.indexOf(turn)
    if (at >= 0) this.#queue.splice(at, 1)
    else this.#next()
    return undefined
  }

  #take(): () => void {
    this.#held = true
    let given = false
    return () => {
      if (given) return
      given = true
      this.#next()
    }
  }

  #next(): void {
    const next = this.#queue.shift()
    if (next === undefined) this.#held = false
    else next()
  }
}
