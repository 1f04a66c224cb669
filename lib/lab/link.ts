import type { Socket } from 'node:net'
import type { Clock } from '../domain/clock.ts'
import { FarEnd } from './far-end.ts'
import { Lane } from './flow.ts'

/** What a site's link does to its traffic. */
export type LabLinkSpec = { readonly site: string; readonly rttMs: number; readonly kbitPerS: number }

/**
 * The link of a site: one rate for each direction, shared packet by packet by all connections, and half the round trip each way.
 * Without a spec bytes pass at once. `cut()` makes it a dead line: no byte passes, in either direction, until `restore()`.
 */
export class LabLink {
  readonly spec: LabLinkSpec | undefined
  readonly clock: Clock
  readonly #up: Lane
  readonly #down: Lane
  readonly #waiting = new Set<() => void>()
  #dead = false
  #flapping: AbortController | undefined

  constructor(spec: LabLinkSpec | undefined, clock: Clock) {
    this.spec = spec
    this.clock = clock
    this.#up = new Lane(spec, clock)
    this.#down = new Lane(spec, clock)
  }

  get dead(): boolean {
    return this.#dead
  }

  cut(): void {
    this.#dead = true
  }

  /** A line that comes and goes: dead for so long, alive for so long, from now on until `restore()`. */
  flap(ms: number): void {
    this.restore()
    const flapping = (this.#flapping = new AbortController())
    this.cut()
    const on = async (): Promise<void> => {
      while (await this.clock.sleep(ms, flapping.signal)) {
        if (this.#dead) this.#wake()
        else this.cut()
      }
    }
    void on()
  }

  restore(): void {
    this.#flapping?.abort()
    this.#wake()
  }

  #wake(): void {
    this.#dead = false
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }

  /** Resolves once bytes may pass; at once on a living link. */
  alive(): Promise<void> | undefined {
    return this.#dead ? new Promise((resolve) => this.#waiting.add(resolve)) : undefined
  }

  /**
   * The host's end of an accepted connection. TCP's own handshake has cost the client nothing on the loopback interface, so it is
   * waited for here: the client's first bytes leave after one round trip (SYN and its answer), the host accepts half a one later.
   */
  async carry(socket: Socket): Promise<FarEnd | undefined> {
    const end = new FarEnd(socket, this.#up, this.#down, this)
    if (this.spec !== undefined) {
      end.hold()
      await this.clock.sleep(this.spec.rttMs)
      await this.alive()
      end.release()
      await this.clock.sleep(this.spec.rttMs / 2)
      if (socket.destroyed) return undefined
    }
    return end
  }
}
