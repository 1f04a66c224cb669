import { Temporal } from 'temporal-polyfill'
import type { Weekday, WindowEntry } from '../domain/site.ts'

const names = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const minuteMs = 60_000
const dayMs = 86_400_000

/** Days since 1970-01-01 of the calendar date that clocks in a zone show at an instant; a day off where they are set back over midnight. */
export function localDay(zone: string, instant: number): number {
  const last = lastDays.get(zone)
  if (last !== undefined && last.from <= instant && instant < last.to) return last.day
  const day = epochDayOf(
    Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDate(),
  )
  lastDays.set(zone, { day, from: dayIn(zone, day).start, to: dayIn(zone, day + 1).start })
  return day
}

/** The day last asked for, by zone. */
const lastDays = new Map<string, { readonly day: number } & Span>()

/** Weekday of a date given as days since 1970-01-01, a Thursday. */
export const weekdayOf = (epochDay: number): Weekday => names[(((epochDay + 3) % 7) + 7) % 7]!

/**
 * The instant at which clocks in a zone show a time of a date. A time that occurs twice is its first occurrence; a time that
 * is skipped is the instant of the change. So spans that adjoin on the clock adjoin in time, without gap or overlap.
 */
export function instantOf(zone: string, epochDay: number, minute: number): number {
  if (minute >= 1440) return instantOf(zone, epochDay + 1, minute - 1440)
  const { start, regular } = dayIn(zone, epochDay)
  return regular ? start + minute * minuteMs : resolved(zone, epochDay, minute)
}

/** A span of an entry that begins on a date, in instants: from the first to just before the second. */
export const spanOn = (zone: string, entry: WindowEntry, epochDay: number): Span => ({
  from: instantOf(zone, epochDay, entry.fromMinute),
  to: instantOf(zone, epochDay, entry.toMinute > entry.fromMinute ? entry.toMinute : entry.toMinute + 1440),
})

/** A half-open span of instants, ms since 1970. */
export type Span = { readonly from: number; readonly to: number }

type Day = {
  readonly start: number
  /** True: 24 hours without a change of the clocks, so that minutes can be added. */
  readonly regular: boolean
}

/** Resolving a time zone is slow, and the same few days are asked again and again. */
const days = new Map<string, Map<number, Day>>()
const keptDaysPerZone = 64

function dayIn(zone: string, epochDay: number): Day {
  let known = days.get(zone)
  if (known === undefined) days.set(zone, (known = new Map()))
  const day = known.get(epochDay)
  if (day !== undefined) return day
  const start = resolved(zone, epochDay, 0)
  const zoned = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone)
  const change = zoned.getTimeZoneTransition('next')
  const atMidnight = zoned.hour === 0 && zoned.minute === 0
  const made = {
    start,
    regular: atMidnight && (change === null || change.epochMilliseconds >= start + dayMs),
  }
  if (known.size >= keptDaysPerZone) known.clear()
  known.set(epochDay, made)
  return made
}

function resolved(zone: string, epochDay: number, minute: number): number {
  const plain = Temporal.PlainDate.from('1970-01-01')
    .add({ days: epochDay })
    .toPlainDateTime({ hour: Math.floor(minute / 60), minute: minute % 60 })
  const zoned = plain.toZonedDateTime(zone, { disambiguation: 'earlier' })
  if (zoned.toPlainDateTime().equals(plain)) return zoned.epochMilliseconds
  const change = zoned.getTimeZoneTransition('next')
  if (change === null)
    throw new Error(
      `Internal error: ${plain.toString()} is skipped in ${zone} without a change of its clocks`,
    )
  return change.epochMilliseconds
}

const epochDayOf = (date: Temporal.PlainDate): number => Date.UTC(date.year, date.month - 1, date.day) / dayMs
