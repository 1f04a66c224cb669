/**
 * What went out over a link in the last two seconds, as its holder hands it over with the lease: the next holder's pacer goes on from it.
 * Instants are counted back from the hand-over, so that no two clocks have to agree.
 */
export type SentLately = {
  /** What may go out at once, as the time in which it was saved up, ms. */
  readonly savedMs: number
  /** Oldest first: how long ago, ms, and how much of the budget it took, as the time in which the whole budget carries it, ms. */
  readonly writes: readonly (readonly [agoMs: number, ms: number])[]
}

/** Over any span of this length so much may go out, ms and ms of the budget. */
export type SpanLimit = { readonly ms: number; readonly mostMs: number }

/** Writes that are handed over together, ms: as many entries at most as the span holds of these. */
const togetherMs = 20
/** What a holder that left no word may have sent is counted in pieces of this length, ms. */
const pieceMs = 100

/** The writes of the last span, by the time that passes. */
export class SentLog {
  readonly #limit: SpanLimit
  #writes: { readonly at: number; readonly ms: number }[] = []
  #handedOverAt = -Infinity

  constructor(limit: SpanLimit) {
    this.#limit = limit
  }

  /** A write that alone is more than a span may hold is not counted: nothing could ever follow it. */
  add(at: number, ms: number): void {
    if (ms <= this.#limit.mostMs) this.#writes.push({ at, ms })
  }

  /** How long until a write fits into the span, ms; 0 = now. */
  waitMs(now: number, ms: number): number {
    while (this.#writes[0] !== undefined && this.#writes[0].at < now - this.#limit.ms) this.#writes.shift()
    if (ms > this.#limit.mostMs) return 0
    let over = this.#writes.reduce((sum, write) => sum + write.ms, 0) + ms - this.#limit.mostMs
    let free = 0
    for (const write of this.#writes) {
      if (over <= 0) break
      over -= write.ms
      free = write.at + this.#limit.ms + 1 - now
    }
    return free
  }

  /** What the next holder must count. Writes close together count as the last of them. */
  handOver(now: number): SentLately['writes'] {
    this.#handedOverAt = now
    const writes: [number, number][] = []
    let from = -Infinity
    for (const { at, ms } of this.#writes) {
      if (at < now - this.#limit.ms) continue
      const last = writes.at(-1)
      if (last === undefined || at - from >= togetherMs) {
        from = at
        writes.push([now - at, ms])
      } else {
        last[0] = now - at
        last[1] += ms
      }
    }
    return writes
  }

  /** Goes on from what the last holder handed over `restedMs` ago. What went out here since the own hand-over counts as well. */
  takeOver(now: number, restedMs: number, writes: SentLately['writes']): void {
    const own = this.#writes.filter(({ at }) => at > this.#handedOverAt)
    const others = writes.map(([agoMs, ms]) => ({ at: now - agoMs - restedMs, ms }))
    this.#writes = [...others, ...own].toSorted((a, b) => a.at - b.at)
  }
}

/** The most that a pacer lets out until an instant, and at its latest: at its steady rate, and its whole bucket last of all. */
export function worstBefore(limit: SpanLimit, share: number, burstMs: number): SentLately {
  const writes: [number, number][] = []
  for (let ago = 0; ago < limit.ms; ago += pieceMs) writes.unshift([ago, pieceMs * share])
  return { savedMs: 0, writes: [...writes, [0, burstMs]] }
}
