import type { Clock } from '../domain/clock.ts'
import type { Priority } from './door.ts'
import { type SentLately, SentLog, type SpanLimit, worstBefore } from './sent-lately.ts'
import type { Budget } from './timetable.ts'

/** Part of the budget that is used, in IP bytes; the rest pays for acknowledgements and what is sent again. */
export const usedShare = 0.99
/** Largest write, bytes: a control frame waits behind at most one of them. */
export const largestWrite = 4096
/**
 * Over any span of this length no more goes out than 103 % of the budget of two seconds: at the far end, where writes may arrive a little
 * closer together than they went out and idle connections of other processes send a few bytes, it is 105 % at most over any two seconds.
 */
const span: SpanLimit = { ms: 2_020, mostMs: 2_000 * 1.03 }
/** A change that nobody announces (clock set, window closed) is seen after this time at the latest, ms. */
const lookAgainMs = 500
/** Rates are measured over at least this long, ms. */
const measuredMs = 1_000
/** Who sends one write after the other pauses for less than this between them, ms. */
const pauseMs = 100
/** A clock that is this far from the time that passed was set, ms. */
const setBy = 1_000

/** The bucket's size: what accrues in 200 ms, between one write and 8 KB; on fast links 40 ms, so that timers of a busy machine can follow. */
const burstBytes = (bytesPerMs: number): number =>
  Math.max(largestWrite, Math.min(8192, 200 * bytesPerMs), 40 * bytesPerMs)

type Waiting = { readonly bytes: number; readonly go: () => void; readonly stop: () => void }

export type PacerOptions = {
  /** Whether bulk writes must wait now, asked at least twice a second while one waits. Default: never. */
  readonly holdsBulk?: (instant: number) => boolean
}

/**
 * A token bucket at 99 % of the budget in force, with two lanes: control passes bulk. Bytes are those of IP packets. Over any span of time no more than 99 % of the
 * budget and one bucket goes out, and over any two seconds no more than 105 % of it, but for a write that alone is more.
 * It follows a change of the budget at the instant of the change, and time that passes, not what the clock is set to.
 */
export class Pacer {
  readonly #clock: Clock
  readonly #holdsBulk: (instant: number) => boolean
  readonly #lanes: { readonly control: Waiting[]; readonly bulk: Waiting[] } = { control: [], bulk: [] }
  #budgetAt: (instant: number) => Budget
  #tokens: number
  /** When tokens were last added: by the time that passes, and by the clock. */
  #filled: { readonly elapsed: number; readonly wall: number }
  #budget: Budget
  #limit: number | undefined
  #pumping = false
  #wake: AbortController | undefined
  #sent = 0
  #sentBulk = 0
  #measured: number | undefined
  /** The stretch that is being measured: when it began, and what was sent by then. */
  #stretch = { from: 0, sent: 0 }
  #idleSince = -Infinity
  readonly #log = new SentLog(span)

  /** @param budgetAt the timetable; called once per change of the budget */
  constructor(clock: Clock, budgetAt: (instant: number) => Budget, options: PacerOptions = {}) {
    this.#clock = clock
    this.#budgetAt = budgetAt
    this.#holdsBulk = options.holdsBulk ?? (() => false)
    this.#filled = { elapsed: elapsedOf(clock), wall: clock.now() }
    this.#budget = budgetAt(this.#filled.wall)
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
    this.#change(() => (this.#limit = kbitPerS))
  }

  /** Another timetable from now on: the one of the line that is in use. */
  follow(budgetAt: (instant: number) => Budget): void {
    this.#change(() => {
      this.#budgetAt = budgetAt
      this.#budget = budgetAt(this.#filled.wall)
    })
  }

  /** What went out until now, for the process that holds the link next. */
  handOver(): SentLately {
    this.#fill()
    const savedMs = Math.max(0, Math.floor(this.#tokens / this.#bytesPerMs()))
    return { savedMs, writes: this.#log.handOver(this.#filled.elapsed) }
  }

  /**
   * Another process used the budget until `restedMs` ago, and this is what it sent; undefined = it left no word, and may have sent as much
   * as a pacer lets out, at the latest instants. Both sides together keep to what one pacer keeps to.
   */
  takeOver(restedMs: number, sent: SentLately | undefined): void {
    this.#fill()
    const rate = this.#bytesPerMs()
    const last = sent ?? worstBefore(span, usedShare, this.#budgetMs(burstBytes(rate)))
    this.#tokens = Math.min(this.#tokens, (last.savedMs + restedMs) * rate)
    if (restedMs <= span.ms) this.#log.takeOver(this.#filled.elapsed, restedMs, last.writes)
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

  /** Those of the bulk lane. */
  get sentBulk(): number {
    return this.#sentBulk
  }

  /** Rate of the last stretch of a second or more in which something always waited or was about to, kbit/s; undefined = there was none. */
  get measuredKbitPerS(): number | undefined {
    return this.#measured
  }

  /** The budget in force, and when it changes next. */
  get budget(): Budget {
    this.#fill()
    return this.#limit === undefined
      ? this.#budget
      : { ...this.#budget, kbitPerS: Math.min(this.#budget.kbitPerS, this.#limit) }
  }

  #change(act: () => void): void {
    this.#fill()
    act()
    this.#tokens = Math.min(this.#tokens, burstBytes(this.#bytesPerMs()))
    this.#wake?.abort()
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return
    this.#pumping = true
    const now = elapsedOf(this.#clock)
    if (now - this.#idleSince > pauseMs) this.#stretch = { from: now, sent: this.#sent }
    while (this.#lanes.control.length + this.#lanes.bulk.length > 0) {
      this.#fill()
      const head = this.#head()
      this.#measure(head === undefined)
      const waitMs = head === undefined ? lookAgainMs : this.#waitMs(head)
      if (head !== undefined && waitMs === 0) {
        this.#take(head)
        continue
      }
      const untilChange = this.#budget.until === undefined ? Infinity : this.#budget.until - this.#filled.wall
      this.#wake = new AbortController()
      // Whole milliseconds, rounded up: a timer that fires early would only go round again.
      const ms = Math.max(1, Math.ceil(Math.min(waitMs, untilChange, lookAgainMs)))
      await this.#clock.sleep(ms, this.#wake.signal)
      this.#wake = undefined
    }
    this.#idleSince = this.#filled.elapsed
    this.#pumping = false
  }

  #measure(idle: boolean): void {
    const ms = this.#filled.elapsed - this.#stretch.from
    if (ms < measuredMs && !idle) return
    if (ms >= measuredMs && this.#sent > this.#stretch.sent)
      this.#measured = Math.round(((this.#sent - this.#stretch.sent) * 8) / ms)
    this.#stretch = { from: this.#filled.elapsed, sent: this.#sent }
  }

  #head(): Waiting | undefined {
    const { control, bulk } = this.#lanes
    if (control[0] !== undefined) return control[0]
    return bulk[0] === undefined || this.#holdsBulk(this.#filled.wall) ? undefined : bulk[0]
  }

  /** How long until a write may go, ms; 0 = now. */
  #waitMs(head: Waiting): number {
    const needed = Math.max(0, (head.bytes - this.#tokens) / this.#bytesPerMs())
    return Math.max(needed, this.#log.waitMs(this.#filled.elapsed, this.#budgetMs(head.bytes)))
  }

  #take(head: Waiting): void {
    const lane = this.#lanes.control[0] === head ? this.#lanes.control : this.#lanes.bulk
    lane.shift()
    if (lane === this.#lanes.bulk) this.#sentBulk += head.bytes
    this.#tokens -= head.bytes
    this.#sent += head.bytes
    this.#log.add(this.#filled.elapsed, this.#budgetMs(head.bytes))
    head.go()
  }

  /** Adds what accrued since the last time, each stretch at the rate that was in force. */
  #fill(): void {
    const elapsed = elapsedOf(this.#clock)
    const wall = this.#clock.now()
    let passed = Math.max(0, elapsed - this.#filled.elapsed)
    const wasSet = Math.abs(wall - this.#filled.wall - passed) > setBy
    if (wasSet) {
      // What the clock showed meanwhile is not known: the lower of the two rates is sure not to be too much.
      const before = this.#budget.kbitPerS
      const after = this.#budgetAt(wall)
      this.#budget = { ...after, kbitPerS: Math.min(before, after.kbitPerS) }
      this.#accrue(passed)
      this.#budget = after
    } else {
      let at = this.#filled.wall
      while (this.#budget.until !== undefined && this.#budget.until <= wall) {
        const part = Math.min(passed, Math.max(0, this.#budget.until - at))
        this.#accrue(part)
        passed -= part
        at = this.#budget.until
        this.#budget = this.#budgetAt(at)
        this.#tokens = Math.min(this.#tokens, burstBytes(this.#bytesPerMs()))
      }
      this.#accrue(passed)
    }
    this.#filled = { elapsed, wall }
  }

  #accrue(ms: number): void {
    const rate = this.#bytesPerMs()
    this.#tokens = Math.min(burstBytes(rate), this.#tokens + ms * rate)
  }

  #bytesPerMs(): number {
    return (this.#kbitPerS() * usedShare) / 8
  }

  /** How long the whole budget carries so much, ms. */
  #budgetMs(bytes: number): number {
    return (bytes * 8) / this.#kbitPerS()
  }

  #kbitPerS(): number {
    return Math.min(this.#budget.kbitPerS, this.#limit ?? Infinity)
  }
}

const elapsedOf = (clock: Clock): number => clock.elapsed?.() ?? clock.now()
