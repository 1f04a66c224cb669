import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Link } from '../domain/site.ts'
import { canCarry } from './link-gate.ts'

const site = (users: number, kbitPerS: number, rttMs: number) => ({
  id: 'x',
  users,
  link: {
    id: 'x',
    medium: 'terrestrial',
    secondLine: 'none',
    kbitPerS,
    rttMs,
    timeZone: 'UTC',
    budget: [],
    windows: [],
  } satisfies Link,
})
const requires = { minKbitPerSPerUser: 100, maxRttMs: 60 }

describe('a serverless mission', () => {
  it('is refused on a satellite link, with each reason', () => {
    const result = canCarry(site(15, 512, 600), requires)
    expect(result).toMatchObject({
      ok: false,
      error: expect.stringMatching(
        /34 kbit\/s a user, 100 are needed; a round trip of 600 ms is longer than 60 ms/,
      ),
    })
  })
  it('is let through exactly when rate and latency suffice', () => {
    const range = fc.integer({ min: 1, max: 100_000 })
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 80 }),
        range,
        fc.integer({ min: 1, max: 900 }),
        (users, kbit, rtt) => {
          const fits = kbit >= 100 * Math.max(1, users) && rtt <= 60
          expect(canCarry(site(users, kbit, rtt), requires).ok).toBe(fits)
        },
      ),
    )
  })
})
