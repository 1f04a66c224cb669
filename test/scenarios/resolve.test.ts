import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { readJournal } from '../../lib/cli/history/journal.ts'
import { runCli, type RunningCli, startCli, terminalLines, waitUntil } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'

const count = 3
const command = createRequire(import.meta.url).resolve('@pulumi/command')

/** Appends a letter to a file each time it runs. */
const appends = (letter: string): string => `
import command from ${JSON.stringify(command)}
export default ({ site }) => {
  new command.remote.Command('schema', { connection: { host: site.hosts[0].id }, create:
    "$null = New-Item -Path 'C:\\\\Free' -ItemType Directory -Force -ErrorAction Stop; [IO.File]::AppendAllText('C:\\\\Free\\\\ran.txt', '${letter}')" })
}
`

const resources = fileURLToPath(new URL('../../lib/provider/resources/index.ts', import.meta.url))
const switchProgram = `
import { VirtualSwitch } from ${JSON.stringify(resources)}
export default ({ site }) => { new VirtualSwitch('lan', { host: site.hosts[0].id, name: 'lan', type: 'private' }) }
`

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

  it('says what is at work, then what was done, half done and not begun, settles it, and the next up does nothing twice', async () => {
    const moves = vi.spyOn(hostOf('nairobi').world.files, 'move')
    const cli = await acted('nairobi')
    const meanwhile = await run('resolve', 'nairobi')
    expect(meanwhile).toMatchObject({ code: 3, stdout: expect.stringMatching(/nairobi: a run is at work: /) })
    await cli.cutPower()
    hostOf('nairobi').clear()
    expect(intents('nairobi')).toHaveLength(1)
    const { files } = hostOf('nairobi').world
    files.write('C:\\Notes\\1.txt', 'half of it')
    files.remove('C:\\Notes\\2.txt')

    const preview = await run('preview', 'nairobi')
    expect(preview.stderr).toMatch(/nairobi {2}the up of \S+ at \S+ broke off with 3 acts in flight/)

    const resolved = await run('resolve', 'nairobi', '--json')
    expect(resolved.code).toBe(0)
    const { acts, settled } = JSON.parse(resolved.stdout) as { acts: unknown[]; settled: number }
    const created = { from: 'run', operation: 'create', needsPerson: false }
    expect(acts).toHaveLength(count)
    expect(acts).toEqual(
      expect.arrayContaining(
        (['done', 'half-done', 'not-begun'] as const).map((verdict) =>
          expect.objectContaining({ ...created, verdict }),
        ),
      ),
    )
    expect(settled).toBe(count)
    expect(intents('nairobi')).toEqual([])

    expect(await run('up', 'nairobi', '--yes')).toMatchObject({ code: 0 })
    expect(moves.mock.calls).toHaveLength(count + 2)
    expect(filesOn('nairobi')).toBe(count)
    expect(textOf(hostOf('nairobi'), 'C:\\Notes\\1.txt')).toBe('text 1')
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

  it('and up leave unknown what can’t be seen after a lost reply, until it can be', async () => {
    const host = hostOf('accra')
    const lan = rig.program('lan', switchProgram)
    const at = { sites: ['accra'], program: lan }
    const created = vi.spyOn(host.world.hyperv, 'addSwitch')
    host.atBoundary = ({ steps, next }) => {
      if (next < steps.length) return 'on'
      host.order({ name: 'module-missing' })
      host.drop()
      return 'killed'
    }
    const said = /create of VirtualSwitch lan may or may not have happened.*can't be seen now.*run again/
    const unknown = [
      { outcome: 'unreachable', because: expect.stringMatching(said), failures: [{ kind: 'unknown' }] },
    ]
    expect((await rig.run('up', at)).sites).toMatchObject(unknown)
    host.atBoundary = undefined
    expect((await rig.run('up', at)).sites).toMatchObject(unknown)
    const resolved = await runCli(['resolve', 'accra', '--program', lan], { cwd: rig.folder })
    expect(resolved).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(
        /create lan on accra-hv1\n.*a run wrote it before it sent it.*\n.*not seen: it may or may not have happened/,
      ),
    })
    // A person's word settles it; a wrong one has nothing done twice, for what can be seen is looked at.
    const urn = 'urn:pulumi:lan.accra::chancery::chancery:hyperv:VirtualSwitch::lan'
    const word = ['--mark', 'not-done', urn, '--reason', 'nothing in the console']
    const line = ['resolve', 'accra', '--program', lan, ...word]
    expect(await runCli(line, { cwd: rig.folder })).toMatchObject({ code: 0 })
    expect(readJournal(join(rig.folder, '.chancery')).entries.at(-1)).toMatchObject({
      operation: 'resolve',
      because: `${urn} was not done`,
      reason: 'nothing in the console',
    })
    expect(readdirSync(join(rig.folder, '.chancery/stacks', 'lan.accra', 'intents'))).toEqual([])
    expect((await rig.run('up', at)).sites).toMatchObject([
      { outcome: 'deferred', failures: [{ kind: 'deferred' }] },
    ])
    host.clear()
    expect((await rig.run('up', at)).sites).toMatchObject([{ outcome: 'done' }])
    expect(created).toHaveBeenCalledTimes(1)
    expect(readdirSync(join(rig.folder, '.chancery/stacks', 'lan.accra', 'intents'))).toEqual([])
  })

  it('leaves a free command to a person, and up neither repeats nor skips one until they said what became of it', async () => {
    const host = hostOf('accra')
    const urn = 'urn:pulumi:free.accra::chancery::command:remote:Command::schema'
    const ran = () => textOf(host, 'C:\\Free\\ran.txt')
    const up = (letter: string, fault?: 'drop-after-act' | 'drop-before-act') =>
      rig.run('up', {
        sites: ['accra'],
        program: rig.program('free', appends(letter)),
        confirm: async () => (fault && host.order({ name: fault }), true),
      })
    const free = rig.program('free', appends('a'))
    const line = ['resolve', 'accra', '--program', free]
    const mark = (what: string, of = urn) =>
      runCli([...line, '--mark', what, of, '--reason', 'seen there'], { cwd: rig.folder })

    expect((await up('a', 'drop-after-act')).sites).toMatchObject([{ outcome: 'unreachable' }])
    const refused = await up('a')
    expect(refused.sites).toMatchObject([
      { outcome: 'failed', failures: [{ kind: 'refused', rule: 'outcome-unknown' }] },
    ])
    expect(refused.sites[0]?.because).toContain(`chancery resolve accra --mark done '${urn}'`)
    expect(ran()).toBe('a')

    const asked = startCli(line, { cwd: rig.folder, columns: 60 })
    expect((await asked.ended).code).toBe(4)
    const told = terminalLines(asked.written.stdout)
    expect(told).toContain('  next up: stops there until you say what became of it')
    // What is to be copied is whole.
    expect(told.filter((text) => text.length > 60 && !text.includes('urn:') && !text.includes(free))).toEqual(
      [],
    )
    expect(await mark('perhaps')).toMatchObject({ code: 2 })
    expect(await mark('done', `${urn}2`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('none of this URN in free.accra. Nothing was settled.'),
    })
    expect(await mark('done')).toMatchObject({ code: 0 })
    const taken = await up('a')
    expect(taken.previews[0]?.rows).toMatchObject([
      { change: 'create', effects: [], because: [expect.stringContaining('says so: seen there')] },
    ])
    expect(taken.sites).toMatchObject([{ outcome: 'done' }])
    expect((await up('a')).differences).toBe(false)
    expect(ran()).toBe('a')

    expect((await up('b', 'drop-before-act')).sites).toMatchObject([{ outcome: 'unreachable' }])
    expect(await mark('done')).toMatchObject({ code: 0 })
    const looked = await runCli([...line, '--json'], { cwd: rig.folder })
    expect([looked.code, JSON.parse(looked.stdout)]).toMatchObject([
      0,
      { acts: [{ from: 'said', verdict: 'done', next: expect.stringMatching(/^does not run it/) }] },
    ])
    expect(await mark('not-done')).toMatchObject({ code: 0 })
    expect((await up('b')).sites).toMatchObject([{ outcome: 'done' }])
    expect(ran()).toBe('ab')
    expect((await up('b')).differences).toBe(false)
  })
})
