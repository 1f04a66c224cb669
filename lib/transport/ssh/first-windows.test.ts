import { expect, test } from 'vitest'
import { ManualClock, settled } from '../../link/manual-clock.ts'
import { FirstWindows } from './first-windows.ts'

const segment = 1448

/** Somebody who writes a packet whenever there is room. */
function writer(windows: FirstWindows, clock: ManualClock) {
  const writes: number[] = []
  const abort = new AbortController()
  const writing = (async () => {
    while (!abort.signal.aborted && writes.length < 2000) {
      await windows.room(segment, abort.signal)
      if (abort.signal.aborted) return
      windows.sent(segment)
      writes.push(clock.now())
    }
  })()
  const until = (instant: number): number => writes.filter((at) => at <= instant).length
  return { until, stop: () => (abort.abort(), writing) }
}

test('lets out ten packets in the first round trip, twice as many in each one after it', async () => {
  const clock = new ManualClock(0)
  const { until, stop } = writer(new FirstWindows(clock, 600), clock)
  await clock.advance(2_400)
  await stop()
  expect([0, 629, 631, 1_262, 1_893].map(until)).toEqual([10, 10, 30, 70, 150])
})

test('begins anew after a rest, and not after a pause shorter than a round trip', async () => {
  const clock = new ManualClock(0)
  const windows = new FirstWindows(clock, 600)
  const first = writer(windows, clock)
  await clock.advance(1_300)
  await first.stop()
  await clock.advance(600)
  const second = writer(windows, clock)
  await settled()
  expect(second.until(1_900)).toBeGreaterThan(40)
  await second.stop()
  await clock.advance(5_000)
  const third = writer(windows, clock)
  await settled()
  expect(third.until(clock.now())).toBe(10)
  await third.stop()
})

test('an abort ends the wait', async () => {
  const clock = new ManualClock(0)
  const windows = new FirstWindows(clock, 600)
  windows.sent(20 * segment)
  const abort = new AbortController()
  const waiting = windows.room(segment, abort.signal)
  abort.abort()
  await waiting
})
