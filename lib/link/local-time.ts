import { Temporal } from 'temporal-polyfill'
import type { Holiday, Weekday, WindowEntry } from '../domain/site.ts'
import { Zone } from './zone.ts'

const names = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const minuteMs = 60_000
export const dayMs = 86_400_000

/** Days since 1970-01-01 of the calendar date that clocks in a zone show at an instant. */
export const localDay = (zone: string, instant: number): number =>
  Math.floor(Zone.of(zone).wall(instant) / dayMs)

/** Weekday of a date given as days since 1970-01-01, a Thursday. */
const weekdayOf = (epochDay: number): Weekday => names[(((epochDay + 3) % 7) + 7) % 7]!

/** The instant at which clocks in a zone show a time of a date; see `Zone.instant` for times that come twice or never. */
const instantOf = (zone: string, epochDay: number, minute: number): number =>
  Zone.of(zone).instant(epochDay * dayMs + minute * minuteMs)

/** A span of an entry that begins on a date, in instants: from the first to just before the second. */
export const spanOn = (zone: string, entry: WindowEntry, epochDay: number): Span => ({
  from: instantOf(zone, epochDay, entry.fromMinute),
  to: instantOf(zone, epochDay, entry.toMinute > entry.fromMinute ? entry.toMinute : entry.toMinute + 1440),
})

/** A half-open span of instants, ms since 1970. */
export type Span = { readonly from: number; readonly to: number }

/** Days off as days since 1970-01-01. */
export const epochDaysOf = (holidays: readonly Holiday[] | undefined): ReadonlySet<number> =>
  new Set((holidays ?? []).map(({ date }) => wallOf(`${date}T00:00`) / dayMs))

/** What a clock shows, `2026-12-20T18:00`, as milliseconds since 1970-01-01T00:00 on the clock. */
export const wallOf = (text: string): number => Date.parse(`${text}:00Z`)

/** Whether an entry's span may begin on a date: by its weekday, and by the day off that it may be. */
export function beginsOn(entry: WindowEntry, epochDay: number, daysOff: ReadonlySet<number>): boolean {
  if (entry.onHoliday !== undefined && daysOff.has(epochDay)) return entry.onHoliday === 'always'
  return entry.days.includes(weekdayOf(epochDay))
}

/** Whether an entry holds at every instant. */
export const isAlways = (entry: WindowEntry): boolean =>
  entry.onHoliday === undefined &&
  new Set(entry.days).size === 7 &&
  entry.fromMinute === 0 &&
  entry.toMinute === 1440

/** An instant as the site's own people read it: `2026-11-24 20:00 Asia/Kabul`. */
export const localTime = (zone: string, instant: number): string => {
  const at = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone)
  return `${at.toPlainDate().toString()} ${at.toPlainTime().toString({ smallestUnit: 'minute' })} ${zone}`
}
