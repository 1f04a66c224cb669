import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { runCli, type RunningCli, startCli, waitUntil } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'

const count = 4

describe('the command line is cut short', { timeout: 90_000 }, () => {
  let rig: Rig
  let program: string
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi', 'accra', 'ankara', 'beirut'] })
    program = rig.program('files', filesProgram(count, 'text'))
  })
  // A run that a failed case left behind ends when its host answers again.
  afterEach(() => rig.lab.hosts.forEach((host) => host.clear()))
  afterAll(() => rig.close())

  const hostOf = (site: string) => rig.lab.host(`${site}-hv1`)
  const line = (operation: string, site: string, ...more: string[]) => [
    operation,
    site,
    '--program',
    program,
    ...more,
  ]
  const run = (...args: string[]) => runCli(args, { cwd: rig.folder })

  /** How often each file was put in its place since. */
  function watchWrites(site: string): () => readonly number[] {
    const moves = vi.spyOn(hostOf(site).world.files, 'move')
    return () =>
      Array.from(
        { length: count },
        (_, i) => moves.mock.calls.filter(([, to]) => to.toLowerCase() === `c:\\notes\\${i}.txt`).length,
      )
  }
  /** Previews at a terminal, up to the question. */
  async function asked(site: string): Promise<RunningCli> {
    const cli = startCli(line('up', site), { cwd: rig.folder, columns: 100 })
    await cli.until('Go on with up?')
    return cli
  }
  /** A run whose host has acted and can't say so: the state knows of nothing. */
  async function acted(site: string): Promise<RunningCli> {
    const cli = await asked(site)
    hostOf(site).order({ name: 'hold-reply', value: 0 })
    cli.type('yes\n')
    await waitUntil(() => filesOn(site) > 0)
    return cli
  }
  const filesOn = (site: string): number =>
    once.filter((_, i) => textOf(hostOf(site), `C:\\Notes\\${i}.txt`) !== undefined).length
  /** The process that is applying; others of the same program may only look. */
  const engineOf = (cli: RunningCli): number =>
    cli
      .processes()
      .find(
        (pid) =>
          / up /.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')) &&
          readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('pulumi'),
      )!
  const once = Array.from({ length: count }, () => 1)

  it('power lost between the acts and the checkpoint: the next run clears the lock, and does nothing twice', async () => {
    const writes = watchWrites('nairobi')
    await (await acted('nairobi')).cutPower()
    hostOf('nairobi').clear()

    const again = await run(...line('up', 'nairobi', '--yes'))
    expect(again).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/Z nairobi {2}the lock of a run that was killed is cleared/),
    })
    expect(writes()).toEqual(once)
    const preview = await run(...line('preview', 'nairobi', '--expect-no-changes', '--json'))
    expect(preview.code).toBe(0)
    expect(JSON.parse(preview.stdout)).toMatchObject({ sites: [{ changes: { same: count } }] })
  })

  it('killed alone between the acts and the checkpoint: the engine lets go by itself, and the next run does nothing twice', async () => {
    const writes = watchWrites('accra')
    await (await acted('accra')).kill()
    hostOf('accra').clear()

    expect(await run(...line('up', 'accra', '--yes'))).toMatchObject({ code: 0 })
    expect(writes()).toEqual(once)
    expect(await run(...line('preview', 'accra', '--expect-no-changes'))).toMatchObject({ code: 0 })
  })

  it('killed alone, and its engine takes its time to let go: the next run says so, waits, and does nothing twice', async () => {
    const writes = watchWrites('beirut')
    const first = await acted('beirut')
    const engine = engineOf(first)
    process.kill(engine, 'SIGSTOP')
    const over = first.kill()
    hostOf('beirut').clear()

    const again = startCli(line('up', 'beirut', '--yes'), { cwd: rig.folder })
    await again.until(`its engine (process ${engine}) still writes the state; it is waited for`)
    process.kill(engine, 'SIGCONT')
    expect(await again.ended).toMatchObject({ code: 0 })
    await over
    expect(writes()).toEqual(once)
    expect(await run(...line('preview', 'beirut', '--expect-no-changes'))).toMatchObject({ code: 0 })
  })

  it('two people apply to one site at once: one does, the other is told who, and does nothing', async () => {
    const writes = watchWrites('ankara')
    const late = await asked('ankara')
    const first = await acted('ankara')
    late.type('yes\n')
    const refused = await late.ended
    expect(refused.code).toBe(1)
    expect(refused.stdout).toMatch(/ankara +failed/)
    expect(refused.stdout).toContain('Stack organization/chancery/files.ankara is in use; nothing was done.')
    expect(refused.stdout).toMatch(/process \d+, since \d{4}-\d\d-\d\dT/)

    hostOf('ankara').clear()
    expect(await first.ended).toMatchObject({ code: 0 })
    expect(writes()).toEqual(once)
    expect(await run(...line('preview', 'ankara', '--expect-no-changes'))).toMatchObject({ code: 0 })
  })
})
