import type { Link } from '../domain/site.ts'
import { beginsOn, dayMs, epochDaysOf, isAlways, localDay, spanOn, type Span } from './local-time.ts'
import { endingAfter, joined } from './spans.ts'

/** What may be used of a link at an instant. */
export type Budget = {
  readonly kbitPerS: number
  /** Instant at which the rate changes next, ms since 1970; undefined = it stays. */
  readonly until: number | undefined
}

/** What a timetable is made of. */
export type Timed = Pick<Link, 'timeZone' | 'budget' | 'holidays'>

/** A timetable repeats after a week; a change of the clocks may move an edge by some hours. Dated holidays come once a year. */
const weekDays = 9
const yearDays = 400

/** The budget in force: the rate of the first entry whose span holds the instant. */
export const budgetAt = (link: Timed, instant: number): Budget => Timetable.of(link).at(instant)

/** Rates in order over a span of time, each with its start; the first starts at `from`. */
export function budgetsBetween(
  link: Timed,
  from: number,
  to: number,
): readonly { readonly from: number; readonly kbitPerS: number }[] {
  const pieces: { from: number; kbitPerS: number }[] = []
  for (let at: number | undefined = from; at !== undefined && at < to;) {
    const { kbitPerS, until }: Budget = budgetAt(link, at)
    pieces.push({ from: at, kbitPerS })
    at = until
  }
  return pieces
}

/** The instant at which a transfer is through that begins at `from` and uses a share of the budget. */
export function transferEnd(link: Timed, bytes: number, share: number, from: number): number {
  if (!(bytes >= 0)) throw new Error(`Internal error: ${bytes} bytes have no transfer`)
  let left = bytes
  for (let at = from; ;) {
    const { kbitPerS, until } = budgetAt(link, at)
    const bytesPerMs = (kbitPerS * share) / 8
    const end = at + left / bytesPerMs
    if (until === undefined || end <= until) return Math.ceil(end)
    left -= (until - at) * bytesPerMs
    at = until
  }
}

type Piece = Span & { readonly kbitPerS: number }

/** A timetable worked out as pieces of one rate, as far as it is asked for; shared by links with the same zone, entries and holidays. */
class Timetable {
  readonly #timed: Timed
  readonly #daysOff: ReadonlySet<number>
  readonly #constant: number | undefined
  #pieces: readonly Piece[] = []
  #from = Infinity
  #to = -Infinity

  constructor(timed: Timed) {
    this.#timed = timed
    this.#daysOff = epochDaysOf(timed.holidays)
    if (!timed.budget.some(isAlways))
      throw new Error(`Internal error: the timetable in ${timed.timeZone} has no entry that matches always`)
    const first = timed.budget[0]!.kbitPerS
    this.#constant = timed.budget.every(({ kbitPerS }) => kbitPerS === first) ? first : undefined
  }

  static of(timed: Timed): Timetable {
    const known = byLink.get(timed)
    if (known !== undefined) return known
    const key = JSON.stringify([timed.timeZone, timed.budget, timed.holidays ?? []])
    let shared = byKey.get(key)
    if (shared === undefined) {
      if (byKey.size >= mostShared) byKey.clear()
      byKey.set(key, (shared = new Timetable(timed)))
    }
    byLink.set(timed, shared)
    return shared
  }

  at(instant: number): Budget {
    if (this.#constant !== undefined) return { kbitPerS: this.#constant, until: undefined }
    for (const days of this.#daysOff.size === 0 ? [weekDays] : [weekDays, yearDays]) {
      this.#cover(instant, days)
      const piece = this.#pieces[endingAfter(this.#pieces, instant)]!
      if (piece.to < this.#to) return { kbitPerS: piece.kbitPerS, until: piece.to }
      if (days === yearDays || this.#daysOff.size === 0) return { kbitPerS: piece.kbitPerS, until: undefined }
    }
    throw new Error('Internal error: a timetable was not worked out far enough')
  }

  #cover(instant: number, days: number): void {
    if (this.#from <= instant && this.#to >= instant + days * dayMs) return
    const { timeZone, budget } = this.#timed
    const today = localDay(timeZone, instant)
    this.#from = instant
    this.#to = instant + 2 * days * dayMs
    const spans = budget.map((entry) => {
      if (isAlways(entry)) return { kbitPerS: entry.kbitPerS, spans: [{ from: -Infinity, to: Infinity }] }
      const list: Span[] = []
      for (let day = today - 2; day <= today + 2 * days + 2; day++)
        if (beginsOn(entry, day, this.#daysOff)) list.push(spanOn(timeZone, entry, day))
      return { kbitPerS: entry.kbitPerS, spans: joined(list) }
    })
    this.#pieces = piecesOf(spans, instant, this.#to)
  }
}

/** Pieces of one rate each from an instant to another; of entries that hold at the same time the first decides. */
function piecesOf(
  entries: readonly { readonly kbitPerS: number; readonly spans: readonly Span[] }[],
  from: number,
  to: number,
): readonly Piece[] {
  const edges = new Set([from])
  for (const { spans } of entries)
    for (const span of spans)
      for (const edge of [span.from, span.to]) if (edge > from && edge < to) edges.add(edge)
  const pieces: { from: number; to: number; kbitPerS: number }[] = []
  for (const edge of [...edges].sort((a, b) => a - b)) {
    const entry = entries.find(({ spans }) => {
      const span = spans[endingAfter(spans, edge)]
      return span !== undefined && span.from <= edge
    })
    const last = pieces.at(-1)
    if (last?.kbitPerS === entry!.kbitPerS) continue
    if (last !== undefined) last.to = edge
    pieces.push({ from: edge, to, kbitPerS: entry!.kbitPerS })
  }
  return pieces
}

const byLink = new WeakMap<Timed, Timetable>()
const byKey = new Map<string, Timetable>()
const mostShared = 4096
