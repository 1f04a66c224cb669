import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { longestWaitMs, waitBefore } from './patience.ts'

const attempts = fc.integer({ min: 2, max: 10_000 })
const chances = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('the wait before another try', () => {
  it('is at least half a second and never longer than a minute', () => {
    fc.assert(
      fc.property(attempts, chances, (attempt, chance) => {
        const wait = waitBefore(attempt, chance)
        expect(wait).toBeGreaterThanOrEqual(500)
        expect(wait).toBeLessThanOrEqual(longestWaitMs)
      }),
    )
  })

  it('doubles until it is a minute, less what chance takes off it, which is at most half', () => {
    expect([2, 3, 4, 5, 6, 7, 8, 9].map((attempt) => waitBefore(attempt, 0))).toEqual([
      1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000,
    ])
    fc.assert(
      fc.property(attempts, chances, (attempt, chance) => {
        expect(waitBefore(attempt, chance)).toBeGreaterThanOrEqual(waitBefore(attempt, 0) / 2)
      }),
    )
  })
})
