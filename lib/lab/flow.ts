import type { Clock } from '../domain/clock.ts'

/** Payload of one IP packet on the link, and what its TCP and IP headers add. */
const segment = 1448
const headers = 52
/** More than this on its way in one direction of one connection, and the sender has to wait. */
const inFlight = 256 * 1024

/** A line that may be dead for a while. */
export type Line = { readonly dead: boolean; alive(): Promise<void> | undefined }

/** One direction of the link: packets leave it one after the other, at its rate. */
export class Lane {
  readonly #kbitPerS: number | undefined
  readonly halfRtt: number
  readonly clock: Clock
  #free = 0

  constructor(spec: { readonly rttMs: number; readonly kbitPerS: number } | undefined, clock: Clock) {
    this.#kbitPerS = spec?.kbitPerS
    this.halfRtt = (spec?.rttMs ?? 0) / 2
    this.clock = clock
  }

  get instant(): boolean {
    return this.#kbitPerS === undefined
  }

  /** Books the next free slot for a packet and says when its last bit has left, ms. */
  book(payload: number): number {
    const ms = ((payload + headers) * 8) / (this.#kbitPerS ?? Infinity)
    this.#free = Math.max(this.clock.now(), this.#free) + ms
    return this.#free
  }
}

/** Bytes on their way in one direction of one connection. */
export class Flow {
  readonly #lane: Lane
  readonly #link: Line
  readonly #deliver: (bytes: Buffer) => void
  readonly #queue: { bytes: Buffer; left: () => void }[] = []
  readonly #flying: { bytes: Buffer; due: number }[] = []
  #sending = false
  #landing = false
  readonly #waiters: (() => void)[] = []
  #queued = 0
  stopped = false

  constructor(lane: Lane, link: Line, deliver: (bytes: Buffer) => void) {
    this.#lane = lane
    this.#link = link
    this.#deliver = deliver
  }

  get full(): boolean {
    return this.#queued > inFlight
  }

  get idle(): boolean {
    return this.#queue.length === 0 && this.#flying.length === 0
  }

  /** Resolves once everything sent so far has been delivered. */
  flushed(): Promise<void> {
    return this.idle ? Promise.resolve() : new Promise((resolve) => this.#waiters.push(resolve))
  }

  /** `left` is called once the bytes are on the line. */
  send(bytes: Buffer, left: () => void = () => undefined): void {
    if (this.#lane.instant && !this.#link.dead && this.idle) {
      this.#deliver(bytes)
      left()
      return
    }
    for (let at = 0; at < bytes.length; at += segment) {
      const last = at + segment >= bytes.length
      this.#queue.push({ bytes: bytes.subarray(at, at + segment), left: last ? left : () => undefined })
    }
    this.#queued += bytes.length
    if (!this.#sending) void this.#send()
  }

  async #send(): Promise<void> {
    this.#sending = true
    for (let next = this.#queue.shift(); next !== undefined && !this.stopped; next = this.#queue.shift()) {
      await this.#link.alive()
      const leaves = this.#lane.instant ? this.#lane.clock.now() : this.#lane.book(next.bytes.length)
      this.#flying.push({ bytes: next.bytes, due: leaves + this.#lane.halfRtt })
      if (!this.#landing) void this.#land()
      const wait = leaves - this.#lane.clock.now()
      if (wait > 1) await this.#lane.clock.sleep(wait)
      this.#queued -= next.bytes.length
      next.left()
    }
    this.#sending = false
  }

  async #land(): Promise<void> {
    this.#landing = true
    for (let next = this.#flying[0]; next !== undefined && !this.stopped; next = this.#flying[0]) {
      const wait = next.due - this.#lane.clock.now()
      if (wait > 0) await this.#lane.clock.sleep(wait)
      await this.#link.alive()
      this.#flying.shift()
      if (!this.stopped) this.#deliver(next.bytes)
    }
    this.#landing = false
    if (this.idle) for (const wake of this.#waiters.splice(0)) wake()
  }
}
