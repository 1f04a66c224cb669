import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { err, ok, type Result } from '../../domain/result.ts'
import type { StackPlace } from '../../engine/place.ts'
import type { StackFailure } from '../../engine/stack-failure.ts'
import { orphanWaitMs, pastStaleLock } from './stale-lock.ts'

/** A process that is no more. */
const goneProcess = (): number => spawnSync(process.execPath, ['--version']).pid

describe('a stack that is locked', () => {
  let folder: string
  let place: StackPlace
  let holder: ChildProcess
  let notes: string[]
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chancery-lock-'))
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
    holder = spawn('sleep', ['600'])
    notes = []
  })
  afterEach(() => {
    holder.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  const locks = () => join(folder, '.pulumi/locks/organization/test/mission.beirut')
  function lock(pid: number): void {
    mkdirSync(locks(), { recursive: true })
    const text = { pid, username: 'anna', hostname: hostname(), timestamp: '2026-11-24T05:00:00Z' }
    writeFileSync(join(locks(), `${pid}.json`), JSON.stringify(text))
  }
  function startedBy(chancery: number): void {
    mkdirSync(join(folder, 'work/engines'), { recursive: true })
    writeFileSync(join(folder, `work/engines/${holder.pid}`), String(chancery))
  }
  async function end(): Promise<void> {
    holder.kill('SIGKILL')
    if (holder.exitCode === null && holder.signalCode === null) await once(holder, 'exit')
  }

  type Ran = { readonly result: Result<string, StackFailure> }
  /** The first run is refused because of the holder; `then` is what a later one meets. */
  async function run(pid: number, slept: (ms: number) => Promise<void> | void = () => {}, host = hostname()) {
    let runs = 0
    let now = 0
    const answer = await pastStaleLock<Ran>(
      place,
      async () => {
        runs += 1
        const holders = [{ user: 'anna', host, pid, since: '2026-11-24T05:00:00Z' }]
        const failure = { kind: 'locked', stack: 's', backendUrl: place.backendUrl, holders } as const
        return { result: runs === 1 ? err(failure) : ok('done') }
      },
      {
        clock: {
          now: () => now,
          sleep: async (ms) => {
            now += ms
            await slept(now)
            return true
          },
        },
        note: (text) => notes.push(text),
        abort: new AbortController().signal,
      },
    )
    return { runs, ok: answer.result.ok, waited: now }
  }

  it('by an engine that outlived its chancery is run once that engine has written its state', async () => {
    startedBy(goneProcess())
    lock(holder.pid!)
    const ended = await run(holder.pid!, async (now) => {
      if (now >= 5_000) await end()
    })
    expect(ended).toEqual({ runs: 2, ok: true, waited: 5_000 })
    expect(notes).toEqual([
      expect.stringMatching(new RegExp(`its engine \\(process ${holder.pid}\\) .* at most 30 s`)),
      expect.stringMatching(/^the lock of a run that was killed is cleared/),
    ])
    expect(readdirSync(locks())).toEqual([])
  })

  it('by an engine that gives the lock back itself is run without clearing anything', async () => {
    startedBy(goneProcess())
    expect(await run(holder.pid!, end)).toMatchObject({ runs: 2, ok: true })
    expect(notes).toHaveLength(1)
  })

  it('by an engine whose chancery lives is refused at once', async () => {
    startedBy(process.pid)
    lock(holder.pid!)
    expect(await run(holder.pid!)).toEqual({ runs: 1, ok: false, waited: 0 })
    expect([notes, readdirSync(locks())]).toEqual([[], [`${holder.pid}.json`]])
  })

  it('by a process that chancery did not start is refused at once', async () => {
    lock(holder.pid!)
    expect(await run(holder.pid!)).toEqual({ runs: 1, ok: false, waited: 0 })
  })

  it('by an engine that never ends is refused after a while, and a person is told what to end', async () => {
    startedBy(goneProcess())
    lock(holder.pid!)
    expect(await run(holder.pid!)).toEqual({ runs: 1, ok: false, waited: orphanWaitMs })
    expect(notes.at(-1)).toBe(
      `It is still there after 30 s. It reaches no host any more: end process ${holder.pid}, then run again.`,
    )
    expect(readdirSync(locks())).toEqual([`${holder.pid}.json`])
  })

  it('by one on another machine is refused at once, whatever runs here under its number', async () => {
    startedBy(goneProcess())
    expect(await run(holder.pid!, undefined, 'elsewhere')).toEqual({ runs: 1, ok: false, waited: 0 })
  })

  it('by a process that has ended and that nobody has waited for is run at once', async () => {
    // A shell that became something else never waits for what it had started.
    const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 600'])
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const ended = Number(line.toString())
    lock(ended)
    expect(await run(ended)).toMatchObject({ runs: 2, ok: true })
    parent.kill('SIGKILL')
  })
})
