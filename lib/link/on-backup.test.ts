import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Link, Weekday } from '../domain/site.ts'
import type { Estimate } from './cost.ts'
import { durationFrom } from './duration.ts'
import { backupVerdict, overBackup } from './on-backup.ts'

const week: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const all = { days: week, fromMinute: 0, toMinute: 1440 }
const accra: Link = {
  id: 'accra',
  medium: 'terrestrial',
  secondLine: 'satellite-backup',
  kbitPerS: 2000,
  rttMs: 103,
  timeZone: 'Africa/Accra',
  budget: [
    { days: week, fromMinute: 480, toMinute: 1080, kbitPerS: 100 },
    { ...all, kbitPerS: 1000 },
  ],
  windows: [],
  backup: {
    medium: 'satellite',
    kbitPerS: 512,
    rttMs: 600,
    budget: [{ ...all, kbitPerS: 480 }],
    hosts: {},
    probe: {
      address: '10.0.0.1',
      port: 22,
      expect: 'banner',
      everyMs: 10_000,
      timeoutMs: 5_000,
      failures: 3,
      goodMs: 120_000,
      holdMs: 300_000,
    },
    largeBytes: 1_000_000,
  },
}
const small = { bytesUp: 10_000, bytesDown: 2_000 }

describe('work while the backup line carries', () => {
  test('goes when it is small, and has the figures of that line', () => {
    expect(backupVerdict(accra, small, { users: 16 }, false)).toBe('go')
    expect(overBackup(accra)).toMatchObject({ medium: 'satellite', kbitPerS: 512, rttMs: 600 })
  })

  test('waits for the primary when it is large, unless told otherwise', () => {
    const large = { bytesUp: 999_000, bytesDown: 2_000 }
    expect(backupVerdict(accra, large, { users: 16 }, false)).toEqual({
      rule: 'large-waits-for-primary',
      because: 'it takes 1001000 bytes, over the backup line at most 1000000 go',
      fix: 'Run again when the primary line is back, or add --on-backup.',
    })
    expect(backupVerdict(accra, large, { users: 16 }, true)).toBe('go')
  })

  test('is refused where the site needs the primary, whatever is told', () => {
    const needs = { minKbitPerSPerUser: 100, maxRttMs: 60 }
    expect(backupVerdict(accra, small, { users: 6, needs }, true)).toEqual({
      rule: 'needs-primary',
      because:
        "the backup line has 85 kbit/s a user and 600 ms, the site's profile needs 100 kbit/s a user and at most 60 ms",
      fix: 'Run again when the primary line is back. Nothing overrides this.',
    })
    expect(backupVerdict(accra, small, { users: 5, needs: { ...needs, maxRttMs: 600 } }, false)).toBe('go')
  })
})

describe('how long a plan takes', () => {
  const plan: Estimate = { bytesUp: 1_000_000, bytesDown: 0, roundTrips: 10, ms: 0 }
  const noon = Date.UTC(2026, 10, 24, 12)
  const estimateMs = (8_000_000 / 95 + 1030) | 0

  test('follows the timetable: what begins an hour before the budget rises takes little longer than that hour', () => {
    const takes = durationFrom(accra, { ...plan, ms: estimateMs }, noon)
    expect(takes(noon) / 1000).toBeCloseTo(85.2, 0)
    // At 18:00 the budget is ten times as much.
    expect(takes(Date.UTC(2026, 10, 24, 18)) / 1000).toBeCloseTo(9.4, 0)
    const half = takes(Date.UTC(2026, 10, 24, 17, 59, 30)) / 1000
    expect(half).toBeGreaterThan(30)
    expect(half).toBeLessThan(39)
  })

  test('never ends earlier for starting later', () => {
    const takes = durationFrom(accra, { ...plan, ms: estimateMs }, noon)
    fc.assert(
      fc.property(fc.nat({ max: 86_400 }), fc.nat({ max: 3_600 }), (start, later) => {
        const at = noon + start * 1000
        expect(at + later * 1000 + takes(at + later * 1000)).toBeGreaterThanOrEqual(at + takes(at) - 1)
      }),
    )
  })
})
