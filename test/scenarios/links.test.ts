import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../lib/domain/clock.ts'
import { copyForLab } from '../../lib/cli/lab-copy.ts'
import { machineOf, runCli, startCli } from '../rig/cli.ts'
import { oneRateAllDay } from '../rig/one-rate.ts'

const ministry = fileURLToPath(new URL('../../inventories/ministry', import.meta.url))
const paced = fileURLToPath(new URL('../rig/paced-process.ts', import.meta.url))

let folder: string
const inventory = (): string => join(folder, 'inventories', 'ministry')
const work = (): string => join(folder, '.chancery')
const children: ChildProcess[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-links-'))
  await copyForLab(ministry, inventory(), [])
  oneRateAllDay(inventory())
})
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** A process that sends as fast as it may over the link of Beirut. */
function sender(from: string) {
  const child = spawn(process.execPath, [paced, from, 'beirut'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CHANCERY_MACHINE_FOLDER: machineOf(folder) },
  })
  children.push(child)
  const seen: { readonly at: number; readonly bytes: number }[] = []
  const said: string[] = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const [at, bytes] = line.split(' ')
      if (line.startsWith('#')) said.push(line)
      else seen.push({ at: Number(at), bytes: Number(bytes) })
    }
  })
  const between = (start: number, end: number): typeof seen =>
    seen.filter(({ at }) => at >= start && at <= end)
  /** For how long it did not get on between two instants of the machine's clock, ms: it says something every 50 ms. */
  const stood = (start: number, end: number): number =>
    between(start, end).reduce(
      (sum, { at }, i, all) => sum + Math.max(0, at - (all[i - 1]?.at ?? at) - 100),
      0,
    )
  const bytesWithin = (start: number, end: number): readonly [bytes: number, ms: number] => {
    const [first, last] = [between(start, end)[0]!, between(start, end).at(-1)!]
    return [last.bytes - first.bytes, last.at - first.at]
  }
  /** kbit/s between two instants. */
  const rate = (start: number, end: number): number => {
    const [bytes, ms] = bytesWithin(start, end)
    return (bytes * 8) / ms
  }
  /** The same of the time in which it got on. */
  const ownRate = (start: number, end: number): number => {
    const [bytes, ms] = bytesWithin(start, end)
    return (bytes * 8) / (ms - stood(start, end))
  }
  return { child, seen, said, stood, rate, ownRate }
}

const cli = (...args: string[]) => runCli(args, { cwd: folder, env: { CHANCERY_WORK_FOLDER: work() } })

describe('a process that sends, and another one that switches', { timeout: 180_000 }, () => {
  test('chancery video: the rate of the other process follows within a second; chancery links shows who sends', async () => {
    const { child, seen, said, stood, rate, ownRate } = sender(inventory())
    while (seen.length < 40) await systemClock.sleep(50)
    expect(ownRate(seen.at(-1)!.at - 1_500, seen.at(-1)!.at)).toBeGreaterThan(380)

    const on = await cli('video', 'beirut', 'on', '--at-most', '48', '--until', '2099-01-01T00:00')
    const switched = Date.now()
    expect(on.stdout).toContain('beirut: live video, at most 48 kbit/s until 2099-01-01 00:00 Asia/Beirut.')
    await systemClock.sleep(4_000)
    const followed = switched + 1_000 + stood(switched, switched + 1_000)
    // Either end of the stretch may fall just before or after a write of 2 KB.
    expect(rate(followed, switched + 4_000)).toBeLessThanOrEqual(48 * 1.05 + (2048 * 8) / 2_500)
    expect(ownRate(followed, switched + 4_000)).toBeGreaterThan(20)

    const shown = await cli('links', 'beirut')
    expect(shown.stdout).toContain(`process ${child.pid}`)
    expect(shown.stdout).toContain('48 kbit/s')
    const [row] = JSON.parse((await cli('links', 'beirut', '--json')).stdout) as [
      { now: { budgetKbitPerS: number; holders: { pid: number }[]; measured: { kbitPerS: number } } },
    ]
    expect(row.now).toMatchObject({ budgetKbitPerS: 48, holders: [{ pid: child.pid }] })

    await cli('video', 'beirut', 'off')
    const off = Date.now()
    await systemClock.sleep(3_500)
    expect(ownRate(off + 1_000 + stood(off, off + 1_000), off + 3_500)).toBeGreaterThan(380)
    expect(said).toEqual([
      expect.stringContaining('# video: at most 48 kbit/s: switched on by') as string,
      '# no video: the timetable alone decides',
    ])
    // The same numbers from the last run are kept when nothing runs any more.
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    const [after] = JSON.parse((await cli('links', 'beirut', '--json')).stdout) as [
      { now: { holders: unknown[]; measured: { kbitPerS: number } } },
    ]
    expect(after.now.holders).toEqual([])
    expect(after.now.measured.kbitPerS).toBeGreaterThan(300)
  })

  test('the conference system says over HTTP that live video runs: the rate follows within a second of its answer, and again when it ends', async () => {
    let live = false
    const answered: number[] = []
    const server = createServer((_, response) => {
      answered.push(Date.now())
      response.end(JSON.stringify({ rooms: { beirut: live } }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const asks = join(folder, 'asks', 'ministry')
    cpSync(inventory(), asks, { recursive: true })
    appendFileSync(
      join(asks, 'organisation.yaml'),
      `conference: { url: 'http://127.0.0.1:${port}/', pointer: '/rooms/{site}', everySeconds: 1, timeoutSeconds: 10 }\n`,
    )
    try {
      const { child, seen, said, stood, rate, ownRate } = sender(asks)
      /** When the next answer was given. */
      const nextAnswer = async (): Promise<number> => {
        const before = answered.length
        while (answered.length === before) await systemClock.sleep(20)
        return answered[before]!
      }
      while (seen.length < 60) await systemClock.sleep(50)
      expect(ownRate(seen.at(-1)!.at - 1_000, seen.at(-1)!.at)).toBeGreaterThan(380)
      live = true
      const on = await nextAnswer()
      await systemClock.sleep(Math.max(0, on + 3_500 - Date.now()))
      // Either end of the stretch may fall just before or after a write of 2 KB.
      expect(rate(on + 1_000 + stood(on, on + 1_000), on + 3_500)).toBeLessThanOrEqual(
        64 * 1.05 + (2048 * 8) / 2_000,
      )
      live = false
      const off = await nextAnswer()
      await systemClock.sleep(Math.max(0, off + 3_000 - Date.now()))
      expect(ownRate(off + 1_000 + stood(off, off + 1_000), off + 3_000)).toBeGreaterThan(380)
      expect(said).toEqual([
        // Until it has answered for the first time live video is taken to run.
        '# no video: the timetable alone decides',
        '# video: at most 64 kbit/s: the conference system says true',
        '# no video: the timetable alone decides',
      ])
      child.kill('SIGKILL')
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  test('chancery links --watch says from another process when something has changed, and ends with Ctrl-C', async () => {
    const watching = startCli(['links', 'beirut', '--watch', '--json'], {
      cwd: folder,
      env: { CHANCERY_WORK_FOLDER: work() },
    })
    await watching.until('"video":null')
    await cli('video', 'beirut', 'on')
    await watching.until('"kbitPerS":64')
    await cli('video', 'beirut', 'off')
    process.kill(watching.pid, 'SIGINT')
    const { code, stdout } = await watching.ended
    expect(code).toBe(0)
    expect(stdout.trim().split('\n').length).toBeLessThanOrEqual(4)
  })

  test('a wrong time, rate or site is told with what to write instead', async () => {
    expect((await cli('video', 'beirut', 'on', '--until', '25:00')).stderr).toContain(
      '--until: expected a time, got "25:00". Write 17:30',
    )
    expect((await cli('video', 'beirut', 'on', '--at-most', '0')).stderr).toContain(
      '--at-most: expected a whole number > 0, got 0. Write 64, for example.',
    )
    expect((await cli('video', 'beirutt', 'on')).stderr).toContain('Did you mean "beirut"?')
  })
})
