import { expect, test } from 'vitest'
import { Taken } from './taken.ts'

const progress = (at: number, sent: number) => ({ at, size: 1_000_000, from: 0, sent, base: null })

test('nothing is known before two answers of one channel', () => {
  const taken = new Taken(1_000_000)
  expect(taken.leftBytes).toBeUndefined()
  taken.note(progress(100_000, 101_000))
  expect(taken.leftBytes).toBeUndefined()
})

test('the rest of a whole file takes its size, that of a difference as much less as what went before', () => {
  const whole = new Taken(1_000_000)
  whole.note(progress(100_000, 150_000))
  whole.note(progress(200_000, 250_000))
  expect(whole.leftBytes).toBe(800_000)
  const difference = new Taken(1_000_000)
  difference.note(progress(100_000, 1_000))
  difference.note(progress(300_000, 3_000))
  expect(difference.leftBytes).toBe(7_000)
})

test('another channel counts its own bytes from nothing, and what is known holds until it has told more', () => {
  const taken = new Taken(1_000_000)
  taken.note(progress(0, 50_000))
  taken.note(progress(500_000, 550_000))
  taken.begin()
  taken.note(progress(500_000, 20_000))
  expect(taken.leftBytes).toBe(500_000)
  taken.note(progress(600_000, 70_000))
  expect(taken.leftBytes).toBe(200_000)
})

test('what crossed, and from where on, is told of all channels together', () => {
  const taken = new Taken(1_000_000)
  taken.begin()
  taken.note({ ...progress(300_000, 210_000), from: 100_000 })
  taken.begin()
  // One that was cut before anything was answered.
  taken.begin()
  taken.note({ ...progress(900_000, 610_000), from: 300_000 })
  const last = {
    ...{ sha: 'ab', how: 'whole' as const, sent: 720_000, received: 10, resumedAt: 300_000, base: null },
    ...{ holds: [], notes: [] },
  }
  expect(taken.whole(last)).toMatchObject({ sent: 930_000, resumedAt: 100_000 })
})

test('what is there in the end and was not in the beginning was brought, not held', () => {
  const end = {
    ...{ sha: 'ab', how: 'held' as const, sent: 243, received: 10, resumedAt: 1_000_000, base: null },
    ...{ holds: [], notes: [] },
  }
  const held = new Taken(1_000_000)
  held.begin()
  expect(held.whole(end).how).toBe('held')
  const shared = new Taken(1_000_000)
  shared.begin()
  shared.note(progress(600_000, 610_000))
  shared.begin()
  expect(shared.whole(end)).toMatchObject({ how: 'whole', sent: 610_243 })
  const difference = new Taken(1_000_000)
  difference.begin()
  difference.note({ ...progress(600_000, 6_000), base: 'cd' })
  difference.begin()
  expect(difference.whole(end).how).toBe('delta')
})
