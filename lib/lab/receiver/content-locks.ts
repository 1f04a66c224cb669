import type { Clock } from '../../domain/clock.ts'
import { receiverPatienceMs } from '../../transport/delivery/wire.ts'

/** A receiver without a byte for so long gives its content up: by itself, and when another wants it, ms. */
const patienceMs = receiverPatienceMs
const wantedMs = 20_000

/** Whoever delivers a content; `since`: when the last byte came or its last request ended, undefined while one is at work. */
export type LockHolder = { since(): number | undefined; die(): void }

/** One delivery of a content at a time on a host, as lock files do it. */
export class ContentLocks {
  readonly #clock: Clock
  readonly #holders = new Map<string, LockHolder>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** True once the content is the holder's; false when it was not free in time. */
  async acquire(sha: string, holder: LockHolder, waitMs: number, waiting: () => void): Promise<boolean> {
    const end = this.#clock.now() + waitMs
    for (;;) {
      const other = this.#holders.get(sha)
      if (other === undefined) break
      if (this.#clock.now() >= end) return false
      this.#expire(other, wantedMs)
      waiting()
      await this.#clock.sleep(200)
    }
    this.#holders.set(sha, holder)
    return true
  }

  release(sha: string, holder: LockHolder): void {
    if (this.#holders.get(sha) === holder) this.#holders.delete(sha)
  }

  /** Waits for the holder's patience to end, until told otherwise. */
  async watch(holder: LockHolder, over: AbortSignal): Promise<void> {
    for (let left = patienceMs; await this.#clock.sleep(left, over);) {
      this.#expire(holder, patienceMs)
      const since = holder.since()
      left = Math.max(1000, since === undefined ? patienceMs : patienceMs - (this.#clock.now() - since))
    }
  }

  #expire(holder: LockHolder, limit: number): void {
    const since = holder.since()
    if (since !== undefined && this.#clock.now() - since > limit) holder.die()
  }
}
