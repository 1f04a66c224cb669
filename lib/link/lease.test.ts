import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Event } from '../domain/event.ts'
import type { Link } from '../domain/site.ts'
import { createLink } from './link.ts'
import { openLocalLeases } from './local-leases.ts'
import { holdLease, leaseMs, LeaseLost, type Holder, type LeaseStore } from './lease.ts'
import { openLeaseStore } from './lease-store.ts'
import { ManualClock, settled } from './manual-clock.ts'
import { SharedLease } from './shared-lease.ts'

let folder: string
const opened: LeaseStore[] = []
/** Processes of this test's machine that run. */
let running: Set<number>

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-lease-'))
  running = new Set([1, 2])
})
afterEach(() => {
  for (const store of opened.splice(0)) store.close()
  rmSync(folder, { recursive: true, force: true })
})

const open = (machine = 'here') => {
  const store = openLeaseStore(join(folder, 'leases.sqlite'), machine, (pid) => running.has(pid))
  opened.push(store)
  return store
}
const holder = (pid: number, machine = 'here'): Holder => ({ machine, pid, since: 0 })

describe('the lease store', () => {
  test('gives a link to one holder, whatever connection asks, and says who has it', () => {
    const [one, two] = [open(), open()]
    expect(one.take('beirut', holder(1), 0, 100)).toEqual({ taken: true, token: 1 })
    expect(two.take('beirut', holder(2), 99, 100)).toEqual({ taken: false, by: holder(1), until: 100 })
    expect(two.take('nairobi', holder(2), 99, 100)).toEqual({ taken: true, token: 1 })
  })

  test('gives it on with a higher token when it is released, runs out, or its process is gone', () => {
    const store = open()
    store.take('beirut', holder(1), 0, 100)
    store.release('beirut', 1)
    expect(store.take('beirut', holder(2), 1, 100)).toEqual({ taken: true, token: 2 })
    expect(store.take('beirut', holder(1), 101, 100)).toEqual({ taken: true, token: 3 })
    running.delete(1)
    expect(store.take('beirut', holder(2), 102, 100)).toEqual({ taken: true, token: 4 })
  })

  test('waits for the time of a holder on another machine, whose processes can’t be seen', () => {
    const store = open()
    store.take('beirut', holder(77, 'elsewhere'), 0, 100)
    expect(store.take('beirut', holder(2), 50, 100).taken).toBe(false)
  })

  test('renews for the holder only', () => {
    const store = open()
    store.take('beirut', holder(1), 0, 100)
    expect(store.renew('beirut', 1, 90, 100)).toBe(true)
    expect(store.take('beirut', holder(2), 189, 100).taken).toBe(false)
    expect(store.take('beirut', holder(2), 190, 100)).toEqual({ taken: true, token: 2 })
    expect(store.renew('beirut', 1, 191, 100)).toBe(false)
    store.release('beirut', 1)
    expect(store.renew('beirut', 2, 191, 100)).toBe(true)
    store.release('beirut', 2)
    expect(store.renew('beirut', 2, 192, 100)).toBe(false)
  })

  test('keeps its tokens over a restart', () => {
    const first = openLeaseStore(join(folder, 'leases.sqlite'), 'here', () => true)
    first.take('beirut', holder(1), 0, 100)
    first.release('beirut', 1)
    first.close()
    expect(open().take('beirut', holder(2), 1, 100)).toEqual({ taken: true, token: 2 })
  })

  test('gives a link to exactly one of many processes that ask at once, and on when the holder is killed', async () => {
    const script = `
      const { openLeaseStore } = await import(${JSON.stringify(join(import.meta.dirname, 'lease-store.ts'))})
      const store = openLeaseStore(process.argv[1], 'here')
      const taken = store.take('beirut', { machine: 'here', pid: process.pid, since: 0 }, Date.now(), 600000)
      process.stdout.write(JSON.stringify(taken.taken) + '\\n')
      setInterval(() => undefined, 1000)`
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', script, join(folder, 'leases.sqlite')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    )
    try {
      const answers = await Promise.all(
        children.map(
          (child) =>
            new Promise<string>((resolve) =>
              child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim())),
            ),
        ),
      )
      expect(answers.toSorted()).toEqual(['false', 'false', 'false', 'true'])
      const winner = children[answers.indexOf('true')]!
      const store = openLeaseStore(join(folder, 'leases.sqlite'), 'here')
      opened.push(store)
      expect(store.take('beirut', holder(process.pid), Date.now(), 1_000).taken).toBe(false)
      const gone = new Promise((resolve) => winner.once('exit', resolve))
      winner.kill('SIGKILL')
      await gone
      expect(store.take('beirut', holder(process.pid), Date.now(), 1_000)).toEqual({ taken: true, token: 2 })
    } finally {
      for (const child of children) child.kill('SIGKILL')
    }
  })
})

describe('holdLease', () => {
  test('waits for the holder, tells once for whom, and goes on when it lets go', async () => {
    const clock = new ManualClock()
    const store = open()
    const told: Holder[] = []
    const options = (pid: number) => ({
      store,
      clock,
      machine: 'here',
      pid,
      waiting: (_: string, by: Holder) => told.push(by),
    })
    const first = await holdLease('beirut', options(1))
    let second: { readonly token: number } | undefined
    void holdLease('beirut', options(2)).then((lease) => (second = lease))
    await clock.advance(2 * leaseMs)
    expect(second).toBeUndefined()
    expect(told).toEqual([holder(1)])
    first.release()
    await clock.advance(500)
    expect(second?.token).toBe(2)
  })

  test('finds its lease lost when its process was stopped for too long', async () => {
    const clock = new ManualClock()
    const store = open()
    const late = await holdLease('beirut', { store, clock, machine: 'here', pid: 1 })
    expect(store.take('beirut', holder(2), leaseMs, leaseMs)).toEqual({ taken: true, token: 2 })
    await clock.advance(leaseMs / 3)
    expect(late.lost.aborted).toBe(true)
    expect(late.lost.reason).toBeInstanceOf(LeaseLost)
    late.release()
    expect(store.renew('beirut', 2, leaseMs, leaseMs)).toBe(true)
  })

  test('gives up waiting on an abort', async () => {
    const clock = new ManualClock()
    const store = open()
    store.take('beirut', holder(1), 0, leaseMs)
    const abort = new AbortController()
    const waiting = holdLease('beirut', { store, clock, machine: 'here', pid: 2 }, abort.signal)
    await settled()
    abort.abort(new Error('interrupted'))
    await expect(waiting).rejects.toThrow('interrupted')
  })
})

describe('openLocalLeases', () => {
  test('makes a link’s door wait for another process, with an event that names it, and stops its writes once the lease is lost', async () => {
    const clock = new ManualClock()
    const events: Event[] = []
    const file = join(folder, 'new/leases.sqlite')
    const leases = openLocalLeases({ file, clock, emit: (event) => events.push(event) })
    const other = openLeaseStore(file, 'elsewhere')
    opened.push(other, { ...other, close: leases.close })
    other.take('beirut', { machine: 'elsewhere', pid: 7, since: 0 }, 0, 1_000)
    const door = createLink({ link, clock, emit: () => undefined, random: () => 0.5, lease: leases.take })
    const log: string[] = []
    let end = (): void => undefined
    const job = door.run('control', () => {
      log.push('started')
      return new Promise<void>((resolve) => (end = resolve))
    })
    await clock.advance(900)
    expect(log).toEqual([])
    expect(events).toEqual([
      {
        kind: 'link',
        host: 'beirut',
        state: 'waiting',
        detail: 'process 7 on elsewhere uses the link since 1970-01-01T00:00:00.000Z',
      },
    ])
    await clock.advance(600)
    expect(log).toEqual(['started'])
    await door.pace(100, 'control')
    other.take('beirut', { machine: 'elsewhere', pid: 7, since: 0 }, clock.now() + leaseMs, leaseMs)
    await clock.advance(leaseMs)
    await expect(door.pace(100, 'control')).rejects.toBeInstanceOf(LeaseLost)
    end()
    await job
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

describe('a shared lease', () => {
  const shared = () => {
    const clock = new ManualClock()
    const store = open()
    return {
      clock,
      store,
      lease: new SharedLease((abort) =>
        holdLease('beirut', { store, clock, machine: 'here', pid: 1 }, abort),
      ),
    }
  }

  test('is taken for the first job and given back after the last', async () => {
    const { store, lease } = shared()
    const ends: (() => void)[] = []
    const jobs = [1, 2].map((n) =>
      lease.run(() => new Promise<number>((resolve) => ends.push(() => resolve(n)))),
    )
    await settled()
    ends[0]!()
    await settled()
    expect(store.take('beirut', holder(2), 1, 1).taken).toBe(false)
    ends[1]!()
    expect(await Promise.all(jobs)).toEqual([1, 2])
    expect(store.take('beirut', holder(2), 1, 1)).toEqual({ taken: true, token: 2 })
  })

  test('is given back when a job fails', async () => {
    const { store, lease } = shared()
    await expect(lease.run(() => Promise.reject(new Error('lost')))).rejects.toThrow('lost')
    expect(store.take('beirut', holder(2), 1, 1).taken).toBe(true)
  })

  test('lets nothing more out once it was lost, until it is taken anew', async () => {
    const { clock, store, lease } = shared()
    let end = (): void => undefined
    const job = lease.run(() => new Promise<void>((resolve) => (end = resolve)))
    await settled()
    expect(() => lease.check()).not.toThrow()
    store.take('beirut', holder(2), leaseMs, 1)
    await clock.advance(leaseMs / 3)
    expect(() => lease.check()).toThrow(LeaseLost)
    end()
    await job
    clock.set(2 * leaseMs)
    await lease.run(() => Promise.resolve(expect(() => lease.check()).not.toThrow()))
  })

  test('stops waiting when its last job was aborted, and leaves the holder alone', async () => {
    const { clock, store, lease } = shared()
    store.take('beirut', holder(2), 0, leaseMs)
    const abort = new AbortController()
    let ran = false
    const waiting = lease.run(() => Promise.resolve((ran = true)), abort.signal)
    await settled()
    abort.abort(new Error('interrupted'))
    await expect(waiting).rejects.toThrow('interrupted')
    store.release('beirut', 1)
    await clock.advance(leaseMs)
    expect(ran).toBe(false)
    expect(store.take('beirut', holder(2), leaseMs, 1)).toEqual({ taken: true, token: 2 })
  })
})
