import { Calendar, type Rules } from './calendar.ts'
import type { Span } from './local-time.ts'

/** Work that waits for one link: how long each operation takes, ms, in order. */
export type LinkWork = { readonly rules: Rules; readonly takesMs: readonly number[] }

/** When each operation of a link starts, ms since 1970, in order; those that don't fit before the end are left out. */
export type DayPlan = {
  readonly starts: readonly Float64Array[]
  /** Openings that were looked at, and calendars that were worked out: what the plan cost. */
  readonly cost: { readonly openings: number; readonly calendars: number }
}

/**
 * Places the waiting operations of links into the windows of a span of time: each whole, one after the other, never two of a link at once.
 * An operation that an opening is too short for waits for one that is long enough, and those behind it wait with it.
 */
export function planDay(links: readonly LinkWork[], from: number, to: number): DayPlan {
  const known = new Map<Calendar, readonly Span[]>()
  const within = (calendar: Calendar): readonly Span[] => {
    const spans = known.get(calendar)
    if (spans !== undefined) return spans
    const found: Span[] = []
    for (const span of calendar.openings(from)) {
      if (span.from >= to) break
      found.push({ from: Math.max(span.from, from), to: Math.min(span.to, to) })
    }
    known.set(calendar, found)
    return found
  }
  let openings = 0
  const starts = links.map(({ rules, takesMs }) => {
    const spans = within(Calendar.of(rules))
    const placed = new Float64Array(takesMs.length)
    let count = 0
    let at = -Infinity
    for (let s = 0; s < spans.length && count < takesMs.length; s++) {
      openings++
      const span = spans[s]!
      at = Math.max(at, span.from)
      while (count < takesMs.length && at + takesMs[count]! <= span.to) {
        placed[count++] = at
        at += takesMs[count - 1]!
      }
    }
    return placed.subarray(0, count)
  })
  return { starts, cost: { openings, calendars: known.size } }
}
