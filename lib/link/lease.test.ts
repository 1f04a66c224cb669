import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Event } from '../domain/event.ts'
import type { Link } from '../domain/site.ts'
import { createLink } from './link.ts'
import { holdLease, leaseMs, type Holder, type Lease, type LeaseStore } from './lease.ts'
import { LeaseLost, LeaseStoreUnusable } from './lease-failure.ts'
import { openLeaseStore } from './lease-store.ts'
import { openLeases } from './leases.ts'
import { ManualClock, settled } from './manual-clock.ts'
import { lingerMs, SharedLease } from './shared-lease.ts'

let folder: string
let file: string
let clock: ManualClock
const opened: LeaseStore[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-lease-'))
  file = join(folder, 'leases.sqlite')
  clock = new ManualClock(10 * leaseMs)
})
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const open = (pid: number): LeaseStore => {
  const me = { machine: 'here', user: 'anna', pid, place: 'boot ns', boot: 'boot', started: 'a' }
  const store = openLeaseStore(file, {
    me,
    ticks: () => 1_000_000 + clock.elapsed(),
    now: () => clock.now(),
    runs: () => true,
  })
  opened.push(store)
  return store
}
const nothingSent = { savedMs: 0, writes: [] }
const hour = 3_600_000
/** Lets time pass without waking anybody, as for a process that is stopped. */
const sleepThrough = (ms: number): void => clock.pass(ms)

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

describe('a shared lease', () => {
  const shared = () => {
    const store = open(1)
    return {
      store,
      lease: new SharedLease(
        (abort) => holdLease('beirut', { store, clock }, abort),
        clock,
        () => nothingSent,
      ),
    }
  }
  const job = () => {
    let end = (): void => undefined
    const started = { is: false }
    const run = (): Promise<void> => {
      started.is = true
      return new Promise((resolve) => (end = resolve))
    }
    return { run, started, end: () => end() }
  }

  test('is taken for the first job and given back after the last', async () => {
    const { lease } = shared()
    const [first, second] = [job(), job()]
    const jobs = [lease.run(first.run), lease.run(second.run)]
    await settled()
    first.end()
    await settled()
    const other = open(2)
    expect(await other.take('beirut')).toMatchObject({ taken: false })
    second.end()
    await Promise.all(jobs)
    await clock.advance(lingerMs)
    expect(await other.take('beirut')).toMatchObject({ taken: true, token: 2 })
  })

  test('is kept for a moment for the next job, and not taken anew for it', async () => {
    const { lease } = shared()
    const tokens = new Set<number | undefined>()
    for (let n = 0; n < 5; n++) {
      await lease.run(async () => void tokens.add(lease.lease?.token))
      await clock.advance(lingerMs / 2)
    }
    expect([...tokens]).toEqual([1])
    await clock.advance(lingerMs)
    expect(lease.lease).toBeUndefined()
  })

  test('is given back when a job fails', async () => {
    const { lease } = shared()
    await expect(lease.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    await clock.advance(lingerMs)
    expect(await open(2).take('beirut')).toMatchObject({ taken: true })
  })

  test('goes to a process that waits once the jobs that run have ended, though there are always more', async () => {
    const { lease } = shared()
    const jobs = [job(), job(), job()] as const
    const running = [lease.run(jobs[0].run), lease.run(jobs[1].run)]
    await settled()
    let other: Lease | undefined
    void holdLease('beirut', { store: open(2), clock }).then((taken) => (other = taken))
    await clock.advance(leaseMs / 3)
    jobs[0].end()
    running.push(lease.run(jobs[2].run))
    await settled()
    expect(jobs[2].started.is).toBe(false)
    jobs[1].end()
    await clock.advance(500)
    expect(other?.token).toBe(2)
    expect(jobs[2].started.is).toBe(false)
    await other!.release()
    await clock.advance(500)
    expect(jobs[2].started.is).toBe(true)
    jobs[2].end()
    await Promise.all(running)
  })

  test('lets nothing out and starts nothing once it was lost, until it is planned anew', async () => {
    const { lease } = shared()
    const first = job()
    const running = lease.run(first.run)
    await settled()
    await lease.confirm()
    sleepThrough(leaseMs + 1)
    const other = open(2)
    await other.take('beirut')
    await expect(lease.confirm()).rejects.toBeInstanceOf(LeaseLost)
    first.end()
    await running
    await other.release('beirut', 2)
    const late = job()
    await expect(lease.run(late.run)).rejects.toBeInstanceOf(LeaseLost)
    expect(late.started.is).toBe(false)
    lease.again()
    await lease.run(() => lease.confirm())
  })

  test('stops waiting when its last job was aborted, and leaves the holder alone', async () => {
    const { lease } = shared()
    const other = open(2)
    await other.take('beirut')
    const abort = new AbortController()
    const waits = job()
    const waiting = lease.run(waits.run, abort.signal)
    await settled()
    abort.abort(new Error('interrupted'))
    await expect(waiting).rejects.toThrow('interrupted')
    await other.release('beirut', 1)
    await clock.advance(leaseMs)
    expect(waits.started.is).toBe(false)
    expect(await other.take('beirut')).toMatchObject({ taken: true, token: 2 })
  })
})

const link: Link = {
  id: 'beirut',
  medium: 'satellite',
  secondLine: 'none',
  kbitPerS: 512,
  rttMs: 600,
  timeZone: 'Asia/Beirut',
  budget: [
    { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], fromMinute: 0, toMinute: 1440, kbitPerS: 480 },
  ],
  windows: [],
}

describe('a link among processes', () => {
  const openDoor = (events: Event[] = [], pid = 1) => {
    const store = open(pid)
    const leases = openLeases({
      place: { open: async () => store },
      clock,
      emit: (event) => events.push(event),
    })
    return createLink({ link, clock, emit: () => undefined, random: () => 0.5, lease: leases.take })
  }

  test('waits for another process, with an event that names it, and lets nothing out once its lease is lost', async () => {
    const events: Event[] = []
    const door = openDoor(events)
    const other = open(7)
    await other.take('beirut')
    let end = (): void => undefined
    let started = false
    const job = door.run('control', () => {
      started = true
      return new Promise<void>((resolve) => (end = resolve))
    })
    await clock.advance(900)
    expect(started).toBe(false)
    expect(events).toEqual([
      {
        kind: 'link',
        host: 'beirut',
        state: 'waiting',
        detail: `anna on here, process 7, uses the link since ${new Date(10 * leaseMs).toISOString()}`,
      },
    ])
    await other.release('beirut', 1)
    await clock.advance(600)
    expect(started).toBe(true)
    expect(door.lease).toMatchObject({ store: other.id, token: 2 })
    await door.pace(100, 'control')
    sleepThrough(leaseMs + 1)
    await other.take('beirut')
    await expect(door.pace(100, 'control')).rejects.toBeInstanceOf(LeaseLost)
    expect(door.lost).toBeInstanceOf(LeaseLost)
    end()
    await job
    await expect(door.run('control', () => Promise.resolve())).rejects.toBeInstanceOf(LeaseLost)
  })

  test('sends no burst right after another process has sent its own', async () => {
    const [one, two] = [openDoor([], 1), openDoor([], 2)]
    const sendAll = (door: typeof one): Promise<number> =>
      door.run('control', async () => {
        let sent = 0
        const until = clock.elapsed() + 500
        while (clock.elapsed() < until) {
          await door.pace(1000, 'control')
          sent += 1000
        }
        return sent
      })
    let sent = 0
    for (const door of [one, two, one, two]) {
      const sending = sendAll(door)
      await clock.advance(750)
      sent += await sending
    }
    const bytesPerMs = (480 * 0.95) / 8
    expect(sent).toBeLessThanOrEqual(3000 * bytesPerMs + 8192 + 4 * 1000)
    expect(sent).toBeGreaterThan(4 * 500 * bytesPerMs)
  })

  test('is not used when the leases can’t be read, and can be once they can', async () => {
    let broken = true
    const leases = openLeases({
      place: {
        open: async () => {
          if (broken) throw new LeaseStoreUnusable(file, 'corrupt', 'is damaged')
          return open(1)
        },
      },
      clock,
      emit: () => undefined,
    })
    const door = createLink({ link, clock, emit: () => undefined, random: () => 0.5, lease: leases.take })
    await expect(door.run('control', () => Promise.resolve('ran'))).rejects.toBeInstanceOf(LeaseStoreUnusable)
    broken = false
    expect(await door.run('control', () => Promise.resolve('ran'))).toBe('ran')
  })

  test('is shown with who holds it, and nothing is made by asking', async () => {
    const leases = openLeases({ place: { file }, clock, emit: () => undefined })
    expect(await leases.holders()).toEqual([])
    expect(() => rmSync(file)).toThrow('ENOENT')
    const taken = await leases.take('beirut', new AbortController().signal)
    expect(await leases.holders()).toMatchObject([
      { link: 'beirut', holder: { pid: process.pid }, waiting: [] },
    ])
    await taken.release()
    await leases.close()
  })
})
