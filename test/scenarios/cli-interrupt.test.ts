import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { runCli, type RunningCli, startCli, waitUntil } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { chainProgram, textOf } from '../rig/programs.ts'

const ctrlC = '\x03'
const depth = 3

describe('a person stops a run', { timeout: 90_000 }, () => {
  let rig: Rig
  let program: string
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi', 'accra', 'ankara'] })
    program = rig.program('chain', chainProgram(depth))
  })
  // A run that a failed case left behind ends when its host answers again.
  afterEach(() => rig.lab.hosts.forEach((host) => host.clear()))
  afterAll(() => rig.close())

  const hostOf = (site: string) => rig.lab.host(`${site}-hv1`)
  const run = (...args: string[]) => runCli([...args, '--program', program], { cwd: rig.folder })
  const filesOn = (site: string): readonly number[] =>
    Array.from({ length: depth }, (_, i) => i).filter(
      (i) => textOf(hostOf(site), `C:\\Chain\\${i}.txt`) !== undefined,
    )
  const changesOf = async (site: string): Promise<unknown> => {
    const { stdout } = await run('preview', site, '--json')
    return (JSON.parse(stdout) as { sites: readonly { changes: unknown }[] }).sites[0]?.changes
  }
  /** An apply at a terminal, whose host has written the first file of the chain and can't say so. */
  async function onTheWire(site: string): Promise<RunningCli> {
    const cli = startCli(['up', site, '--program', program], { cwd: rig.folder, columns: 100 })
    await cli.until('Go on with up?')
    hostOf(site).order({ name: 'hold-reply', value: 0 })
    cli.type('yes\n')
    await waitUntil(() => filesOn(site).length > 0)
    return cli
  }

  it('Ctrl-C once: what is on the wire ends, nothing new starts, and the state knows what was done', async () => {
    const cli = await onTheWire('nairobi')
    cli.type(ctrlC)
    await cli.until('Interrupted: finishing what is on the wire')
    hostOf('nairobi').clear()
    const { code, stdout } = await cli.ended
    expect(code).toBe(130)
    expect(stdout).toContain('Interrupted: run again to go on.')
    expect(filesOn('nairobi')).toEqual([0])

    expect(await changesOf('nairobi')).toEqual({ same: 1, create: depth - 1 })
    expect(await run('up', 'nairobi', '--yes')).toMatchObject({ code: 0 })
    expect(filesOn('nairobi')).toEqual([0, 1, 2])
  })

  it('Ctrl-C twice: stops without waiting, and the next run looks at what was in flight', async () => {
    const cli = await onTheWire('accra')
    cli.type(ctrlC)
    await cli.until('Interrupted: finishing what is on the wire')
    // Two signals within the same third of a second are one press.
    await expect
      .poll(() => (cli.type(ctrlC), cli.written.stdout), { interval: 400, timeout: 10_000 })
      .toContain('Stopping now.')
    expect(await cli.ended).toMatchObject({ code: 130 })
    hostOf('accra').clear()

    expect(await run('up', 'accra', '--yes')).toMatchObject({ code: 0 })
    expect(filesOn('accra')).toEqual([0, 1, 2])
    expect(await changesOf('accra')).toEqual({ same: depth })
  })

  it('the terminal goes away: as Ctrl-C once, and nothing is left running', async () => {
    const cli = await onTheWire('ankara')
    const { over } = await cli.hangUp()
    hostOf('ankara').clear()
    await over
    expect(filesOn('ankara')).toEqual([0])
    expect(await changesOf('ankara')).toEqual({ same: 1, create: depth - 1 })
  })

  it('Ctrl-C at the question: nothing was changed', async () => {
    const before = filesOn('ankara')
    const cli = startCli(['up', 'ankara', '--program', program], { cwd: rig.folder, columns: 100 })
    await cli.until('Go on with up?')
    cli.type(ctrlC)
    expect(await cli.ended).toMatchObject({ code: 130 })
    expect(filesOn('ankara')).toEqual(before)
  })
})
