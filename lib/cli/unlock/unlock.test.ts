import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StackPlace } from '../../engine/place.ts'
import { clearLock, lockStanding, standingWords } from './unlock.ts'

describe('the lock of a state in a folder', () => {
  let folder: string
  let place: StackPlace
  let child: ChildProcess
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chancery-unlock-'))
    child = spawn('sleep', ['600'])
    place = {
      enginePath: '/no/engine',
      engineVersion: '0.0.0',
      project: 'test',
      stack: 'mission.beirut',
      backendUrl: pathToFileURL(folder).href,
      workFolder: join(folder, 'work'),
      pluginFolders: {},
      passphrase: { from: 'value', value: '' },
      env: {},
    }
  })
  afterEach(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  const file = (pid: number) => join(folder, '.pulumi/locks/organization/test/mission.beirut', `${pid}.json`)
  function lock(pid: number, host: string): void {
    mkdirSync(join(file(pid), '..'), { recursive: true })
    const text = { pid, username: 'anna', hostname: host, timestamp: '2026-11-24T05:00:00.000000001Z' }
    writeFileSync(file(pid), JSON.stringify(text))
  }
  const clock = { now: () => Date.parse('2026-11-24T05:00:42Z') }
  async function standing() {
    const found = await lockStanding(place)
    if (!found.ok) throw new Error(found.error)
    return found.value
  }

  it('that nobody holds is told as that', async () => {
    expect(standingWords('mission.beirut', await standing(), clock)).toBe(
      'mission.beirut: nobody holds its lock. Nothing was changed.',
    )
  })

  it('of a process that runs here is never cleared, whoever says so', async () => {
    lock(child.pid!, hostname())
    const found = await standing()
    expect(standingWords('mission.beirut', found, clock)).toBe(
      `mission.beirut is locked by anna on ${hostname()}, process ${child.pid}, since 2026-11-24T05:00:00Z (42 s ago). That process runs on this machine: nothing was changed. Wait for it to end, or end it; a run on this machine then clears the lock by itself.`,
    )
    if (found.state !== 'alive') throw new Error(found.state)
    expect(await clearLock(place, found.holders)).toMatchObject({ ok: false })
    expect(existsSync(file(child.pid!))).toBe(true)
  })

  it.each([
    ['of a process that is no more', () => spawnSync('true').pid, hostname()],
    ['of another machine, also where a process of that number runs here', () => child.pid!, 'ops1'],
  ])('%s is cleared when a person says so', async (_, pidOf, host) => {
    const pid = pidOf()
    lock(pid, host)
    const found = await standing()
    if (found.state !== 'held') throw new Error(found.state)
    expect(await clearLock(place, found.holders)).toEqual({ ok: true, value: 'cleared' })
    expect(existsSync(file(pid))).toBe(false)
    expect(await clearLock(place, found.holders)).toEqual({ ok: true, value: 'free' })
  })

  it('that another one took in the meantime stays', async () => {
    lock(4711, 'ops1')
    const found = await standing()
    if (found.state !== 'held') throw new Error(found.state)
    rmSync(file(4711))
    lock(12, 'ops2')
    expect(await clearLock(place, found.holders)).toEqual({
      ok: false,
      error:
        'mission.beirut: the lock is another one by now: anna on ops2, process 12. Nothing was changed. Look again.',
    })
    expect(existsSync(file(12))).toBe(true)
  })
})
