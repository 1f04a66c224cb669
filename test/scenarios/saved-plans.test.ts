import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makePlan } from '../../lib/cli/plan/make.ts'
import type { RunReport } from '../../lib/cli/run/types.ts'
import type { LabHost } from '../../lib/lab/index.ts'
import type { PlanDocument } from '../../lib/reconcile/plan-file/index.ts'
import { type Rig, type RunOptions, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'

const text = (of: string) => new TextEncoder().encode(of)

describe('a saved plan', () => {
  let rig: Rig
  let host: LabHost
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi', 'beirut'] })
    host = rig.lab.host('nairobi-hv1')
  })
  beforeEach(() => void rig.events.splice(0))
  afterAll(() => rig.close())

  const planOf = (report: RunReport, program: string): PlanDocument => {
    const made = makePlan({
      previews: report.previews,
      estate: rig.estate,
      program,
      cwd: rig.folder,
      allowDataLoss: [],
      by: 'anna',
      now: Date.UTC(2026, 0, 5),
      version: '0.0.0',
    })
    if (!made.ok) throw new Error(made.error.join('\n'))
    return made.value
  }
  const save = async (options: RunOptions & { readonly program: string }): Promise<PlanDocument> =>
    planOf(await rig.run('preview', { ...options, planning: { do: 'save' } }), options.program)
  const hold = (plan: PlanDocument, options: RunOptions) =>
    rig.run('up', { ...options, planning: { do: 'hold', plan } })

  it('is carried out with the exchanges of a plain run: one to look, one to act', async () => {
    const program = rig.program('files', filesProgram(3, 'text'))
    const sites = { sites: ['nairobi'] }
    const plan = await save({ program, ...sites })
    expect(plan.sites[0]?.resources.map(({ name, parts }) => [name, parts[0]?.do])).toEqual([
      ['File c:\\notes\\0.txt', 'act'],
      ['File c:\\notes\\1.txt', 'act'],
      ['File c:\\notes\\2.txt', 'act'],
    ])
    rig.events.splice(0)
    const up = await hold(plan, { program, ...sites })
    expect(up.sites).toMatchObject([{ outcome: 'done', changes: { create: 3 } }])
    expect(textOf(host, 'C:\\Notes\\2.txt')).toBe('text 2')
    expect(rig.events.filter(({ kind }) => kind === 'exchange')).toHaveLength(2)
    const again = await hold(plan, { program, ...sites })
    expect(again.sites).toMatchObject([{ outcome: 'failed' }])
    expect(again.sites[0]?.because).toContain('the state is another one')
  })

  it('is refused when the host changed: what it looks like now beside what was planned on, and nothing runs', async () => {
    const program = rig.program('files', filesProgram(3, 'other'))
    const plan = await save({ program, sites: ['nairobi'] })
    host.world.files.write('C:\\Notes\\1.txt', text('by hand'))
    const up = await hold(plan, { program, sites: ['nairobi'] })
    expect(up.sites).toMatchObject([
      { outcome: 'failed', failures: [{ kind: 'changed', planned: { length: 6 }, now: { length: 7 } }] },
    ])
    expect(textOf(host, 'C:\\Notes\\0.txt')).toBe('text 0')
    host.world.files.write('C:\\Notes\\1.txt', text('text 1'))
    expect((await hold(plan, { program, sites: ['nairobi'] })).sites).toMatchObject([{ outcome: 'done' }])
    expect(textOf(host, 'C:\\Notes\\0.txt')).toBe('other 0')
  })
})
