/**
 * How much of what was written the other end has not answered yet. Requests are answered in order, one answer each; a limit keeps
 * a line that has stalled or lost packets from being filled with bytes that everything else would wait behind. It begins small and grows
 * by what is answered, as TCP's own window does: what TCP does not send yet would leave later in one burst, above the budget.
 */
export class UnansweredBytes {
  readonly #most: number
  #limit: number
  /** Bytes of requests that were begun, in order, not answered yet. */
  readonly #requests: number[] = []
  #written = 0
  #answered = 0
  #wake: (() => void) | undefined
  #over = false

  /** @param most the limit in the end @param first the limit at the start */
  constructor(most: number, first = most) {
    this.#most = most
    this.#limit = Math.min(first, most)
  }

  get bytes(): number {
    return this.#written - this.#answered
  }

  /** A request of so many bytes begins. */
  request(bytes: number): void {
    this.#requests.push(bytes)
  }

  /** The oldest request was answered. */
  answered(): void {
    const bytes = this.#requests.shift() ?? 0
    this.#answered += bytes
    this.#limit = Math.min(this.#most, this.#limit + bytes)
    this.#wake?.()
  }

  /** Nothing more is waited for. */
  end(): void {
    this.#over = true
    this.#wake?.()
  }

  /** A request that is longer than the limit is written as a whole: no answer comes before its end. */
  get #allowed(): number {
    return Math.max(this.#limit, this.#requests[0] ?? 0)
  }

  /** Resolves once so many bytes more may be written. One caller at a time. */
  async room(bytes: number, abort?: AbortSignal): Promise<void> {
    while (!this.#over && this.bytes > 0 && this.bytes + bytes > this.#allowed) {
      abort?.throwIfAborted()
      await new Promise<void>((resolve) => {
        const done = (): void => {
          abort?.removeEventListener('abort', done)
          this.#wake = undefined
          resolve()
        }
        this.#wake = done
        abort?.addEventListener('abort', done, { once: true })
      })
    }
    abort?.throwIfAborted()
    this.#written += bytes
  }
}
