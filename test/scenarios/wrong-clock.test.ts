import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makePlan } from '../../lib/cli/plan/make.ts'
import { type Clock, systemClock } from '../../lib/domain/clock.ts'
import type { LabHost } from '../../lib/lab/index.ts'
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
