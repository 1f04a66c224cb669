import type { BudgetEntry, Weekday, WindowEntry } from '../domain/site.ts'
import { weekdays, type BudgetText, type Days, type WindowText } from './schemas.ts'

/** A timetable as written, for one site: its weekend, and what its line carries. No budget exceeds the line. */
export const budgetEntries = (
  entries: readonly BudgetText[],
  weekend: readonly Weekday[],
  lineKbitPerS: number,
): readonly BudgetEntry[] =>
  entries.map((entry) => ({
    ...spanOf(entry, weekend),
    kbitPerS: Math.min(
      lineKbitPerS,
      entry.kbitPerS ?? Math.max(1, Math.floor((entry.share ?? 1) * lineKbitPerS)),
    ),
  }))

export const windowEntries = (
  entries: readonly WindowText[],
  weekend: readonly Weekday[],
): readonly WindowEntry[] => entries.map((entry) => spanOf(entry, weekend))

const spanOf = (entry: WindowText, weekend: readonly Weekday[]): WindowEntry => ({
  days: daysOf(entry.days ?? 'every-day', weekend),
  fromMinute: entry.from === undefined ? 0 : minuteOf(entry.from),
  toMinute: entry.to === undefined ? 1440 : minuteOf(entry.to),
})

const daysOf = (days: Days, weekend: readonly Weekday[]): readonly Weekday[] => {
  if (days === 'every-day') return weekdays
  if (days === 'weekend') return weekdays.filter((day) => weekend.includes(day))
  if (days === 'weekdays') return weekdays.filter((day) => !weekend.includes(day))
  return weekdays.filter((day) => days.includes(day))
}

/** `08:30` → 510. */
export const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
