import type { DeliveryProgress } from './contract.ts'

/** What a content has taken of the line so far, for what the rest of it will: a difference takes less than its size. */
export class Taken {
  readonly #size: number
  #first: DeliveryProgress | undefined
  #last: DeliveryProgress | undefined
  #share: number | undefined

  constructor(size: number) {
    this.#size = size
  }

  /** Another channel, whose bytes are counted from nothing. */
  begin(): void {
    this.#first = undefined
  }

  note(progress: DeliveryProgress): void {
    this.#first ??= progress
    this.#last = progress
    // What is on its way is as much at either end of the stretch.
    const arrived = progress.at - this.#first.at
    if (arrived > 0) this.#share = (progress.sent - this.#first.sent) / arrived
  }

  /** Bytes of the line that the rest will take; undefined = nothing is known of it yet. */
  get leftBytes(): number | undefined {
    return this.#share === undefined || this.#last === undefined
      ? undefined
      : (this.#size - this.#last.at) * this.#share
  }
}
