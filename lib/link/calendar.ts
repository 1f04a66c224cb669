import type { StartRules } from '../domain/rollout.ts'
import type { WindowEntry } from '../domain/site.ts'
import { beginsOn, dayMs, epochDaysOf, isAlways, localDay, spanOn, wallOf, type Span } from './local-time.ts'
import { endingAfter, joined, without } from './spans.ts'
import { Zone } from './zone.ts'

/** When work may start: a site's windows and blackouts, or a rollout's in the site's own time. */
export type Rules = StartRules

/** How far ahead is looked. What is open from its first half to its end is taken to stay open. */
const horizonDays = 400
const endlessMs = (horizonDays / 2) * dayMs
/** Days that are worked out first, and by how much more each time that they don't suffice. */
const firstDays = 16
const growth = 4

/**
 * The openings of one set of rules as spans of instants, worked out as far as they are asked for. Links of the same zone, class and
 * weekend share one.
 */
export class Calendar {
  readonly #zone: string
  readonly #windows: readonly WindowEntry[]
  readonly #blackouts: readonly Span[]
  readonly #daysOff: ReadonlySet<number>
  readonly #always: boolean
  /** Openings that end after `#from`, whole as far as `#to`. */
  #spans: readonly Span[] = []
  #from = Infinity
  #to = -Infinity
  /** Spans that were worked out since the start, for tests: shared calendars don't work them out again. */
  made = 0

  constructor({ timeZone, windows, blackouts = [], holidays }: Rules) {
    const zone = Zone.of(timeZone)
    this.#zone = timeZone
    this.#windows = windows
    this.#daysOff = epochDaysOf(holidays)
    this.#always = windows.length === 0 || windows.some(isAlways)
    this.#blackouts = joined(
      blackouts.map(({ from, to }) => ({ from: zone.instant(wallOf(from)), to: zone.instant(wallOf(to)) })),
    )
    if (this.#always) this.#spans = without([{ from: -Infinity, to: Infinity }], this.#blackouts)
  }

  /** The calendar of rules, shared by all that have the same. */
  static of(rules: Rules): Calendar {
    const known = byRules.get(rules)
    if (known !== undefined) return known
    const key = JSON.stringify([rules.timeZone, rules.windows, rules.blackouts ?? [], rules.holidays ?? []])
    let shared = byKey.get(key)
    if (shared === undefined) {
      if (byKey.size >= mostShared) byKey.clear()
      byKey.set(key, (shared = new Calendar(rules)))
    }
    byRules.set(rules, shared)
    return shared
  }

  /** The openings that end after an instant, in order. The last one may end at Infinity: it doesn't close within 400 days. */
  *openings(instant: number): Generator<Span, undefined> {
    let days = firstDays
    let next = instant
    for (;;) {
      this.#cover(instant, days)
      const whole = this.#always || days >= horizonDays
      for (let i = endingAfter(this.#spans, next); i < this.#spans.length; i++) {
        const span = this.#spans[i]!
        if (!this.#always && span.to >= this.#to) {
          // What merely begins before the horizon is not known to stay open.
          if (whole && this.#to - span.from >= endlessMs) yield { from: span.from, to: Infinity }
          break
        }
        yield span
        next = span.to
      }
      if (whole) return undefined
      days = Math.min(horizonDays, days * growth)
    }
  }

  #cover(instant: number, days: number): void {
    if (this.#always) return
    if (this.#from <= instant && this.#to >= instant + days * dayMs) return
    const today = localDay(this.#zone, instant)
    const first = today - 2
    // Twice as far as is asked for, so that it is not worked out anew each time that an hour has passed.
    const last = today + 2 * days + 2
    const spans: Span[] = []
    for (const window of this.#windows)
      for (let day = first; day <= last; day++) {
        if (!beginsOn(window, day, this.#daysOff)) continue
        const span = spanOn(this.#zone, window, day)
        if (span.to > span.from) spans.push(span)
      }
    this.made += spans.length
    this.#from = instant
    this.#to = Zone.of(this.#zone).instant((today + 2 * days + 1) * dayMs)
    // What ends later is cut there, and known by it to be unfinished.
    const cut = joined(spans).flatMap(({ from, to }) =>
      from >= this.#to ? [] : [{ from, to: Math.min(to, this.#to) }],
    )
    this.#spans = without(cut, this.#blackouts)
  }
}

const byRules = new WeakMap<Rules, Calendar>()
const byKey = new Map<string, Calendar>()
const mostShared = 4096

/** The openings of several rules together: open only while all are. Those that end after an instant, in order. */
export function* openingsOf(rules: readonly Rules[], instant: number): Generator<Span, undefined> {
  const streams = rules.map((r) => Calendar.of(r).openings(instant))
  const heads = streams.map((s) => s.next().value)
  for (;;) {
    let from = -Infinity
    let to = Infinity
    let earliest = 0
    for (const [i, head] of heads.entries()) {
      if (head === undefined) return undefined
      from = Math.max(from, head.from)
      if (head.to < to) {
        to = head.to
        earliest = i
      }
    }
    if (from < to) yield { from, to }
    if (to === Infinity) return undefined
    heads[earliest] = streams[earliest]!.next().value
  }
}
