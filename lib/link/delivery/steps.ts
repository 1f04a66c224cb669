import type { Steps } from './chunk.ts'

/** Collects the steps that yield a range: copies are named in order, what lies between them is literal. */
export class StepList {
  #count = 0
  #literal = new Int32Array(1024)
  #copy = new Int32Array(1024)
  #from = new Float64Array(1024)
  /** Bytes of the range that steps stand for so far. */
  #covered = 0

  /** The range from `at` on, `length` bytes, equals the bytes at `from`. */
  copy(at: number, length: number, from: number): void {
    this.#push(at - this.#covered, length, from)
  }

  /** The next `length` bytes are literal, as a step of their own. */
  literal(length: number): void {
    this.#push(length, 0, 0)
  }

  /** Whatever is left up to the end of the range is literal. */
  finish(size: number): Steps {
    if (this.#covered < size) this.#push(size - this.#covered, 0, 0)
    return { count: this.#count, literal: this.#literal, copy: this.#copy, from: this.#from }
  }

  get covered(): number {
    return this.#covered
  }

  #push(literal: number, copy: number, from: number): void {
    const last = this.#count - 1
    const lastCopy = this.#copy[last] ?? 0
    if (literal === 0 && lastCopy > 0 && (this.#from[last] ?? 0) + lastCopy === from) {
      this.#copy[last] = lastCopy + copy
      this.#covered += copy
      return
    }
    if (this.#count === this.#literal.length) this.#grow()
    this.#literal[this.#count] = literal
    this.#copy[this.#count] = copy
    this.#from[this.#count] = from
    this.#count++
    this.#covered += literal + copy
  }

  #grow(): void {
    const size = this.#count * 2
    const literal = new Int32Array(size)
    const copy = new Int32Array(size)
    const from = new Float64Array(size)
    literal.set(this.#literal)
    copy.set(this.#copy)
    from.set(this.#from)
    this.#literal = literal
    this.#copy = copy
    this.#from = from
  }
}

/** Finds what of a range is there already: the ways to do that differ in what is known of the base. */
export interface Matcher {
  /** SHA-256 of the base; undefined: copies come from the content itself only. */
  readonly base: string | undefined
  /** `start`: where in the content the range begins. Ranges come in order. */
  steps(range: Buffer, start: number): Promise<Steps>
}
