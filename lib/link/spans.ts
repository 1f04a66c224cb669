import type { Span } from './local-time.ts'

/** Arithmetic on half-open spans of instants. Lists are in order and their spans neither overlap nor touch. */

/** Spans in any order made a list; those that overlap or touch become one, empty ones go. */
export function joined(spans: readonly Span[]): readonly Span[] {
  const list: { from: number; to: number }[] = []
  for (const span of spans.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from)) {
    const last = list.at(-1)
    if (last !== undefined && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else list.push({ ...span })
  }
  return list
}

/** What is in the first list and not in the second. */
export function without(spans: readonly Span[], removed: readonly Span[]): readonly Span[] {
  const left: Span[] = []
  let r = 0
  for (const { from, to } of spans) {
    let at = from
    while (r < removed.length && removed[r]!.to <= at) r++
    for (let i = r; i < removed.length && removed[i]!.from < to; i++) {
      if (removed[i]!.from > at) left.push({ from: at, to: removed[i]!.from })
      at = Math.max(at, removed[i]!.to)
    }
    if (at < to) left.push({ from: at, to })
  }
  return left
}

/** Index of the first span that ends after an instant; the length of the list when there is none. */
export function endingAfter(spans: readonly Span[], instant: number): number {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (spans[middle]!.to > instant) high = middle
    else low = middle + 1
  }
  return low
}
