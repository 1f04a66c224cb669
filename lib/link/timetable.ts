import type { BudgetEntry, Link } from '../domain/site.ts'
import { localDay, spanOn, weekdayOf } from './local-time.ts'

/** What may be used of a link at an instant. */
export type Budget = {
  readonly kbitPerS: number
  /** Instant at which the rate changes next, ms since 1970; undefined = it stays. */
  readonly until: number | undefined
}

type Timed = Pick<Link, 'timeZone' | 'budget'>

/** A timetable repeats after a week; a change of the clocks may move an edge by some hours. */
const horizonDays = 9

/** The budget in force: the rate of the first entry whose span holds the instant. */
export function budgetAt(link: Timed, instant: number): Budget {
  const kbitPerS = rateAt(link, instant)
  if (link.budget.every((entry) => entry.kbitPerS === kbitPerS)) return { kbitPerS, until: undefined }
  const until = edges(link, instant).find((edge) => rateAt(link, edge) !== kbitPerS)
  return { kbitPerS, until }
}

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

function rateAt(link: Timed, instant: number): number {
  const day = localDay(link.timeZone, instant)
  const entry = link.budget.find((e) => holds(link.timeZone, e, instant, day))
  if (entry === undefined)
    throw new Error(`Internal error: the timetable in ${link.timeZone} has no entry that matches always`)
  return entry.kbitPerS
}

/** An entry of yesterday may run past midnight; where clocks are set back over midnight, one of tomorrow may have begun. */
function holds(zone: string, entry: BudgetEntry, instant: number, day: number): boolean {
  if (isAlways(entry)) return true
  return [day, day - 1, day + 1].some((d) => {
    if (!entry.days.includes(weekdayOf(d))) return false
    const { from, to } = spanOn(zone, entry, d)
    return from <= instant && instant < to
  })
}

const isAlways = (entry: BudgetEntry): boolean =>
  new Set(entry.days).size === 7 && entry.fromMinute === 0 && entry.toMinute === 1440

/** Starts and ends of spans after an instant, in order. */
function edges({ timeZone, budget }: Timed, instant: number): readonly number[] {
  const today = localDay(timeZone, instant)
  const found = new Set<number>()
  for (const entry of budget) {
    if (isAlways(entry)) continue
    for (let day = today - 1; day <= today + horizonDays; day++) {
      if (!entry.days.includes(weekdayOf(day))) continue
      const { from, to } = spanOn(timeZone, entry, day)
      if (from > instant) found.add(from)
      if (to > instant) found.add(to)
    }
  }
  return [...found].sort((a, b) => a - b)
}
