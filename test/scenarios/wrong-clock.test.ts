import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makePlan } from '../../lib/cli/plan/make.ts'
import { type Clock, systemClock } from '../../lib/domain/clock.ts'
import type { LabHost } from '../../lib/lab/index.ts'
import { type Ended, runCli, startCli, waitUntil } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'

const hour = 60
const year = 365 * 24 * hour

describe('a clock that is wrong', { timeout: 180_000 }, () => {
  let rig: Rig
  let host: LabHost
  let run = 0
  /** By how many minutes ours is ahead. */
  let ahead = 0
  const clock: Clock = { now: () => systemClock.now() + ahead * 60_000, sleep: systemClock.sleep }
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'], clock })
    host = rig.lab.host('nairobi-hv1')
  })
  beforeEach(() => set(0, 0))
  afterAll(() => rig.close())

  /** Sets our clock and the host's, each so many minutes ahead of what is right. */
  function set(ours: number, theirs: number): void {
    ahead = ours
    host.order({ name: 'clock-skew', value: theirs - ours })
  }

  /** Writes another text. */
  async function upIsSound(): Promise<void> {
    run += 1
    const program = rig.program('files', filesProgram(1, `run ${run}`))
    expect((await rig.run('up', { program })).sites).toMatchObject([{ outcome: 'done', failures: [] }])
    expect(textOf(host, 'C:\\Notes\\0.txt')).toBe(`run ${run} 0`)
  }

  it('ours, an hour and a year behind and ahead, and right again: each run does what it should', async () => {
    for (const minutes of [0, -hour, hour, -year, year, 0]) {
      set(minutes, 0)
      await upIsSound()
    }
  })

  it('the host’s, a year behind and ahead, and right again: nothing depends on it', async () => {
    for (const minutes of [-year, year, 0]) {
      set(0, minutes)
      await upIsSound()
    }
  })

  it('ours, a year ahead when a plan was saved: it is carried out once the clock is right', async () => {
    set(year, 0)
    const program = rig.program('files', filesProgram(1, 'of a plan'))
    const made = makePlan({
      previews: (await rig.run('preview', { program, planning: { do: 'save' } })).previews,
      estate: rig.estate,
      operation: 'up',
      program,
      cwd: rig.folder,
      allowDataLoss: [],
      by: 'anna',
      now: clock.now(),
      version: '0.0.0',
    })
    if (!made.ok) throw new Error(made.error.join('\n'))
    set(0, 0)
    const up = await rig.run('up', { program, planning: { do: 'hold', plan: made.value } })
    expect(up.sites).toMatchObject([{ outcome: 'done', failures: [] }])
    expect(textOf(host, 'C:\\Notes\\0.txt')).toBe('of a plan 0')
  })
})

describe('a machine whose clock is a day off, in processes of its own', { timeout: 180_000 }, () => {
  const day = 24 * 60 * 60_000
  let rig: Rig
  let host: LabHost
  let accepted: string
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    host = rig.lab.host('nairobi-hv1')
    const today = new Date(systemClock.now()).toISOString().slice(0, 10)
    accepted = rig.program(
      'files',
      filesProgram(1, 'text').replace(
        ' + i })',
        ` + i, accept: [{ property: 'content', reason: 'by hand', until: '${today}' }] })`,
      ),
    )
  })
  afterEach(() => host.clear())
  afterAll(() => rig.close())

  const options = (ahead: number) => ({
    cwd: rig.folder,
    env: {
      NODE_OPTIONS: `--import ${new URL('../rig/shifted-clock.ts', import.meta.url).href}`,
      SHIFTED_CLOCK_MS: String(ahead),
    },
  })
  const said = ({ stdout, stderr }: Ended): string => `${stdout}\n${stderr}`.replace(/\s+/g, ' ')

  it('what was cut off under it is told, cleared and gone on with under the right one', async () => {
    for (const [ahead, later] of [
      [day, 0],
      [-day, 0],
    ] as const) {
      const text = `cut off at ${ahead}, gone on with at ${later}`
      const program = rig.program('files', filesProgram(1, text))
      const up = startCli(['up', 'nairobi', '--program', program], { ...options(ahead), columns: 100 })
      await up.until('Go on with up?')
      host.order({ name: 'hold-reply', value: 0 })
      up.type('yes\n')
      await waitUntil(() => textOf(host, 'C:\\Notes\\0.txt') === `${text} 0`)
      await up.cutPower()
      host.clear()
      const resolved = await runCli(['resolve', 'nairobi', '--program', program], options(later))
      expect(said(resolved)).toMatch(/done as intended/)
      const again = await runCli(['up', 'nairobi', '--yes', '--program', program], options(later))
      expect([again.code, said(again)]).toEqual([0, expect.not.stringMatching(/Internal error/)])
      expect(textOf(host, 'C:\\Notes\\0.txt')).toBe(`${text} 0`)
    }
  })

  it('what is accepted until today goes by it, and each run says that host and machine don’t agree', async () => {
    expect(await runCli(['up', 'nairobi', '--yes', '--program', accepted], options(0))).toMatchObject({
      code: 0,
    })
    host.world.files.write('C:\\Notes\\0.txt', new TextEncoder().encode('by hand'))
    const [right, ahead, behind] = await Promise.all(
      [0, day, -day].map((by) =>
        runCli(['preview', 'nairobi', '--json', '--program', accepted], options(by)),
      ),
    )
    const differs = ({ stdout }: Ended): unknown =>
      (JSON.parse(stdout) as { differences: unknown }).differences
    expect([right, ahead, behind].map((one) => differs(one!))).toEqual([false, true, false])
    const words = /nairobi-hv1.*this machine says that it is .* UTC, the host .* UTC: one of them is wrong/
    expect(said(right!)).not.toMatch(words)
    for (const one of [ahead, behind]) expect(said(one!)).toMatch(words)
  })
})
