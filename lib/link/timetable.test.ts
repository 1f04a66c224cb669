import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import type { BudgetEntry, Weekday } from '../domain/site.ts'
import { budgetAt, budgetsBetween } from './timetable.ts'

const week: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const workdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri']
const rest: BudgetEntry = { days: week, fromMinute: 0, toMinute: 1440, kbitPerS: 480 }
const satellite = {
  timeZone: 'Asia/Beirut',
  budget: [{ days: workdays, fromMinute: 480, toMinute: 1080, kbitPerS: 128 }, rest],
}

const at = (text: string): number => Temporal.ZonedDateTime.from(text).epochMilliseconds

/** Zones with changes at midnight, of half an hour, of a skipped day, and none. */
const zones = [
  'Asia/Beirut',
  'Europe/Copenhagen',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Nairobi',
  'America/Sao_Paulo',
  'Africa/Casablanca',
  'Asia/Tehran',
]

const entry = fc.record({
  days: fc.subarray([...week], { minLength: 1 }),
  fromMinute: fc.integer({ min: 0, max: 1439 }),
  toMinute: fc.integer({ min: 1, max: 1440 }),
  kbitPerS: fc.integer({ min: 1, max: 1000 }),
})
const timetable = fc.record({
  timeZone: fc.constantFrom(...zones),
  budget: fc.array(entry, { maxLength: 4 }).map((entries): readonly BudgetEntry[] => [...entries, rest]),
})
const instant = fc.integer({ min: Date.UTC(2013, 0, 1), max: Date.UTC(2027, 0, 1) })

/** Every change of the clocks of these zones in some years, give or take hours: where mistakes live. */
const nearChange = fc
  .tuple(
    fc.constantFrom(...zones.filter((z) => z !== 'Africa/Nairobi')),
    fc.integer({ min: 2013, max: 2024 }),
    fc.boolean(),
    fc.integer({ min: -5 * 3600_000, max: 5 * 3600_000 }),
  )
  .map(([zone, year, second, shift]) => {
    let change = Temporal.PlainDate.from({ year, month: 1, day: 1 })
      .toZonedDateTime(zone)
      .getTimeZoneTransition('next')
    if (second && change !== null) change = change.getTimeZoneTransition('next') ?? change
    return { zone, at: (change?.epochMilliseconds ?? Date.UTC(year, 0, 1)) + shift }
  })

describe('budgetAt', () => {
  test('gives the daytime rate on a weekday from 08:00 until just before 18:00 of the site’s own time', () => {
    expect(budgetAt(satellite, at('2026-11-24T07:59:59[Asia/Beirut]'))).toEqual({
      kbitPerS: 480,
      until: at('2026-11-24T08:00[Asia/Beirut]'),
    })
    expect(budgetAt(satellite, at('2026-11-24T08:00[Asia/Beirut]'))).toEqual({
      kbitPerS: 128,
      until: at('2026-11-24T18:00[Asia/Beirut]'),
    })
    expect(budgetAt(satellite, at('2026-11-24T18:00[Asia/Beirut]')).kbitPerS).toBe(480)
  })

  test('keeps the night’s rate over the weekend', () => {
    expect(budgetAt(satellite, at('2026-11-27T18:00[Asia/Beirut]'))).toEqual({
      kbitPerS: 480,
      until: at('2026-11-30T08:00[Asia/Beirut]'),
    })
  })

  test('runs an entry past midnight under the day on which it begins', () => {
    const night = {
      timeZone: 'Asia/Riyadh',
      budget: [{ days: ['thu' as const], fromMinute: 1320, toMinute: 360, kbitPerS: 900 }, rest],
    }
    expect(budgetAt(night, at('2026-11-27T05:59[Asia/Riyadh]')).kbitPerS).toBe(900)
    expect(budgetAt(night, at('2026-11-27T06:00[Asia/Riyadh]')).kbitPerS).toBe(480)
    expect(budgetAt(night, at('2026-11-26T05:00[Asia/Riyadh]')).kbitPerS).toBe(480)
  })

  test('lets the first entry that matches decide', () => {
    const budget = [
      { ...rest, fromMinute: 600, toMinute: 660, kbitPerS: 64 },
      { ...rest, fromMinute: 480, toMinute: 1080, kbitPerS: 128 },
      rest,
    ]
    expect(budgetAt({ timeZone: 'UTC', budget }, at('2026-11-24T10:30[UTC]'))).toEqual({
      kbitPerS: 64,
      until: at('2026-11-24T11:00[UTC]'),
    })
    expect(budgetAt({ timeZone: 'UTC', budget }, at('2026-11-24T11:00[UTC]')).kbitPerS).toBe(128)
  })

  test('says that a rate never changes', () => {
    expect(budgetAt({ timeZone: 'Africa/Nairobi', budget: [rest] }, 0)).toEqual({
      kbitPerS: 480,
      until: undefined,
    })
    expect(
      budgetAt({ timeZone: 'UTC', budget: [{ ...rest, fromMinute: 5, toMinute: 9 }, rest] }, 0).until,
    ).toBeUndefined()
  })

  test('makes the day longer or shorter with the clocks: an entry of four hours by the clock lasts three, or five', () => {
    const budget = [{ days: week, fromMinute: 0, toMinute: 240, kbitPerS: 1 }, rest]
    const link = { timeZone: 'Europe/Copenhagen', budget }
    const spring = at('2026-03-29T00:00[Europe/Copenhagen]')
    expect(budgetAt(link, spring).until! - spring).toBe(3 * 3600_000)
    const autumn = at('2026-10-25T00:00[Europe/Copenhagen]')
    expect(budgetAt(link, autumn).until! - autumn).toBe(5 * 3600_000)
  })

  test('begins at the change when its start is skipped, and ends at the first of two occurrences of its end', () => {
    const link = (from: number, to: number) => ({
      timeZone: 'Europe/Copenhagen',
      budget: [{ days: week, fromMinute: from, toMinute: to, kbitPerS: 1 }, rest],
    })
    expect(budgetAt(link(150, 300), at('2026-03-29T01:59[Europe/Copenhagen]')).until).toBe(
      at('2026-03-29T03:00[Europe/Copenhagen]'),
    )
    expect(budgetAt(link(60, 150), at('2026-10-25T01:00[Europe/Copenhagen]')).until).toBe(
      at('2026-10-25T02:30+02:00[Europe/Copenhagen]'),
    )
  })

  test('leaves out an hour that a day skips, midnight included', () => {
    const link = {
      timeZone: 'Asia/Beirut',
      budget: [{ days: ['sun' as const], fromMinute: 0, toMinute: 60, kbitPerS: 1 }, rest],
    }
    const change = at('2024-03-31T01:00[Asia/Beirut]')
    expect(budgetAt(link, change - 1)).toEqual({ kbitPerS: 480, until: at('2024-04-07T00:00[Asia/Beirut]') })
  })

  test('agrees with the reading of the site’s clock, in any zone, wherever the clocks have not just changed', () => {
    fc.assert(
      fc.property(timetable, instant, (link, t) => {
        const zoned = Temporal.Instant.fromEpochMilliseconds(t).toZonedDateTimeISO(link.timeZone)
        const change = zoned.subtract({ hours: 26 }).getTimeZoneTransition('next')
        fc.pre(change === null || change.epochMilliseconds > t + 26 * 3600_000)
        const minute = zoned.hour * 60 + zoned.minute
        const day = zoned.dayOfWeek - 1
        const expected = link.budget.find(({ days, fromMinute, toMinute }) => {
          const today = days.includes(week[day]!)
          const yesterday = days.includes(week[(day + 6) % 7]!)
          return toMinute > fromMinute
            ? today && minute >= fromMinute && minute < toMinute
            : (today && minute >= fromMinute) || (yesterday && minute < toMinute)
        })
        expect(budgetAt(link, t).kbitPerS).toBe(expected?.kbitPerS)
      }),
    )
  })

  test('holds its rate until the change that it names and not beyond, on days when clocks change too', () => {
    fc.assert(
      fc.property(
        timetable,
        nearChange,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (link, change, share) => {
          const there = { ...link, timeZone: change.zone }
          const { kbitPerS, until } = budgetAt(there, change.at)
          const end = until ?? change.at + 8 * 86_400_000
          expect(budgetAt(there, Math.floor(change.at + share * (end - 1 - change.at))).kbitPerS).toBe(
            kbitPerS,
          )
          expect(budgetAt(there, end - 1).kbitPerS).toBe(kbitPerS)
          if (until !== undefined) {
            expect(until).toBeGreaterThan(change.at)
            expect(budgetAt(there, until).kbitPerS).not.toBe(kbitPerS)
          }
        },
      ),
    )
  })

  test('neither leaves out nor doubles a moment between two entries that adjoin on the clock', () => {
    fc.assert(
      fc.property(nearChange, fc.integer({ min: 1, max: 1439 }), (change, edge) => {
        const budget = [
          { days: week, fromMinute: 0, toMinute: edge, kbitPerS: 1 },
          { days: week, fromMinute: edge, toMinute: 1440, kbitPerS: 2 },
          rest,
        ]
        const pieces = budgetsBetween(
          { timeZone: change.zone, budget },
          change.at - 86_400_000,
          change.at + 86_400_000,
        )
        expect(pieces.map(({ kbitPerS }) => kbitPerS)).not.toContain(480)
        expect(pieces.length).toBeLessThanOrEqual(7)
      }),
    )
  })
})
