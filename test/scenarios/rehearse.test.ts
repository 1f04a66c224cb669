import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LabHost } from '../../lib/lab/index.ts'
import { runCli, startCli } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'

/** Every file below a folder with its content's hash, without the engine's own folders. */
const filesBelow = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
  )

type Row = { readonly name: string; readonly change: string; readonly failure?: unknown }
type Told = {
  readonly site: string
  readonly outcome: string
  readonly because?: string
  readonly failures: readonly unknown[]
  readonly preview: { readonly resources: readonly Row[] }
}

const sitesIn = (json: string): readonly Told[] => (JSON.parse(json) as { sites: readonly Told[] }).sites
const rowsIn = (json: string): readonly Row[] => sitesIn(json).flatMap(({ preview }) => preview.resources)

describe('a rehearsal', { timeout: 90_000 }, () => {
  let rig: Rig
  let host: LabHost
  const cli = (...args: string[]) => runCli(args, { cwd: rig.folder })
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi', 'beirut'] })
    host = rig.lab.host('nairobi-hv1')
  })
  afterAll(() => rig.close())

  it('shows a site that was never seen as a fresh host, and reaches no real one, nor the database of leases', async () => {
    const before = rig.lab.host('beirut-hv1').counters.connections
    const organisation = join(rig.estate.folder, 'organisation.yaml')
    const text = readFileSync(organisation, 'utf8')
    writeFileSync(organisation, `${text}leases: { postgres: 'postgres://ops@127.0.0.1:1/states' }\n`)
    const ended = await cli('rehearse', '--no-delay', 'preview', 'beirut', '--json')
    writeFileSync(organisation, text)
    expect(ended.stderr).toContain('beirut: never seen: a fresh host, with Hyper-V')
    expect(ended.code).toBe(0)
    expect(rowsIn(ended.stdout).length).toBeGreaterThan(5)
    expect(rig.lab.host('beirut-hv1').counters.connections).toBe(before)
  })

  it('previews what the real preview shows, row by row, once a host was looked at', async () => {
    expect((await cli('up', 'nairobi', '--yes')).code).toBe(0)
    const real = await cli('preview', 'nairobi', '--json')
    expect(real.code).toBe(0)
    const rehearsed = await cli('rehearse', '--no-delay', 'preview', 'nairobi', '--json')
    expect(rehearsed.stderr).toContain('nairobi: as last observed')
    expect(rehearsed.stderr).not.toContain('resembles')
    expect(rowsIn(rehearsed.stdout)).toEqual(rowsIn(real.stdout))
  })

  it('shows the same drift', async () => {
    const machine = host.world.hyperv.machines[0]!
    machine.notes = 'by hand'
    machine.startDelay = 77
    machine.processors.count = 3
    host.world.hyperv.switches[0]!.notes = 'by hand too'
    const real = await cli('preview', 'nairobi', '--json')
    expect(rowsIn(real.stdout).filter(({ change }) => change !== 'same').length).toBeGreaterThan(0)
    const rehearsed = await cli('rehearse', '--no-delay', 'preview', 'nairobi', '--json')
    expect(rowsIn(rehearsed.stdout)).toEqual(rowsIn(real.stdout))
    expect(rehearsed.stderr).not.toContain('resembles')
  })

  it('leaves state, inventory, known keys and host of the real site as they are', async () => {
    const [files, world, counters] = [filesBelow(rig.folder), host.world.snapshot(), { ...host.counters }]
    const ended = await cli('rehearse', '--no-delay', 'up', 'nairobi', '--yes')
    expect(ended.stdout + ended.stderr).toContain('Rehearsal: over, exit code')
    expect(filesBelow(rig.folder)).toEqual(files)
    expect(host.world.snapshot()).toEqual(world)
    expect(host.counters).toEqual(counters)
  })

  it('fails in the words of the real run', async () => {
    const program = rig.program('notes', filesProgram(3, 'text'))
    expect((await cli('up', 'nairobi', '--program', program, '--yes')).code).toBe(0)
    host.world.files.write('C:\\Notes\\1.txt', 'by hand')
    const drift = await cli('preview', 'nairobi', '--program', program, '--json')
    const preview = await cli('rehearse', '--no-delay', 'preview', 'nairobi', '--program', program, '--json')
    expect(preview.stderr).not.toContain('resembles')
    expect(rowsIn(preview.stdout)).toEqual(rowsIn(drift.stdout))
    const args = ['up', 'nairobi', '--program', program, '--yes', '--json']
    const rehearsed = await cli('rehearse', '--no-delay', '--fault', 'nairobi-hv1:disk-full', ...args)
    expect(textOf(host, 'C:\\Notes\\1.txt')).toBe('by hand')
    host.order({ name: 'disk-full' })
    const real = await cli(...args)
    host.clear()
    expect(real.code).toBe(1)
    expect(rehearsed.code).toBe(1)
    const told = (json: string) =>
      sitesIn(json).map(({ outcome, because, failures }) => ({ outcome, because, failures }))
    expect(told(rehearsed.stdout)).toEqual(told(real.stdout))
  })

  it('is told apart from a mistake: exit code 2, and what to write', async () => {
    for (const [args, words] of [
      [['lab', 'up'], 'nothing to rehearse'],
      [['up', 'nairobi', '--ys'], 'Did you mean --yes?'],
      [
        ['--fault', 'beirut-hv1:slow', 'preview', 'nairobi'],
        'expected a host of the rehearsed sites (nairobi-hv1)',
      ],
    ] as const) {
      const ended = await cli('rehearse', ...args)
      expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(words)])
    }
  })

  it('asks on a terminal as the real run does, and ends with it on Ctrl-C', async () => {
    host.world.hyperv.machines[0]!.notes = 'by another hand'
    await cli('preview', 'nairobi')
    const asked = startCli(['rehearse', '--no-delay', 'up', 'nairobi'], { cwd: rig.folder, columns: 120 })
    await asked.until('Go on with up?')
    asked.type('yes\r')
    expect(await asked.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Rehearsal: over') })
    expect(host.world.hyperv.machines[0]!.notes).toBe('by another hand')
    const stopped = startCli(['rehearse', '--no-delay', 'up', 'nairobi'], { cwd: rig.folder, columns: 120 })
    await stopped.until('Go on with up?')
    stopped.type('\x03')
    expect(await stopped.ended).toMatchObject({
      code: 130,
      stdout: expect.stringContaining('Rehearsal: over'),
    })
  })

  it('runs a runbook, which reaches nothing but the rehearsal', async () => {
    const runbook = join(rig.folder, 'look.ts')
    const api = new URL('../../lib/index.ts', import.meta.url).href
    writeFileSync(
      runbook,
      `import { loadInventory, runSites, createInterrupts, systemClock } from ${JSON.stringify(api)}
const folder = process.argv[2] === 'real' ? ${JSON.stringify(rig.estate.folder)} : process.env.CHANCERY_INVENTORY
const estate = loadInventory(folder).value
const report = await runSites({
  operation: 'preview', sites: estate.sites.filter(({ id }) => id === 'nairobi'), estate, program: 'mission',
  cwd: process.cwd(), env: process.env, offline: false, dataLoss: [], emit: () => {}, note: () => {},
  interrupts: createInterrupts(), clock: systemClock, confirm: async () => true,
})
console.log(JSON.stringify(report.value.sites))
`,
    )
    const before = host.counters.connections
    const ours = await cli('rehearse', '--no-delay', runbook)
    expect(ours.stdout).toContain('"outcome":"done"')
    const real = await cli('rehearse', '--no-delay', runbook, 'real')
    expect(real.stdout).toContain('everything outside the rehearsal')
    expect(host.counters.connections).toBe(before)
  })
})
