import { describe, expect, test } from 'vitest'
import { holdLease, leaseMs, type Lease } from './lease.ts'
import { LeaseLost } from './lease-failure.ts'
import { clock, nothingSent, open, sleepThrough } from './lease.test-rig.ts'
import { settled } from './manual-clock.ts'
import { lingerMs, SharedLease } from './shared-lease.ts'

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
