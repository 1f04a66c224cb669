import type { Delivered, DeliveryProgress } from './contract.ts'

/** What a content has taken of the line so far, over all its channels, for what the rest of it will: a difference takes less than its size. */
export class Taken {
  readonly #size: number
  /** Bytes written to the channels before this one. */
  #before = 0
  #first: DeliveryProgress | undefined
  #last: DeliveryProgress | undefined
  #share: number | undefined
  /** Bytes that the host had when the first channel was opened. */
  #from: number | undefined

  constructor(size: number) {
    this.#size = size
  }

  /** Another channel, whose bytes are counted from nothing. */
  begin(): void {
    if (this.#first !== undefined) this.#before += this.#last?.sent ?? 0
    this.#first = undefined
  }

  note(progress: DeliveryProgress): void {
    this.#first ??= progress
    this.#from ??= progress.from
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

  /** What the last channel tells of its end, told of all of them. */
  whole(delivered: Delivered): Delivered {
    const { how, sent, resumedAt } = delivered
    return {
      ...delivered,
      // Another process brought the rest, or the last answer was lost: it is there, but was not there already.
      how: how !== 'held' || this.#last === undefined ? how : this.#last.base === null ? 'whole' : 'delta',
      sent: this.#before + sent,
      resumedAt: Math.min(this.#from ?? resumedAt, resumedAt),
    }
  }
}
