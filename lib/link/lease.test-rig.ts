import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { leaseMs, type LeaseStore } from './lease.ts'
import { openLeaseStore } from './lease-store.ts'
import { ManualClock } from './manual-clock.ts'

let folder: string
/** Of the test that runs. */
export let file: string
/** Of the test that runs. */
export let clock: ManualClock
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

/** A process with the file of the test open. */
export const open = (pid: number): LeaseStore => {
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
/** Nothing went out lately. */
export const nothingSent = { savedMs: 0, writes: [] }
export const hour = 3_600_000
/** Lets time pass without waking anybody, as for a process that is stopped. */
export const sleepThrough = (ms: number): void => clock.pass(ms)
