import { expect, test } from 'vitest'
import type { Clock } from '../domain/clock.ts'
import { FrameLock } from './frame-lock.ts'

/** A clock whose sleepers wake when the test says so. */
function manualClock(): { clock: Clock; wake: () => void } {
  const sleepers: (() => void)[] = []
  return {
    clock: {
      now: () => 0,
      sleep: (_ms, abort) =>
        new Promise((resolve) => {
          sleepers.push(() => resolve(true))
          abort?.addEventListener('abort', () => resolve(false), { once: true })
        }),
    },
    wake: () => {
      for (const one of sleepers.splice(0)) one()
    },
  }
}

test('frames come one after the other, in the order in which they asked', async () => {
  const { clock } = manualClock()
  const lock = new FrameLock(clock)
  const order: string[] = []
  const first = await lock.acquire(1000)
  const others = ['b', 'c'].map(async (name) => {
    const release = await lock.acquire(1000)
    order.push(name)
    release?.()
  })
  order.push('a')
  first?.()
  await Promise.all(others)
  expect(order).toEqual(['a', 'b', 'c'])
})

test('who waits too long gets nothing, and the next one is not held up by that', async () => {
  const { clock, wake } = manualClock()
  const lock = new FrameLock(clock)
  const first = await lock.acquire(1000)
  const late = lock.acquire(10)
  wake()
  expect(await late).toBeUndefined()
  first?.()
  first?.()
  expect(await lock.acquire(1000)).toBeDefined()
  const blocked = lock.acquire(1000)
  wake()
  expect(await blocked).toBeUndefined()
})
