import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import type { Weekday, WindowEntry } from '../domain/site.ts'
import { admission, leftMs, localTime, windowAt } from './window.ts'

const week: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const at = (text: string): number => Temporal.ZonedDateTime.from(text).epochMilliseconds
const minute = 60_000
const hour = 60 * minute

const kabul = (windows: readonly WindowEntry[]) => ({ timeZone: 'Asia/Kabul', windows })
const nights = kabul([{ days: week, fromMinute: 1200, toMinute: 300 }])

describe('windowAt', () => {
  test('is always open without windows', () => {
    expect(windowAt(kabul([]), 0)).toEqual({ open: true, until: undefined })
    expect(leftMs(kabul([]), 0)).toBe(Infinity)
  })

  test('stays open past midnight and says when it closes', () => {
    expect(windowAt(nights, at('2026-11-25T01:00[Asia/Kabul]'))).toEqual({
      open: true,
      until: at('2026-11-25T05:00[Asia/Kabul]'),
    })
    expect(leftMs(nights, at('2026-11-24T23:00[Asia/Kabul]'))).toBe(6 * hour)
  })

  test('is closed by day and says when it opens', () => {
    expect(windowAt(nights, at('2026-11-24T12:00[Asia/Kabul]'))).toEqual({
      open: false,
      opens: at('2026-11-24T20:00[Asia/Kabul]'),
    })
    expect(leftMs(nights, at('2026-11-24T12:00[Asia/Kabul]'))).toBe(0)
  })

  test('joins windows that touch or overlap', () => {
    const link = kabul([
      { days: ['tue'], fromMinute: 600, toMinute: 720 },
      { days: ['tue'], fromMinute: 720, toMinute: 800 },
      { days: ['tue'], fromMinute: 700, toMinute: 760 },
    ])
    expect(leftMs(link, at('2026-11-24T10:00[Asia/Kabul]'))).toBe(200 * minute)
  })

  test('that covers the whole week doesn’t close', () => {
    expect(
      leftMs(kabul([{ days: week, fromMinute: 0, toMinute: 1440 }]), at('2026-11-24T10:00[Asia/Kabul]')),
    ).toBe(Infinity)
  })

  test('lasts as long as the night really is when the clocks change', () => {
    const link = { timeZone: 'Europe/Copenhagen', windows: [{ days: week, fromMinute: 1320, toMinute: 360 }] }
    expect(leftMs(link, at('2026-03-28T22:00[Europe/Copenhagen]'))).toBe(7 * hour)
    expect(leftMs(link, at('2026-10-24T22:00[Europe/Copenhagen]'))).toBe(9 * hour)
  })
})

describe('admission', () => {
  test('lets a plan start that fits what is left, to the millisecond', () => {
    const now = at('2026-11-25T04:00[Asia/Kabul]')
    expect(admission(nights, hour, now)).toBe('now')
    expect(admission(nights, hour + 1, now)).toEqual({
      deferredUntil: at('2026-11-25T20:00[Asia/Kabul]'),
      because:
        'the plan takes about 61 minutes, the window closes in 60 minutes; it fits at 2026-11-25 20:00 Asia/Kabul',
    })
  })

  test('defers a plan when the window is closed', () => {
    const answer = admission(nights, 0, at('2026-11-24T12:00[Asia/Kabul]'))
    expect(answer).toEqual({
      deferredUntil: at('2026-11-24T20:00[Asia/Kabul]'),
      because: 'the window is closed; it fits at 2026-11-24 20:00 Asia/Kabul',
    })
  })

  test('passes over windows that are too short', () => {
    const link = kabul([
      { days: ['wed'], fromMinute: 600, toMinute: 630 },
      { days: ['sat'], fromMinute: 600, toMinute: 780 },
    ])
    expect(admission(link, hour, at('2026-11-24T12:00[Asia/Kabul]'))).toMatchObject({
      deferredUntil: at('2026-11-28T10:00[Asia/Kabul]'),
    })
  })

  test('says that no window is long enough', () => {
    expect(admission(nights, 10 * hour, at('2026-11-24T12:00[Asia/Kabul]'))).toEqual({
      deferredUntil: undefined,
      because: 'the window is closed; no opening of the next 400 days is as long as 600 minutes',
    })
  })

  test('goes by the night as long as it really is when the clocks change inside it', () => {
    const night = { timeZone: 'Europe/Copenhagen', windows: [{ days: week, fromMinute: 0, toMinute: 240 }] }
    const answer = (needs: number, text: string) =>
      admission(night, needs, at(`${text}[Europe/Copenhagen]`), { zone: 'Europe/Copenhagen' })
    // The clock shows four hours: three in spring, five in autumn.
    expect(answer(3 * hour, '2026-03-29T00:00')).toBe('now')
    expect(answer(3.5 * hour, '2026-03-29T00:00')).toEqual({
      deferredUntil: at('2026-03-30T00:00[Europe/Copenhagen]'),
      because:
        'the plan takes about 210 minutes, the window closes in 180 minutes; it fits at 2026-03-30 00:00 Europe/Copenhagen',
    })
    expect(answer(5 * hour, '2026-10-25T00:00')).toBe('now')
    expect(answer(5 * hour + 1, '2026-10-25T00:00')).toMatchObject({
      because: expect.stringContaining('no opening of the next 400 days') as string,
    })
    // In the hour that comes twice, half past two is still two and a half hours before the end, then one and a half.
    expect(answer(2.5 * hour, '2026-10-25T02:30+02:00')).toBe('now')
    expect(answer(2 * hour, '2026-10-25T02:30+01:00')).toMatchObject({
      because: expect.stringContaining('the window closes in 90 minutes') as string,
    })
  })

  describe('beside the rules of a rollout', () => {
    test('follows a clock that changes where the site’s does not', () => {
      const evenings = {
        of: 'rollout spring-mail',
        timeZone: 'Europe/Copenhagen',
        windows: [{ days: week, fromMinute: 1080, toMinute: 1140 }],
      }
      const always = { timeZone: 'Africa/Nairobi', windows: [] }
      const opens = (text: string): string => {
        const state = windowAt([always, evenings], at(`${text}[Africa/Nairobi]`))
        return state.open || state.opens === undefined ? '' : localTime('Africa/Nairobi', state.opens)
      }
      expect(opens('2026-03-28T12:00')).toBe('2026-03-28 20:00 Africa/Nairobi')
      expect(opens('2026-03-29T12:00')).toBe('2026-03-29 19:00 Africa/Nairobi')
    })

    const of = 'rollout spring-mail'
    const rollout = {
      of,
      timeZone: 'Europe/Copenhagen',
      windows: [{ days: ['tue', 'wed'] as const, fromMinute: 1320, toMinute: 120 }],
      blackouts: [{ from: '2026-11-25T00:00', to: '2026-11-25T01:00', because: 'Launch' }],
    }
    const why = (local: string, needs = 0): string => {
      const answer = admission([nights, rollout], needs, at(`${local}[Asia/Kabul]`))
      return answer === 'now' ? answer : answer.because
    }

    test('says of each that is closed that it is', () => {
      // 22:00 in Copenhagen is 01:30 of the next day in Kabul.
      expect(why('2026-11-24T12:00')).toBe(
        'the site’s window is closed and the window of rollout spring-mail is closed; it fits at 2026-11-25 01:30 Asia/Kabul',
      )
      expect(why('2026-11-24T21:00')).toBe(
        'the window of rollout spring-mail is closed; it fits at 2026-11-25 01:30 Asia/Kabul',
      )
      expect(why('2026-11-25T05:00')).toBe(
        'the site’s window is closed; it fits at 2026-11-26 01:30 Asia/Kabul',
      )
      expect(why('2026-11-25T04:00')).toBe(
        'blackout of rollout spring-mail: Launch; it fits at 2026-11-25 04:30 Asia/Kabul',
      )
    })

    test('says which ends the opening that a plan does not fit', () => {
      expect(why('2026-11-25T03:00', hour)).toContain(
        ', blackout of rollout spring-mail (Launch) begins in 30 minutes;',
      )
      expect(why('2026-11-26T04:30', hour)).toContain(', the site’s window closes in 30 minutes;')
      expect(why('2026-11-25T02:00', hour)).toBe('now')
    })
  })

  test('admits a deferred plan at the instant that it named, and never before', () => {
    const windows = fc.array(
      fc.record({
        days: fc.subarray([...week], { minLength: 1 }),
        fromMinute: fc.integer({ min: 0, max: 1439 }),
        toMinute: fc.integer({ min: 1, max: 1440 }),
      }),
      { minLength: 1, maxLength: 3 },
    )
    const zone = fc.constantFrom('Asia/Beirut', 'Europe/Copenhagen', 'Asia/Kabul', 'Australia/Lord_Howe')
    fc.assert(
      fc.property(
        windows,
        zone,
        fc.integer({ min: 0, max: 24 * hour }),
        fc.integer({ min: Date.UTC(2023, 0), max: Date.UTC(2025, 0) }),
        (w, timeZone, needs, now) => {
          const link = { timeZone, windows: w }
          const answer = admission(link, needs, now)
          if (answer === 'now') {
            expect(leftMs(link, now)).toBeGreaterThanOrEqual(needs)
            return
          }
          if (answer.deferredUntil === undefined) return
          expect(answer.deferredUntil).toBeGreaterThan(now)
          expect(admission(link, needs, answer.deferredUntil)).toBe('now')
          expect(windowAt(link, answer.deferredUntil - 1).open).toBe(false)
        },
      ),
    )
  })
})

test('localTime reads as the site’s own people read it', () => {
  expect(localTime('Asia/Kathmandu', Date.UTC(2026, 0, 1))).toBe('2026-01-01 05:45 Asia/Kathmandu')
})
