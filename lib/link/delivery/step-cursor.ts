import { jumpFits, type Steps } from './chunk.ts'
import { StepList } from './steps.ts'

/** Where a cursor stands: a step, and how many of its literals are taken. */
export type Mark = { readonly step: number; readonly literal: number }

/** Takes the steps of a range piece by piece; a step that is longer than a piece is split. */
export class StepCursor {
  readonly #steps: Steps
  #at: Mark = { step: 0, literal: 0 }

  constructor(steps: Steps) {
    this.#steps = steps
  }

  get mark(): Mark {
    return this.#at
  }

  /** Back to an earlier mark. */
  back(mark: Mark): void {
    this.#at = mark
  }

  get done(): boolean {
    return this.#at.step >= this.#steps.count
  }

  /** The next steps, of at most `bytes` bytes as a body; at least one byte's worth. */
  take(bytes: number): { readonly steps: Steps; readonly size: number } {
    const { count, literal, copy, from } = this.#steps
    const list = new StepList()
    let left = Math.max(1, bytes - 16)
    let size = 0
    let last: number | undefined
    let { step, literal: used } = this.#at
    while (step < count && left > 0) {
      const literals = (literal[step] ?? 0) - used
      const length = copy[step] ?? 0
      const source = from[step] ?? 0
      if (length > 0 && last !== undefined && !jumpFits(last, literals, source)) break
      const room = Math.max(1, left - 15)
      if (literals > room || (literals > 0 && length === 0)) {
        const part = Math.min(literals, room)
        list.literal(part)
        size += part
        used += part
        left -= part + 7
        if (part === literals && length === 0) {
          step++
          used = 0
        } else if (part < literals) break
        continue
      }
      list.copy(size + literals, length, source)
      size += literals + length
      left -= literals + 7
      last = source + length
      step++
      used = 0
    }
    this.#at = { step, literal: used }
    return { steps: list.finish(size), size }
  }
}
