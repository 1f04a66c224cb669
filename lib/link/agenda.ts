import { Calendar, type Rules } from './calendar.ts'

/**
 * What waits for windows, by the instant at which it may go on. Links that nothing waits for are not in it; those of the same calendar
 * wait at the same instant. So an event costs the logarithm of the number of different instants, however many links there are.
 */
export class Agenda<T> {
  readonly #waiting = new Map<number, T[]>()
  /** A heap of the instants: each is not after its children at 2i + 1 and 2i + 2. */
  readonly #heap: number[] = []
  /** Comparisons of instants since the start. */
  compared = 0

  /** Waits for the first opening from an instant on that is long enough; returns its start, undefined = there is none. */
  await(what: T, rules: Rules, needsMs: number, from: number): number | undefined {
    for (const span of Calendar.of(rules).openings(from)) {
      const start = Math.max(span.from, from)
      if (span.to - start >= needsMs) {
        this.at(start, what)
        return start
      }
    }
    return undefined
  }

  /** Waits for an instant. */
  at(instant: number, what: T): void {
    const together = this.#waiting.get(instant)
    if (together !== undefined) together.push(what)
    else {
      this.#waiting.set(instant, [what])
      this.#push(instant)
    }
  }

  /** The next instant at which something goes on. */
  get next(): number | undefined {
    return this.#heap[0]
  }

  /** Takes out what may go on at the next instant, if that has come. */
  due(now: number): readonly T[] {
    const next = this.#heap[0]
    if (next === undefined || next > now) return []
    this.#pop()
    const together = this.#waiting.get(next) ?? []
    this.#waiting.delete(next)
    return together
  }

  #push(instant: number): void {
    const heap = this.#heap
    heap.push(instant)
    for (let i = heap.length - 1; i > 0;) {
      const parent = (i - 1) >> 1
      if (!this.#later(heap[parent]!, heap[i]!)) return
      this.#swap(i, parent)
      i = parent
    }
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    heap[0] = last
    for (let i = 0; ;) {
      const left = 2 * i + 1
      if (left >= heap.length) return
      const right = left + 1
      const child = right < heap.length && this.#later(heap[left]!, heap[right]!) ? right : left
      if (!this.#later(heap[i]!, heap[child]!)) return
      this.#swap(i, child)
      i = child
    }
  }

  #later(a: number, b: number): boolean {
    this.compared++
    return a > b
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap
    const kept = heap[a]!
    heap[a] = heap[b]!
    heap[b] = kept
  }
}
