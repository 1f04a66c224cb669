import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import type { Weekday, WindowEntry } from '../domain/site.ts'
import { Calendar, openingsOf, type Rules } from './calendar.ts'
import { budgetAt, type Timed } from './timetable.ts'
import { admission, windowAt } from './window.ts'

const week: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const at = (text: string): number => Temporal.ZonedDateTime.from(text).epochMilliseconds
const minute = 60_000
const hour = 60 * minute

/** Every zone of the sample inventory. */
const zones = [
  ...new Set(
    readFileSync(new URL('../../inventories/ministry/sites.csv', import.meta.url), 'utf8').match(
      /\b(?:Africa|America|Asia|Atlantic|Australia|Europe|Pacific|Indian)\/[A-Za-z_/-]+/g,
    ),
  ),
]

/** The clock of a zone, minute by minute, over two days and a half around a change of it. */
type Walk = { readonly start: number; readonly walls: readonly number[] }

const walks = new Map<string, Walk>()

/** Walks a zone's clock with Temporal, one minute at a time; nothing of the code under test is used. */
function walk(zone: string, around: number): Walk {
  const key = `${zone} ${around}`
  const known = walks.get(key)
  if (known !== undefined) return known
  const start = around - 36 * hour
  const walls: number[] = []
  for (let i = 0; i < 60 * 60; i++) {
    const z = Temporal.Instant.fromEpochMilliseconds(start + i * minute).toZonedDateTimeISO(zone)
    walls.push(Date.UTC(z.year, z.month - 1, z.day, z.hour, z.minute))
  }
  const made = { start, walls }
  walks.set(key, made)
  return made
}

/** The first minute at which the clock shows a time, or a later one. */
const first = ({ walls }: Walk, wall: number): number => walls.findIndex((shown) => shown >= wall)

/** Whether the entry's span of some day holds a minute of the walk. */
function holds(w: Walk, entry: WindowEntry, daysOff: ReadonlySet<number>, i: number): boolean {
  const today = Math.floor(w.walls[i]! / 86_400_000)
  for (let day = today - 2; day <= today + 1; day++) {
    const off = daysOff.has(day) ? entry.onHoliday : undefined
    const begins =
      off === undefined
        ? entry.days.includes(week[(new Date(day * 86_400_000).getUTCDay() + 6) % 7]!)
        : off === 'always'
    const length = entry.toMinute > entry.fromMinute ? 0 : 1440
    const from = first(w, day * 86_400_000 + entry.fromMinute * minute)
    const to = first(w, day * 86_400_000 + (entry.toMinute + length) * minute)
    if (begins && from !== -1 && from <= i && (to === -1 || i < to)) return true
  }
  return false
}

/** The changes of a zone's clock in a year; where it has none, the middle of the year. */
function changes(zone: string, year: number): readonly number[] {
  const found: number[] = []
  let z = Temporal.ZonedDateTime.from({ year, month: 1, day: 1, timeZone: zone })
  for (;;) {
    const next = z.getTimeZoneTransition('next')
    if (next === null || next.year > year) break
    found.push(next.epochMilliseconds)
    z = next
  }
  return found.length > 0 ? found : [Date.UTC(year, 5, 21, 1, 0)]
}

const entries = fc.array(
  fc
    .record({
      days: fc.subarray([...week], { minLength: 1 }),
      fromMinute: fc.integer({ min: 0, max: 1439 }),
      toMinute: fc.integer({ min: 1, max: 1440 }),
      onHoliday: fc.constantFrom(undefined, 'never' as const, 'always' as const),
    })
    .map(({ onHoliday, ...e }): WindowEntry => (onHoliday === undefined ? e : { ...e, onHoliday })),
  { minLength: 1, maxLength: 3 },
)

describe('across a change of the clocks, in every zone of the inventory', () => {
  test(
    'windows, blackouts and holidays are what the clock says, minute by minute',
    { timeout: 120_000 },
    () => {
      expect(zones.length).toBeGreaterThan(70)
      const stamp = (wall: number): string => new Date(wall).toISOString().slice(0, 16)
      const hours = fc.integer({ min: -30, max: 20 })
      for (const zone of zones)
        for (const change of changes(zone, 2026)) {
          const w = walk(zone, change)
          const middle = w.walls[36 * 60]!
          fc.assert(
            fc.property(
              entries,
              hours,
              fc.integer({ min: 1, max: 900 }),
              fc.constantFrom(-1, 0, 1),
              fc.array(fc.integer({ min: 12 * 60, max: 59 * 60 - 1 }), { minLength: 6, maxLength: 6 }),
              (windows, blackFrom, blackMinutes, holiday, minutes) => {
                const from = stamp(middle + blackFrom * hour)
                const to = stamp(middle + blackFrom * hour + blackMinutes * minute)
                const date = stamp(middle + holiday * 24 * hour).slice(0, 10)
                const rules: Rules = {
                  timeZone: zone,
                  windows,
                  blackouts: [{ from, to, because: 'accounts' }],
                  holidays: [{ date, name: 'a holiday' }],
                }
                const off = new Set([Date.parse(`${date}T00:00Z`) / 86_400_000])
                const black = { from: first(w, Date.parse(`${from}Z`)), to: first(w, Date.parse(`${to}Z`)) }
                // The minutes around the change are always among them.
                for (const i of [...minutes, 36 * 60 - 1, 36 * 60, 36 * 60 + 1]) {
                  const inBlackout = black.from <= i && (black.to === -1 || i < black.to)
                  const expected = !inBlackout && windows.some((entry) => holds(w, entry, off, i))
                  expect(windowAt(rules, w.start + i * minute).open).toBe(expected)
                }
              },
            ),
            { numRuns: 6, seed: 20261124 },
          )
        }
    },
  )

  test('budgets are what the first entry says that the clock is in', { timeout: 120_000 }, () => {
    for (const zone of zones)
      for (const change of changes(zone, 2027)) {
        const w = walk(zone, change)
        fc.assert(
          fc.property(
            entries,
            fc.array(fc.integer({ min: 12 * 60, max: 59 * 60 - 1 }), { minLength: 4, maxLength: 4 }),
            (windows, minutes) => {
              const timed: Timed = {
                timeZone: zone,
                budget: [
                  ...windows.map((entry, n) => ({ ...entry, kbitPerS: 100 + n })),
                  { days: week, fromMinute: 0, toMinute: 1440, kbitPerS: 1 },
                ],
              }
              for (const i of [...minutes, 36 * 60 - 1, 36 * 60]) {
                const n = windows.findIndex((entry) => holds(w, entry, new Set(), i))
                expect(budgetAt(timed, w.start + i * minute).kbitPerS).toBe(n < 0 ? 1 : 100 + n)
              }
            },
          ),
          { numRuns: 5, seed: 20261124 },
        )
      }
  })
})

describe('openings', () => {
  const nights = (more: Partial<Rules> = {}): Rules => ({
    timeZone: 'Europe/Copenhagen',
    windows: [{ days: week.slice(0, 5), fromMinute: 1200, toMinute: 360 }],
    ...more,
  })

  test('of a night whose hour comes twice last an hour longer, and a plan that needs it fits', () => {
    const rules = nights({ windows: [{ days: ['sat'], fromMinute: 1320, toMinute: 360 }] })
    const saturday = at('2026-10-24T22:00[Europe/Copenhagen]')
    expect(admission(rules, 9 * hour, saturday)).toBe('now')
    expect(admission(rules, 9 * hour + 1, saturday)).toMatchObject({ deferredUntil: undefined })
    // In spring it is one shorter: the same plan is deferred as a whole.
    const spring = at('2026-03-28T22:00[Europe/Copenhagen]')
    expect(admission(rules, 8 * hour, spring)).toMatchObject({
      deferredUntil: at('2026-04-04T22:00[Europe/Copenhagen]'),
    })
  })

  test('leave out overlapping blackouts as one, and name the reasons of both', () => {
    const rules = nights({
      windows: [],
      blackouts: [
        { from: '2026-12-20T18:00', to: '2026-12-28T08:00', because: 'year end' },
        { from: '2026-12-24T00:00', to: '2027-01-04T08:00', because: 'network freeze' },
      ],
    })
    const eve = at('2026-12-24T12:00[Europe/Copenhagen]')
    expect(windowAt(rules, eve)).toEqual({
      open: false,
      opens: at('2027-01-04T08:00[Europe/Copenhagen]'),
      because: 'year end; network freeze',
    })
    expect(admission(rules, hour, eve, { zone: 'Asia/Beirut' })).toEqual({
      deferredUntil: at('2027-01-04T08:00[Europe/Copenhagen]'),
      because:
        'blackout: year end; network freeze; it fits at 2027-01-04 08:00 Europe/Copenhagen (2027-01-04 09:00 Asia/Beirut)',
    })
    expect(windowAt(rules, at('2026-12-01T12:00[Europe/Copenhagen]'))).toEqual({
      open: true,
      until: at('2026-12-20T18:00[Europe/Copenhagen]'),
    })
    expect(windowAt(rules, at('2027-02-01T12:00[Europe/Copenhagen]'))).toEqual({
      open: true,
      until: undefined,
    })
  })

  test('cut by a blackout in the middle are two, and a plan waits for the part that it fits', () => {
    const rules = nights({
      blackouts: [{ from: '2026-11-24T22:00', to: '2026-11-24T23:00', because: 'backup' }],
    })
    const now = at('2026-11-24T20:30[Europe/Copenhagen]')
    expect(admission(rules, 90 * minute, now)).toBe('now')
    expect(admission(rules, 2 * hour, now)).toMatchObject({
      deferredUntil: at('2026-11-24T23:00[Europe/Copenhagen]'),
      because:
        'the plan takes about 120 minutes, blackout (backup) begins in 90 minutes; it fits at 2026-11-24 23:00 Europe/Copenhagen',
    })
  })

  test('of weekdays are closed on a holiday, of weekends open', () => {
    const holidays = [{ date: '2026-12-25', name: 'Christmas Day' }]
    const noon = at('2026-12-25T12:00[Europe/Copenhagen]')
    const day = { fromMinute: 480, toMinute: 1080 }
    const rules = (entry: Partial<WindowEntry>): Rules =>
      nights({ holidays, windows: [{ days: week.slice(0, 5), ...day, ...entry }] })
    expect(windowAt(rules({}), noon).open).toBe(true)
    expect(windowAt(rules({ onHoliday: 'never' }), noon)).toEqual({
      open: false,
      opens: at('2026-12-28T08:00[Europe/Copenhagen]'),
    })
    expect(windowAt(rules({ days: ['sat', 'sun'], onHoliday: 'always' }), noon).open).toBe(true)
  })

  test('of a site and a rollout are those of both together, in the site’s time', () => {
    const site = nights()
    const rollout: Rules = {
      timeZone: site.timeZone,
      windows: [{ days: ['tue'], fromMinute: 1320, toMinute: 120 }],
      blackouts: [{ from: '2026-11-24T00:00', to: '2026-11-25T00:30', because: 'not this night' }],
    }
    expect(windowAt([site, rollout], at('2026-11-24T12:00[Europe/Copenhagen]'))).toEqual({
      open: false,
      opens: at('2026-11-25T00:30[Europe/Copenhagen]'),
      because: 'not this night',
    })
    expect(admission([site, rollout], 2 * hour, at('2026-11-24T12:00[Europe/Copenhagen]'))).toMatchObject({
      deferredUntil: at('2026-12-01T22:00[Europe/Copenhagen]'),
    })
  })

  test('of any rules together are those instants at which each of them is open', () => {
    const rules = fc.record({ timeZone: fc.constantFrom(...zones), windows: entries })
    const start = Date.UTC(2026, 2, 20)
    fc.assert(
      fc.property(
        fc.array(rules, { minLength: 1, maxLength: 3 }),
        fc.nat({ max: 20 * 24 * 60 }),
        (all, m) => {
          const instant = start + m * minute
          const together = windowAt(all, instant)
          expect(together.open).toBe(all.every((r) => windowAt(r, instant).open))
          const next = openingsOf(all, instant).next().value
          if (next === undefined) return
          expect(windowAt(all, next.from).open || next.from <= instant).toBe(true)
          expect(next.to === Infinity || windowAt(all, next.to).open).toBe(next.to === Infinity)
        },
      ),
    )
  })

  test('are worked out once for all links that share zone, windows and holidays', () => {
    const shared = Calendar.of(nights())
    const [first, second] = [nights(), nights()]
    expect(Calendar.of(first)).toBe(shared)
    expect(Calendar.of(second)).toBe(shared)
    windowAt(first, at('2026-11-24T12:00[Europe/Copenhagen]'))
    const made = shared.made
    for (let n = 0; n < 100; n++) windowAt(nights(), at('2026-11-24T12:00[Europe/Copenhagen]') + n * hour)
    expect(shared.made).toBe(made)
  })
})
