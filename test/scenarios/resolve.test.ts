import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { runCli, type RunningCli, startCli, waitUntil } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'

const count = 3

describe('after a run was cut off, resolve', { timeout: 120_000 }, () => {
  let rig: Rig
  let program: string
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi', 'accra'] })
    program = rig.program('files', filesProgram(count, 'text'))
  })
  afterEach(() => rig.lab.hosts.forEach((host) => host.clear()))
  afterAll(() => rig.close())

  const hostOf = (site: string) => rig.lab.host(`${site}-hv1`)
  const run = (...args: string[]) => runCli([...args, '--program', program], { cwd: rig.folder })
  const filesOn = (site: string): number =>
    Array.from({ length: count }, (_, i) => textOf(hostOf(site), `C:\\Notes\\${i}.txt`)).filter(
      (text) => text !== undefined,
    ).length
  const intents = (site: string): readonly string[] => {
    const folder = join(rig.folder, '.chancery/stacks', `files.${site}`, 'intents')
    return existsSync(folder) ? readdirSync(folder) : []
  }
  /** A run whose host has acted and can't say so. */
  async function acted(site: string): Promise<RunningCli> {
    const cli = startCli(['up', site, '--program', program], { cwd: rig.folder, columns: 100 })
    await cli.until('Go on with up?')
    hostOf(site).order({ name: 'hold-reply', value: 0 })
    cli.type('yes\n')
    await waitUntil(() => filesOn(site) > 0)
    return cli
  }

  it('says what is at work, then what was done, settles it, and the next up does nothing twice', async () => {
    const moves = vi.spyOn(hostOf('nairobi').world.files, 'move')
    const cli = await acted('nairobi')
    const meanwhile = await run('resolve', 'nairobi')
    expect(meanwhile).toMatchObject({ code: 3, stdout: expect.stringMatching(/nairobi: a run is at work: /) })
    await cli.cutPower()
    hostOf('nairobi').clear()
    expect(intents('nairobi')).toHaveLength(1)

    const preview = await run('preview', 'nairobi')
    expect(preview.stderr).toMatch(/nairobi {2}the up of \S+ at \S+ broke off with 3 acts in flight/)

    const resolved = await run('resolve', 'nairobi', '--json')
    expect(resolved.code).toBe(0)
    const { acts, settled } = JSON.parse(resolved.stdout) as { acts: unknown[]; settled: number }
    expect(acts).toHaveLength(count)
    for (const act of acts)
      expect(act).toMatchObject({ from: 'run', verdict: 'done', operation: 'create', needsPerson: false })
    expect(settled).toBe(count)
    expect(intents('nairobi')).toEqual([])

    expect(await run('up', 'nairobi', '--yes')).toMatchObject({ code: 0 })
    expect(moves.mock.calls).toHaveLength(count)
    const after = await run('resolve', 'nairobi')
    expect(after).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nairobi: nothing is in flight.'),
    })
  })

  it('of a host that can’t be reached says so and what is known; up settles what it looked at', async () => {
    await (await acted('accra')).cutPower()
    hostOf('accra').clear()
    hostOf('accra').order({ name: 'refuse-connection' })
    const away = await run('resolve', 'accra')
    expect(away.code).toBe(3)
    expect(away.stdout).toMatch(/not reachable/)
    expect(away.stdout).toContain('3 acts in flight')
    expect(intents('accra')).toHaveLength(1)

    hostOf('accra').clear()
    expect(await run('up', 'accra', '--yes')).toMatchObject({ code: 0 })
    expect(intents('accra')).toEqual([])
  })
})
