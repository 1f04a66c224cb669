import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Weekday } from '../domain/site.ts'
import { Agenda } from './agenda.ts'
import { type Rules } from './calendar.ts'
import { type LinkWork, planDay } from './day-plan.ts'
import { windowAt } from './window.ts'

const week: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const minute = 60_000
const zones = [
  'Asia/Beirut',
  'Europe/Copenhagen',
  'Asia/Kabul',
  'America/Lima',
  'Asia/Kathmandu',
  'Africa/Cairo',
]
const rulesOf = (n: number): Rules => ({
  timeZone: zones[n % zones.length]!,
  windows: [{ days: week, fromMinute: 1200 + (n % 3) * 30, toMinute: 300 }],
})
/** The evening before the clocks of Copenhagen and Beirut go back. */
const from = Date.UTC(2026, 9, 24, 12)
const to = from + 24 * 60 * minute

describe('planDay', () => {
  test('places each operation whole into a window, in order, and never two of a link at once', () => {
    const work = fc.array(
      fc.record({
        n: fc.nat({ max: 17 }),
        takesMs: fc.array(fc.integer({ min: 1, max: 9 * 60 * minute }), { maxLength: 10 }),
      }),
      { minLength: 1, maxLength: 20 },
    )
    fc.assert(
      fc.property(work, (list) => {
        const links = list.map(({ n, takesMs }): LinkWork => ({ rules: rulesOf(n), takesMs }))
        planDay(links, from, to).starts.forEach((starts, i) => {
          const { rules, takesMs } = links[i]!
          let free = from
          starts.forEach((start, k) => {
            expect(start).toBeGreaterThanOrEqual(free)
            const window = windowAt(rules, start)
            expect(window.open && (window.until ?? Infinity) - start >= takesMs[k]!).toBe(true)
            free = start + takesMs[k]!
          })
          // Of what was left out the first does not fit any more.
          const next = takesMs[starts.length]
          if (next === undefined) return
          for (let at = free; at + next <= to; at += minute) {
            const window = windowAt(rules, at)
            expect(window.open && (window.until ?? Infinity) - at >= next).toBe(false)
          }
        })
      }),
      { numRuns: 40 },
    )
  })

  test('works out a calendar once for all links alike: a hundred times the links cost no calendar more', () => {
    const many = (count: number): readonly LinkWork[] =>
      Array.from({ length: count }, (_, n) => ({ rules: rulesOf(n), takesMs: [minute, minute] }))
    const few = planDay(many(100), from, to).cost
    const all = planDay(many(10_000), from, to).cost
    expect(few.calendars).toBe(6)
    expect(all.calendars).toBe(6)
    expect(all.openings).toBeLessThanOrEqual(2 * 10_000)
  })
})

describe('an agenda', () => {
  test('gives what waits in order of time, all of one instant together', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 }), { maxLength: 200 }), (instants) => {
        const agenda = new Agenda<number>()
        for (const instant of instants) agenda.at(instant, instant)
        const seen: number[] = []
        while (agenda.next !== undefined) {
          expect(agenda.due(agenda.next - 1)).toEqual([])
          seen.push(...agenda.due(agenda.next))
        }
        expect(seen).toEqual(instants.toSorted((a, b) => a - b))
      }),
    )
  })

  test('waits for the opening that is long enough, and says when there is none', () => {
    const agenda = new Agenda<string>()
    const start = agenda.await('beirut', rulesOf(0), 60 * minute, from)
    expect(start).toBe(agenda.next)
    expect(windowAt(rulesOf(0), start!).open).toBe(true)
    expect(agenda.await('never', rulesOf(0), 24 * 60 * minute, from)).toBe(undefined)
    expect(agenda.due(start!)).toEqual(['beirut'])
    expect(agenda.next).toBe(undefined)
  })

  test('costs the same an event whether a thousand links are idle or a hundred thousand', () => {
    const run = (links: number): number => {
      const rules = Array.from({ length: links }, (_, n) => rulesOf(n))
      const agenda = new Agenda<number>()
      // A hundred of them work; the rest is idle.
      for (let n = 0; n < 100; n++) agenda.await(n, rules[n]!, minute, from)
      let events = 0
      while (agenda.next !== undefined && agenda.next < to) {
        const now = agenda.next
        for (const n of agenda.due(now)) {
          events++
          agenda.await(n, rules[n]!, minute, now + 7 * minute + n)
        }
      }
      expect(events).toBeGreaterThan(3_000)
      return agenda.compared / events
    }
    const few = run(1_000)
    expect(run(100_000)).toBe(few)
    expect(few).toBeLessThan(30)
  })
})
