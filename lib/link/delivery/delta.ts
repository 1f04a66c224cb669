import { BlockIndex, hashAt, roll, width } from './block-index.ts'
import type { Steps } from './chunk.ts'
import { runBackward, runForward } from './common-run.ts'
import { GapFiller } from './gap.ts'
import type { Pages } from './pages.ts'
import { type Matcher, StepList } from './steps.ts'

/**
 * Finds a range in a base that lies here. Two levels: long runs (24 bytes and more) anywhere in the base by the index of its blocks,
 * at any alignment; then short ones in the gaps between them, near where the base goes on.
 */
export class DeltaMatcher implements Matcher {
  readonly base: string
  readonly #pages: Pages
  readonly #index: BlockIndex
  readonly #gaps: GapFiller
  /** Where in the base the last copy ended. */
  #next = 0

  private constructor(base: string, pages: Pages, index: BlockIndex) {
    this.base = base
    this.#pages = pages
    this.#index = index
    this.#gaps = new GapFiller(pages)
  }

  static async of(base: string, pages: Pages): Promise<DeltaMatcher> {
    return new DeltaMatcher(base, pages, await BlockIndex.of(pages))
  }

  get size(): number {
    return this.#pages.size
  }

  steps(range: Buffer): Steps {
    const pages = this.#pages
    const index = this.#index
    const list = new StepList()
    const last = range.length - width
    let at = this.#goesOn(range, list)
    let hash = at <= last ? hashAt(range, at) : 0
    while (at <= last) {
      const found = index.find(hash)
      const copied = found < 0 ? 0 : this.#take(range, at, found, list)
      if (copied === 0) {
        hash = roll(hash, range[at] ?? 0, range[at + width] ?? 0)
        at++
        continue
      }
      at += copied
      if (at <= last) hash = hashAt(range, at)
    }
    const { covered } = list
    this.#gaps.fill(
      range,
      {
        start: covered,
        end: range.length,
        after: this.#next,
        before: Math.min(pages.size, this.#next + range.length - covered),
      },
      list,
    )
    return list.finish(range.length)
  }

  /** A range usually goes on where the one before it ended; returns what that covers. */
  #goesOn(range: Buffer, list: StepList): number {
    const length = runForward(range, 0, this.#pages, this.#next, range.length)
    if (length < width) return 0
    list.copy(0, length, this.#next)
    this.#next += length
    return length
  }

  /** Copies the run around a block that may be at `found`, or where the last copy would go on if that is longer; its bytes from `at` on. */
  #take(range: Buffer, at: number, found: number, list: StepList): number {
    const pages = this.#pages
    let from = found
    let forward = runForward(range, at, pages, found, range.length)
    if (forward < width) return 0
    const straight = this.#next + at - list.covered
    if (straight !== found && straight < pages.size) {
      const run = runForward(range, at, pages, straight, range.length)
      if (run >= forward) [from, forward] = [straight, run]
    }
    const back = runBackward(range, at, pages, from, at - list.covered)
    this.#gaps.fill(
      range,
      { start: list.covered, end: at - back, after: this.#next, before: from - back },
      list,
    )
    list.copy(at - back, forward + back, from - back)
    this.#next = from + forward
    return forward
  }
}
