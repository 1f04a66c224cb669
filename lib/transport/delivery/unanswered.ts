/**
 * How much of what was written the other end has not answered yet. Requests are answered in order, one answer each; a limit keeps
 * a line that has stalled or lost packets from being filled with bytes that everything else would wait behind.
 */
export class UnansweredBytes {
  readonly #limit: number
  /** Bytes of requests that were begun, in order, not answered yet. */
  readonly #requests: number[] = []
  #written = 0
  #answered = 0
  #wake: (() => void) | undefined
  #over = false

  constructor(limit: number) {
    this.#limit = limit
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
    this.#answered += this.#requests.shift() ?? 0
    this.#wake?.()
  }

  /** Nothing more is waited for. */
  end(): void {
    this.#over = true
    this.#wake?.()
  }

  /** Resolves once so many bytes may be written; at once where nothing is unanswered, so that no request is too long. One caller at a time. */
  async room(bytes: number, abort?: AbortSignal): Promise<void> {
    while (!this.#over && this.#requests.length > 1 && this.bytes + bytes > this.#limit) {
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
