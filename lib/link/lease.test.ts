import { describe, expect, test } from 'vitest'
import type { Holder } from './holder.ts'
import { holdLease, leaseMs, type Lease, type LeaseStore } from './lease.ts'
import { LeaseLost, LeaseStoreUnusable } from './lease-failure.ts'
import { clock, file, hour, open, sleepThrough } from './lease.test-rig.ts'
import { settled } from './manual-clock.ts'

describe('a lease', () => {
  test('is waited for, with one word for whom, and comes when the holder lets go', async () => {
    const told: number[] = []
    const first = await holdLease('beirut', { store: open(1), clock })
    let second: Lease | undefined
    const waiting = (_: string, by: Holder): void => void told.push(by.pid)
    void holdLease('beirut', { store: open(2), clock, waiting }).then((lease) => (second = lease))
    await clock.advance(2 * leaseMs)
    expect(second).toBeUndefined()
    expect(told).toEqual([1])
    await first.release()
    await clock.advance(500)
    expect(second?.token).toBe(2)
  })

  test.each([
    ['back', -hour],
    ['forward', hour],
  ])('is held on while the clock is set %s an hour', async (_, by) => {
    const [one, two] = [open(1), open(2)]
    const lease = await holdLease('beirut', { store: one, clock })
    clock.set(clock.now() + by)
    for (let n = 0; n < 10; n++) {
      await clock.advance(leaseMs / 2)
      expect(await two.take('beirut')).toMatchObject({ taken: false, by: { pid: 1 } })
    }
    expect(lease.lost.aborted).toBe(false)
  })

  test.each([
    ['back', -hour],
    ['forward', hour],
  ])('of a holder that hangs is taken over after its time, with the clock set %s an hour', async (_, by) => {
    const one = open(1)
    await one.take('beirut')
    clock.set(clock.now() + by)
    let taken = false
    void holdLease('beirut', { store: open(2), clock }).then(() => (taken = true))
    await clock.advance(leaseMs - 1_000)
    expect(taken).toBe(false)
    await clock.advance(2_000)
    expect(taken).toBe(true)
  })

  test('is found lost by a process that was stopped, before its timers run, with who has it since when', async () => {
    const late = await holdLease('beirut', { store: open(1), clock })
    sleepThrough(leaseMs + 1)
    const since = clock.now()
    expect(await open(2).take('beirut')).toMatchObject({ taken: true, token: 2 })
    const lost = await late.confirm().catch((cause: unknown) => cause)
    expect(lost).toBeInstanceOf(LeaseLost)
    expect(lost).toMatchObject({ by: { pid: 2, machine: 'here', since } })
    expect(late.lost.aborted).toBe(true)
  })

  test('of a process that was stopped, and that nobody took, goes on', async () => {
    const late = await holdLease('beirut', { store: open(1), clock })
    sleepThrough(20 * leaseMs)
    await late.confirm()
    expect(await open(2).take('beirut')).toMatchObject({ taken: false })
  })

  test('is lost before others may take it when the store can’t be written for so long', async () => {
    const store = open(1)
    let broken = false
    const flaky: LeaseStore = {
      id: store.id,
      take: (link) => store.take(link),
      renew: (link, token) =>
        broken ? Promise.reject(new LeaseStoreUnusable(file, 'full', 'no room')) : store.renew(link, token),
      release: (link, token) => store.release(link, token),
      leave: (link) => store.leave(link),
      holders: () => store.holders(),
      close: () => store.close(),
    }
    const lease = await holdLease('beirut', { store: flaky, clock })
    broken = true
    await clock.advance(leaseMs / 3 + 1)
    broken = false
    await clock.advance(leaseMs)
    expect(lease.lost.aborted).toBe(false)
    broken = true
    await clock.advance(leaseMs + leaseMs / 3)
    expect(lease.lost.reason).toMatchObject({ problem: 'full' })
  })

  test('is no longer waited for after an abort, and its place in line is free', async () => {
    const [one, two, three] = [open(1), open(2), open(3)]
    await one.take('beirut')
    const abort = new AbortController()
    const waiting = holdLease('beirut', { store: two, clock }, abort.signal)
    await settled()
    abort.abort(new Error('interrupted'))
    await expect(waiting).rejects.toThrow('interrupted')
    await one.release('beirut', 1)
    expect(await three.take('beirut')).toMatchObject({ taken: true })
  })
})
