import { BlockIndex, hashAt, roll, width } from './block-index.ts'
import { isNoise, type Steps } from './chunk.ts'
import { runBackward, runForward } from './common-run.ts'
import { type Gap, GapFiller, type Source } from './gap.ts'
import { Beginning, type Pages } from './pages.ts'
import { type Matcher, StepList } from './steps.ts'

type Indexed = Source & { readonly index: BlockIndex }
type Place = { readonly source: Source; readonly from: number }
type Run = Place & { readonly forward: number }

/**
 * So far behind the last copy every position is looked up; from there on every seventh: 7 has no factor in common with the steps of an
 * index, so a long run is found soon all the same, and its beginning by going back.
 */
const thorough = 4096
const stride = 7

/**
 * So far behind the last copy a range that looks like noise is only probed: it repeats in long runs, or not at all. 61 has no factor in common
 * with the steps of an index either.
 */
const sparseFrom = 32_768
const sparse = 61

/** Shortest run that is copied from the content itself. */
const worthOwn = 64

/**
 * Finds a range of a content in a base that lies here, and in what comes before it in the content itself (a package often holds the same
 * text twice). Two levels: long runs (24 bytes and more) anywhere by the index of blocks, at any alignment; then short ones in the gaps
 * between them, near where the copy before goes on.
 */
export class DeltaMatcher implements Matcher {
  readonly base: string | undefined
  readonly #base: Indexed | undefined
  readonly #own: Indexed
  readonly #before: Beginning
  readonly #gaps = new GapFiller()
  /** Where the last copy ended. */
  #next: Place | undefined

  private constructor(
    content: Pages,
    base?: { readonly sha: string; readonly pages: Pages; readonly index: BlockIndex },
  ) {
    this.base = base?.sha
    this.#base = base === undefined ? undefined : { bytes: base.pages, address: 0, index: base.index }
    this.#before = new Beginning(content)
    this.#own = { bytes: this.#before, address: base?.pages.size ?? 0, index: new BlockIndex(content.size) }
    this.#content = content
    if (this.#base !== undefined) this.#next = { source: this.#base, from: 0 }
  }

  readonly #content: Pages

  /** `content`: what is to be encoded. */
  static async of(
    content: Pages,
    base?: { readonly sha: string; readonly pages: Pages },
  ): Promise<DeltaMatcher> {
    if (base === undefined) return new DeltaMatcher(content)
    const index = new BlockIndex(base.pages.size)
    await index.reach(base.pages, base.pages.size)
    return new DeltaMatcher(content, { ...base, index })
  }

  async steps(range: Buffer, start: number): Promise<Steps> {
    // What comes before the range is on the host by the time that any chunk of it arrives.
    this.#before.size = start
    await this.#own.index.reach(this.#content, start)
    const list = new StepList()
    const last = range.length - width - 1
    let at = this.#goesOn(range, list)
    let hash = at <= last ? hashAt(range, at) : 0
    const noise = isNoise(range)
    while (at <= last) {
      if (noise && at - list.covered >= sparseFrom) {
        at += sparse
        if (at > last) break
        hash = hashAt(range, at)
        const copied = this.#take(range, at, hash, list)
        at += copied
        if (copied > 0 && at <= last) hash = hashAt(range, at)
        continue
      }
      const looks = at - list.covered < thorough || at % stride === 0
      const copied = looks ? this.#take(range, at, hash, list) : 0
      if (copied === 0) {
        hash = roll(hash, range[at] ?? 0, range[at + width] ?? 0)
        at++
        continue
      }
      at += copied
      if (at <= last) hash = hashAt(range, at)
    }
    this.#fill(range, range.length, undefined, list)
    return list.finish(range.length)
  }

  /** A range usually goes on where the one before it ended; returns what that covers. */
  #goesOn(range: Buffer, list: StepList): number {
    if (this.#next === undefined) return 0
    const { source, from } = this.#next
    const forward = runForward(range, 0, source.bytes, from, range.length)
    if (forward < width) return 0
    this.#copy(0, { source, from, forward }, 0, list)
    return forward
  }

  /** Copies the longest run around a block of that hash; its bytes from `at` on, 0: there is none. */
  #take(range: Buffer, at: number, hash: number, list: StepList): number {
    let best = this.#run(range, at, this.#base, hash)
    const own = this.#run(range, at, this.#own, hash)
    if (own !== undefined && own.forward > (best?.forward ?? 0)) best = own
    if (best === undefined) return 0
    if (this.#next !== undefined) {
      const { source } = this.#next
      const from = this.#next.from + at - list.covered
      const forward = runForward(range, at, source.bytes, from, range.length)
      if (forward >= best.forward) best = { source, from, forward }
    }
    const back = runBackward(range, at, best.source.bytes, best.from, at - list.covered)
    // Short repetitions of the content itself are left to deflate.
    if (best.source === this.#own && best.forward + back < worthOwn) return 0
    this.#fill(range, at - back, { source: best.source, from: best.from - back }, list)
    this.#copy(at, best, back, list)
    return best.forward
  }

  #run(range: Buffer, at: number, source: Indexed | undefined, hash: number): Run | undefined {
    const from = source?.index.find(hash) ?? -1
    if (source === undefined || from < 0) return undefined
    const forward = runForward(range, at, source.bytes, from, range.length)
    return forward < width ? undefined : { source, from, forward }
  }

  #copy(at: number, { source, from, forward }: Run, back: number, list: StepList): void {
    list.copy(at - back, forward + back, source.address + from - back)
    this.#next = { source, from: from + forward }
  }

  #fill(range: Buffer, end: number, before: Gap['before'], list: StepList): void {
    if (this.#base === undefined) return
    this.#gaps.fill(range, { start: list.covered, end, after: this.#next, before }, list)
  }
}
