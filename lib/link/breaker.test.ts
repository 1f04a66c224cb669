import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ask, closed, defaultBreaker, failed, released, succeeded, type Breaker } from './breaker.ts'

const fails = (n: number, from: Breaker = closed, now = 0): Breaker =>
  Array.from({ length: n }).reduce<Breaker>((breaker) => failed(breaker, 'no route', now, 0.5), from)

describe('a breaker', () => {
  test('stays closed below the threshold and forgets failures at a success', () => {
    expect(fails(2)).toEqual({ state: 'closed', failures: 2 })
    expect(fails(2, succeeded())).toEqual({ state: 'closed', failures: 2 })
  })

  test('opens at three failures in a row, for 2.5 to 5 seconds', () => {
    expect(fails(3)).toEqual({ state: 'open', until: 3_750, because: 'no route', openings: 1 })
    expect(failed(fails(2), 'x', 0, 0)).toMatchObject({ until: 2_500 })
    expect(failed(fails(2), 'x', 0, 0.999)).toMatchObject({ until: 4_998 })
  })

  test('lets nothing through before its time, then one probe, and nothing beside it', () => {
    const open = fails(3)
    expect(ask(open, 3_749)).toEqual({ go: false, until: 3_750, because: 'no route' })
    const pass = ask(open, 3_750)
    expect(pass).toMatchObject({ go: true, probe: true })
    if (!pass.go) return
    expect(ask(pass.next, 3_751)).toMatchObject({ go: false, until: 3_751 })
  })

  test('tries again at once when the clock was set back by more than any pause', () => {
    const open = fails(3, closed, 3_600_000)
    expect(ask(open, 3_600_001)).toMatchObject({ go: false })
    expect(ask(open, 0)).toMatchObject({ go: true, probe: true })
  })

  test('doubles its pause each time that the probe fails, up to five minutes', () => {
    let breaker = fails(3)
    const pauses: number[] = []
    for (let i = 0, now = 0; i < 9; i++) {
      if (breaker.state !== 'open') throw new Error('expected it open')
      pauses.push(breaker.until - now)
      now = breaker.until
      const pass = ask(breaker, now)
      if (!pass.go) throw new Error('expected a probe')
      breaker = failed(pass.next, 'still', now, 0.5)
    }
    expect(pauses).toEqual([3_750, 7_500, 15_000, 30_000, 60_000, 120_000, 225_000, 225_000, 225_000])
  })

  test('closes when the probe succeeds, and counts from nothing', () => {
    expect(fails(2, succeeded())).toEqual({ state: 'closed', failures: 2 })
  })

  test('gives the probe to the next one when it ended and told nothing', () => {
    const pass = ask(fails(3), 10_000)
    if (!pass.go) throw new Error('expected a probe')
    expect(ask(released(pass.next), 10_000)).toMatchObject({ go: true, probe: true })
    expect(released(closed)).toBe(closed)
  })

  test('is not opened again by late failures of work that began before it opened', () => {
    const open = fails(3)
    expect(failed(open, 'late', 1_000, 0.5)).toBe(open)
  })

  test('lets something through within five minutes, whatever happened', () => {
    const events = fc.array(
      fc.tuple(
        fc.constantFrom('ask', 'failed', 'succeeded', 'released'),
        fc.integer({ min: 0, max: 60_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
      ),
    )
    fc.assert(
      fc.property(events, (list) => {
        let breaker: Breaker = closed
        let now = 0
        for (const [what, after, random] of list) {
          now += after
          if (what === 'failed') breaker = failed(breaker, 'x', now, random)
          else if (what === 'succeeded') breaker = succeeded()
          else if (what === 'released') breaker = released(breaker)
          else {
            const pass = ask(breaker, now)
            if (pass.go) breaker = pass.next
          }
        }
        expect(ask(released(breaker), now + defaultBreaker.longestMs).go).toBe(true)
      }),
    )
  })
})
