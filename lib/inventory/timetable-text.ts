import type { BudgetEntry, Weekday, WindowEntry } from '../domain/site.ts'
import { weekdays, type BudgetText, type Days, type WindowText } from './schemas.ts'

/** A timetable as written, for one site: its weekend, what its line carries, whether it has dated days off. No budget exceeds the line. */
export const budgetEntries = (
  entries: readonly BudgetText[],
  weekend: readonly Weekday[],
  lineKbitPerS: number,
  daysOff = false,
): readonly BudgetEntry[] =>
  entries.map((entry) => ({
    ...spanOf(entry, weekend, daysOff),
    kbitPerS: Math.min(
      lineKbitPerS,
      entry.kbitPerS ?? Math.max(1, Math.floor((entry.share ?? 1) * lineKbitPerS)),
    ),
  }))

export const windowEntries = (
  entries: readonly WindowText[],
  weekend: readonly Weekday[],
  daysOff = false,
): readonly WindowEntry[] => entries.map((entry) => spanOf(entry, weekend, daysOff))

const spanOf = (entry: WindowText, weekend: readonly Weekday[], daysOff: boolean): WindowEntry => ({
  days: daysOf(entry.days ?? 'every-day', weekend),
  fromMinute: entry.from === undefined ? 0 : minuteOf(entry.from),
  toMinute: entry.to === undefined ? 1440 : minuteOf(entry.to),
  // A dated holiday is a day of the weekend.
  ...(daysOff && entry.days === 'weekdays' ? { onHoliday: 'never' as const } : {}),
  ...(daysOff && entry.days === 'weekend' ? { onHoliday: 'always' as const } : {}),
})

const daysOf = (days: Days, weekend: readonly Weekday[]): readonly Weekday[] => {
  if (days === 'every-day') return weekdays
  if (days === 'weekend') return weekdays.filter((day) => weekend.includes(day))
  if (days === 'weekdays') return weekdays.filter((day) => !weekend.includes(day))
  return weekdays.filter((day) => days.includes(day))
}

/** `08:30` → 510. */
const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
