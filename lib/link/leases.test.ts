import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Event } from '../domain/event.ts'
import type { Link } from '../domain/site.ts'
import { createLink } from './link.ts'
import { leaseMs } from './lease.ts'
import { LeaseLost, LeaseStoreUnusable } from './lease-failure.ts'
import { clock, file, open, sleepThrough } from './lease.test-rig.ts'
import { openLeases } from './leases.ts'

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
