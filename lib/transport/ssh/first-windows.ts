import type { Clock } from '../../domain/clock.ts'
import { packetsOf } from './packets.ts'

/** TCP begins with so many packets, and again after a rest (RFC 6928, RFC 2861; Linux and Windows alike). */
const first = 10
/** Longer than a round trip by so much without a write is a rest, ms: TCP's shortest time-out. */
const restMs = 200
/** A round trip is taken to be longer than measured by this part. */
const slower = 1.05

/**
 * How much TCP has on its way before it waits for acknowledgements, as slow start grows it: what is written beyond that would leave
 * later in one burst, above the budget. Packets count as acknowledged one round trip after they were written.
 */
export class FirstWindows {
  readonly #clock: Clock
  readonly #rttMs: number
  readonly #flying: { readonly at: number; readonly packets: number }[] = []
  #inFlight = 0
  #window = first
  /** The most that was on its way since the last rest. */
  #most = 0
  #last = -Infinity

  /** @param rttMs as the opening of the connection took it */
  constructor(clock: Clock, rttMs: number) {
    this.#clock = clock
    this.#rttMs = rttMs * slower
  }

  /** So many bytes were handed to TCP. */
  sent(bytes: number): void {
    const now = this.#settle()
    const packets = packetsOf(bytes)
    this.#flying.push({ at: now, packets })
    this.#inFlight += packets
    this.#most = Math.max(this.#most, this.#inFlight)
    this.#last = now
  }

  /** Resolves once TCP would send so many bytes more at once, or on the abort. */
  async room(bytes: number, abort?: AbortSignal): Promise<void> {
    for (;;) {
      const now = this.#settle()
      const oldest = this.#flying[0]
      if (
        oldest === undefined ||
        this.#inFlight + packetsOf(bytes) <= this.#window ||
        abort?.aborted === true
      )
        return
      await this.#clock.sleep(Math.max(1, Math.ceil(oldest.at + this.#rttMs - now)), abort)
    }
  }

  #settle(): number {
    const now = this.#clock.elapsed?.() ?? this.#clock.now()
    let done = 0
    for (const { at, packets } of this.#flying) {
      if (at + this.#rttMs > now) break
      done += 1
      this.#inFlight -= packets
      // Linux lets it grow only while it is made use of.
      if (this.#window < 2 * this.#most) this.#window += packets
    }
    this.#flying.splice(0, done)
    if (now - this.#last > this.#rttMs + restMs) {
      this.#window = first
      this.#most = 0
    }
    return now
  }
}
