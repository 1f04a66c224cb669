import type { HostMemory } from './memory.ts'
import type { Manner } from './ssh/connect.ts'

/**
 * Whether the next connection to a host is made in three flights or waiting for each answer. Waiting is remembered of a host that refused
 * what was sent ahead and then took the same in turn; one whose connection was merely lost is waited for once, and remembered only when
 * that happens to it again and again.
 */
export class MannerChoice {
  readonly #host: string
  readonly #memory: HostMemory
  #refused = false
  #lost = 0
  #afterLoss = false

  constructor(host: string, memory: HostMemory) {
    this.#host = host
    this.#memory = memory
  }

  next(): Manner {
    return this.#refused || this.#afterLoss || this.#memory.waits(this.#host) ? 'waiting' : 'ahead'
  }

  opened(manner: Manner): void {
    if (manner === 'waiting' && (this.#refused || this.#lost >= 2)) this.#memory.setWaits(this.#host)
    if (manner === 'ahead') this.#lost = 0
    this.#refused = false
    this.#afterLoss = false
  }

  /** What was sent ahead was refused; nothing ran. True = waiting is worth a try. */
  refused(manner: Manner, waitingMayDo: boolean): boolean {
    this.#refused = manner === 'ahead' && waitingMayDo
    return this.#refused
  }

  /** The connection was lost after everything was sent. */
  lost(manner: Manner): void {
    if (manner !== 'ahead') return
    this.#lost += 1
    this.#afterLoss = true
  }
}
