import { type Rules, openingsOf } from './calendar.ts'
import type { Span } from './local-time.ts'
import { localTime, wallOf } from './local-time.ts'
import { Zone } from './zone.ts'

export { localTime } from './local-time.ts'
export type { Rules } from './calendar.ts'

/** Whether work may start: open with what is left, or closed with the next opening. */
export type WindowState =
  /** `until` undefined = it doesn't close. */
  | { readonly open: true; readonly until: number | undefined }
  /** `opens` undefined = it doesn't within 400 days. `because`: the reason of the blackout that is in force. */
  | { readonly open: false; readonly opens: number | undefined; readonly because?: string }

/** The window of a site, or of a site and a rollout together: open only while all are. */
export function windowAt(rules: Rules | readonly Rules[], instant: number): WindowState {
  const all = listOf(rules)
  const first = openingsOf(all, instant).next().value
  if (first === undefined) return { open: false, opens: undefined, ...blackedOut(all, instant) }
  if (first.from > instant) return { open: false, opens: first.from, ...blackedOut(all, instant) }
  return { open: true, until: first.to === Infinity ? undefined : first.to }
}

/** The openings that end after an instant, in order, at most so many; the last one may end at Infinity. */
export function nextOpenings(
  rules: Rules | readonly Rules[],
  instant: number,
  most: number,
): readonly Span[] {
  const found: Span[] = []
  for (const span of openingsOf(listOf(rules), instant)) {
    if (found.length === most) break
    found.push(span)
  }
  return found
}

/** How long a window stays open, ms; 0 = closed, Infinity = it doesn't close. */
export function leftMs(rules: Rules | readonly Rules[], instant: number): number {
  const state = windowAt(rules, instant)
  return state.open ? (state.until === undefined ? Infinity : state.until - instant) : 0
}

/** Whether a site's whole plan may start now; otherwise when it can, undefined = no opening of the next 400 days is long enough. */
export type Admission = 'now' | { readonly deferredUntil: number | undefined; readonly because: string }

/** What a plan takes, ms, when it starts at an instant. */
export type TakesMs = number | ((start: number) => number)

/**
 * Decides for the whole plan of a site before any of it starts: it must fit what is left of the window. It is given to the first opening
 * that is long enough, from the opening's start: starting later in it would never end sooner.
 * @param takes what the plan takes; see `durationFrom`, which follows the timetable
 * @param options.zone the operator's own, in which the instant is told too
 */
export function admission(
  rules: Rules | readonly Rules[],
  takes: TakesMs,
  now: number,
  options: { readonly zone?: string } = {},
): Admission {
  const all = listOf(rules)
  const takesFrom = typeof takes === 'number' ? () => takes : takes
  let shortest = Infinity
  let left = 0
  for (const span of openingsOf(all, now)) {
    const start = Math.max(span.from, now)
    const estimateMs = takesFrom(start)
    if (start === now) left = span.to - now
    if (span.to - start >= estimateMs) {
      if (start === now) return 'now'
      const why = reason(all, left, takesFrom(now), now)
      return { deferredUntil: start, because: `${why}; it fits at ${told(all, start, options.zone)}` }
    }
    shortest = Math.min(shortest, estimateMs)
  }
  const least = Number.isFinite(shortest) ? shortest : takesFrom(now)
  return {
    deferredUntil: undefined,
    because: `${reason(all, left, takesFrom(now), now)}; no opening of the next 400 days is as long as ${minutes(least)}`,
  }
}

function reason(all: readonly Rules[], left: number, estimateMs: number, now: number): string {
  if (left === 0) return whyClosed(all, now)
  return `the plan takes about ${minutes(estimateMs)}, ${closing(all, now + left)} in ${minutes(left)}`
}

/** A set of rules that keeps work from starting: by its windows, or by blackouts that are in force. */
export type Closed = {
  /** Whose rules; undefined = the site's own. */
  readonly of: string | undefined
  readonly blackouts: readonly string[]
}

/** Which rules keep work from starting at an instant, each owner's once; none = the window is open. */
export function closedBy(rules: Rules | readonly Rules[], instant: number): readonly Closed[] {
  const closed = listOf(rules).flatMap((one): readonly Closed[] =>
    windowAt(one, instant).open ? [] : [{ of: one.of, blackouts: blackoutsAt(one, instant) }],
  )
  return [...new Map(closed.map((one) => [JSON.stringify(one), one])).values()]
}

/**
 * The same in words, at an instant at which the window is closed: `the window is closed`, `blackout: Elections`; beside a rollout
 * `the site’s window is closed and the window of rollout spring-mail is closed`.
 */
export const whyClosed = (rules: Rules | readonly Rules[], instant: number): string =>
  closedBy(rules, instant)
    .map((one) =>
      one.blackouts.length > 0
        ? `${blackoutOf(one)}: ${one.blackouts.join('; ')}`
        : `${windowOf(one, listOf(rules))} is closed`,
    )
    .join(' and ')

/** What ends an opening at an instant: `the window closes`, `blackout Elections begins`. */
const closing = (all: readonly Rules[], instant: number): string =>
  closedBy(all, instant)
    .map((one) =>
      one.blackouts.length > 0
        ? `${blackoutOf(one)} (${one.blackouts.join('; ')}) begins`
        : `${windowOf(one, all)} closes`,
    )
    .join(' and ')

const blackoutOf = ({ of }: Closed): string => (of === undefined ? 'blackout' : `blackout of ${of}`)
const windowOf = ({ of }: Closed, all: readonly Rules[]): string =>
  of !== undefined ? `the window of ${of}` : all.length > 1 ? 'the site’s window' : 'the window'

/** An instant in the site's time, and in the operator's where that differs. */
const told = ([site]: readonly Rules[], instant: number, zone: string | undefined): string =>
  zone === undefined || site === undefined || zone === site.timeZone
    ? localTime(site?.timeZone ?? 'UTC', instant)
    : `${localTime(site.timeZone, instant)} (${localTime(zone, instant)})`

/** Reasons of the blackouts in force, each once. */
function blackedOut(all: readonly Rules[], instant: number): { readonly because?: string } {
  const reasons = all.flatMap((one) => blackoutsAt(one, instant))
  return reasons.length === 0 ? {} : { because: [...new Set(reasons)].join('; ') }
}

const blackoutsAt = ({ timeZone, blackouts = [] }: Rules, instant: number): readonly string[] => [
  ...new Set(blackouts.filter((b) => holds(timeZone, b, instant)).map(({ because }) => because)),
]

function holds(zone: string, { from, to }: { from: string; to: string }, instant: number): boolean {
  const span: Span = { from: Zone.of(zone).instant(wallOf(from)), to: Zone.of(zone).instant(wallOf(to)) }
  return span.from <= instant && instant < span.to
}

const listOf = (rules: Rules | readonly Rules[]): readonly Rules[] => ('timeZone' in rules ? [rules] : rules)

const minutes = (ms: number): string => {
  const whole = Math.ceil(ms / 60_000)
  return whole === 1 ? '1 minute' : `${whole} minutes`
}
