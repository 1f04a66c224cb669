import type { Clock } from '../domain/clock.ts'
import type { Priority } from './door.ts'
import type { Budget } from './timetable.ts'

/** Part of the budget that is used; the rest pays for headers and what others send. */
const usedShare = 0.95
/** Largest write, bytes: a control frame waits behind at most one of them. */
export const largestWrite = 4096

/** The bucket's size: what accrues in 200 ms, between one write and 8 KB; on fast links 10 ms, so that timers can follow. */
const burstBytes = (bytesPerMs: number): number =>
  Math.max(largestWrite, Math.min(8192, 200 * bytesPerMs), 10 * bytesPerMs)

type Waiting = { readonly bytes: number; readonly go: () => void; readonly stop: () => void }

/**
 * A token bucket at 95 % of the budget in force, with two lanes: control passes bulk. Over any span of time no more than
 * 95 % of the budget and one bucket goes out. It follows a change of the budget at the instant of the change.
 */
export class Pacer {
  readonly #clock: Clock
  readonly #budgetAt: (instant: number) => Budget
  readonly #lanes: { readonly control: Waiting[]; readonly bulk: Waiting[] } = { control: [], bulk: [] }
  #tokens: number
  #filledAt: number
  #budget: Budget
  #limit: number | undefined
  #pumping = false
  #wake: AbortController | undefined
  #sent = 0

  /** @param budgetAt the timetable; called once per change of the budget */
  constructor(clock: Clock, budgetAt: (instant: number) => Budget) {
    this.#clock = clock
    this.#budgetAt = budgetAt
    this.#filledAt = clock.now()
    this.#budget = budgetAt(this.#filledAt)
    this.#tokens = burstBytes(this.#bytesPerMs())
  }

  /** Resolves when the bytes may go out; rejects with the abort's reason. At most 4096 bytes a call. */
  pace(bytes: number, lane: Priority, abort?: AbortSignal): Promise<void> {
    if (!(bytes >= 0 && bytes <= largestWrite))
      throw new RangeError(`Internal error: pace takes 0 to ${largestWrite} bytes, got ${bytes}`)
    return new Promise((resolve, reject) => {
      if (abort?.aborted) return reject(abort.reason)
      const waiting: Waiting = {
        bytes,
        go: () => {
          abort?.removeEventListener('abort', waiting.stop)
          resolve()
        },
        stop: () => {
          const at = this.#lanes[lane].indexOf(waiting)
          if (at >= 0) this.#lanes[lane].splice(at, 1)
          this.#wake?.abort()
          reject(abort?.reason)
        },
      }
      abort?.addEventListener('abort', waiting.stop, { once: true })
      this.#lanes[lane].push(waiting)
      this.#wake?.abort()
      void this.#pump()
    })
  }

  /** At most this rate from now on, kbit/s, whatever the timetable allows; undefined = as the timetable says. */
  limit(kbitPerS: number | undefined): void {
    if (kbitPerS !== undefined && !(kbitPerS > 0))
      throw new RangeError(`Internal error: a limit is > 0 kbit/s, got ${kbitPerS}`)
    this.#fill()
    this.#limit = kbitPerS
    this.#tokens = Math.min(this.#tokens, burstBytes(this.#bytesPerMs()))
    this.#wake?.abort()
  }

  /** Writes that wait, by lane. */
  get waiting(): { readonly control: number; readonly bulk: number } {
    return { control: this.#lanes.control.length, bulk: this.#lanes.bulk.length }
  }

  /** Bytes let through since the start. */
  get sent(): number {
    return this.#sent
  }

  /** The budget in force, and when it changes next. */
  get budget(): Budget {
    this.#fill()
    return this.#limit === undefined
      ? this.#budget
      : { ...this.#budget, kbitPerS: Math.min(this.#budget.kbitPerS, this.#limit) }
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return
    this.#pumping = true
    for (let head = this.#head(); head !== undefined; head = this.#head()) {
      this.#fill()
      if (this.#tokens >= head.bytes) {
        this.#take(head)
        continue
      }
      const needed = (head.bytes - this.#tokens) / this.#bytesPerMs()
      const untilChange = this.#budget.until === undefined ? Infinity : this.#budget.until - this.#filledAt
      this.#wake = new AbortController()
      // Whole milliseconds, rounded up: a timer that fires early would only go round again.
      await this.#clock.sleep(Math.max(1, Math.ceil(Math.min(needed, untilChange))), this.#wake.signal)
      this.#wake = undefined
    }
    this.#pumping = false
  }

  #head(): Waiting | undefined {
    return this.#lanes.control[0] ?? this.#lanes.bulk[0]
  }

  #take(head: Waiting): void {
    const lane = this.#lanes.control[0] === head ? this.#lanes.control : this.#lanes.bulk
    lane.shift()
    this.#tokens -= head.bytes
    this.#sent += head.bytes
    head.go()
  }

  /** Adds what accrued since the last time, each stretch at the rate that was in force; a clock set back adds nothing. */
  #fill(): void {
    const now = this.#clock.now()
    if (now < this.#filledAt) {
      this.#filledAt = now
      this.#budget = this.#budgetAt(now)
    }
    while (this.#budget.until !== undefined && this.#budget.until <= now) {
      const change = this.#budget.until
      this.#accrue(change)
      this.#budget = this.#budgetAt(change)
      this.#tokens = Math.min(this.#tokens, burstBytes(this.#bytesPerMs()))
    }
    this.#accrue(now)
  }

  #accrue(to: number): void {
    const rate = this.#bytesPerMs()
    this.#tokens = Math.min(burstBytes(rate), this.#tokens + (to - this.#filledAt) * rate)
    this.#filledAt = to
  }

  #bytesPerMs(): number {
    return (Math.min(this.#budget.kbitPerS, this.#limit ?? Infinity) * usedShare) / 8
  }
}
