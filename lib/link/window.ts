import { Temporal } from 'temporal-polyfill'
import type { Link } from '../domain/site.ts'
import { localDay, spanOn, weekdayOf, type Span } from './local-time.ts'

type Windowed = Pick<Link, 'timeZone' | 'windows'>

/** Windows repeat after a week; what is open for longer than this is open always. */
const horizonDays = 9

/** Whether work may start: open with what is left, or closed with the next opening. */
export type WindowState =
  /** `until` undefined = it doesn't close. */
  | { readonly open: true; readonly until: number | undefined }
  /** `opens` undefined = it never does. */
  | { readonly open: false; readonly opens: number | undefined }

export function windowAt(link: Windowed, instant: number): WindowState {
  if (link.windows.length === 0) return { open: true, until: undefined }
  const spans = openings(link, instant)
  const first = spans[0]
  if (first === undefined) return { open: false, opens: undefined }
  if (first.from > instant) return { open: false, opens: first.from }
  return { open: true, until: endless(first, instant) ? undefined : first.to }
}

/** How long a window stays open, ms; 0 = closed, Infinity = it doesn't close. */
export function leftMs(link: Windowed, instant: number): number {
  const state = windowAt(link, instant)
  return state.open ? (state.until === undefined ? Infinity : state.until - instant) : 0
}

/** Whether a site's whole plan may start now; otherwise when it can, undefined = no window is long enough. */
export type Admission = 'now' | { readonly deferredUntil: number | undefined; readonly because: string }

/**
 * Decides for the whole plan of a site before any of it starts: it must fit what is left of the window.
 * @param estimateMs what the plan takes, ms; see `cost.ts`
 */
export function admission(link: Windowed, estimateMs: number, now: number): Admission {
  const left = leftMs(link, now)
  if (left > 0 && left >= estimateMs) return 'now'
  const later = openings(link, now).find(
    (span) => span.from > now && (endless(span, now) || span.to - span.from >= estimateMs),
  )
  const why =
    left > 0
      ? `the plan takes about ${minutes(estimateMs)}, the window closes in ${minutes(left)}`
      : 'the window is closed'
  if (later !== undefined)
    return {
      deferredUntil: later.from,
      because: `${why}; next one at ${localTime(link.timeZone, later.from)}`,
    }
  return {
    deferredUntil: undefined,
    because: `${why}; no window of the week is as long as ${minutes(estimateMs)}`,
  }
}

/** An instant as the site's own people read it: `2026-11-24 20:00 Asia/Kabul`. */
export const localTime = (zone: string, instant: number): string => {
  const at = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone)
  return `${at.toPlainDate().toString()} ${at.toPlainTime().toString({ smallestUnit: 'minute' })} ${zone}`
}

const minutes = (ms: number): string => {
  const whole = Math.ceil(ms / 60_000)
  return whole === 1 ? '1 minute' : `${whole} minutes`
}

const endless = (span: Span, now: number): boolean => span.to - Math.max(span.from, now) >= 8 * 86_400_000

/** Spans of time that end after an instant, in order, those that touch joined. */
function openings({ timeZone, windows }: Windowed, instant: number): readonly Span[] {
  const today = localDay(timeZone, instant)
  const spans: Span[] = []
  for (const window of windows)
    for (let day = today - 1; day <= today + horizonDays; day++) {
      if (!window.days.includes(weekdayOf(day))) continue
      const span = spanOn(timeZone, window, day)
      if (span.to > instant && span.to > span.from) spans.push(span)
    }
  const joined: { from: number; to: number }[] = []
  for (const span of spans.sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last !== undefined && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else joined.push({ ...span })
  }
  return joined
}
