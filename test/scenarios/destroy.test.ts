import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LabHost } from '../../lib/lab/index.ts'
import { type Rig, type RunOptions, startRig } from '../rig/estate.ts'
import { runOnHost } from '../rig/host-script.ts'
import { textOf } from '../rig/programs.ts'
import { inState, withBegun, withHalf } from '../rig/state-text.ts'

const resources = fileURLToPath(new URL('../../lib/provider/resources/index.ts', import.meta.url))

describe('removing with care', { timeout: 120_000 }, () => {
  let rig: Rig
  beforeEach(async () => {
    rig = await startRig({ sites: ['nairobi'] })
  })
  afterEach(() => rig.close())
  const host = (): LabHost => rig.lab.host('nairobi-hv1')
  const program = (body: string, name = 'mission'): string =>
    rig.program(
      name,
      `import * as c from ${JSON.stringify(resources)}
const host = 'nairobi-hv1'
export default () => {
${body}
}
`,
    )
  const run = async (operation: 'up' | 'destroy', path: string, options: RunOptions = {}) =>
    (await rig.run(operation, { program: path, ...options })).sites[0]!

  const there = () => {
    const { hyperv, files } = host().world
    return {
      machines: hyperv.machines.map(({ name }) => name),
      switches: hyperv.switches.map(({ name }) => name),
      disk: files.file('C:\\VHDs\\fs1.vhdx') !== undefined,
      motd: textOf(host(), 'C:\\motd.txt'),
    }
  }

  const machine = `
  const lan = new c.VirtualSwitch('lan', { host, name: 'lan', type: 'private' })
  const disk = new c.VirtualDisk('disk', { host, path: 'C:\\\\VHDs\\\\fs1.vhdx', sizeGB: 10 })
  new c.VirtualMachine('fs', { host, name: 'fs1', adapters: [{ name: 'LAN', switch: lan.name }], disks: [{ path: disk.path }], state: 'running', allowPowerCycle: true })
`

  it('what depends goes before what it depends on, and what holds data only when it is named', async () => {
    const path = program(machine)
    expect(await run('up', path)).toMatchObject({ outcome: 'done' })
    const before = there()
    expect(await run('destroy', path)).toMatchObject({
      outcome: 'failed',
      because: expect.stringContaining("--allow-data-loss 'VirtualDisk c:\\vhds\\fs1.vhdx'"),
    })
    expect(there()).toEqual(before)
    expect(await run('destroy', path, { dataLoss: ['VirtualDisk c:\\vhds\\fs1.vhdx'] })).toMatchObject({
      outcome: 'done',
    })
    const { hyperv, files } = host().world
    expect([hyperv.machines, hyperv.switches, files.file('C:\\VHDs\\fs1.vhdx')]).toEqual([[], [], undefined])
  })

  it('what is protected stops the removal of its site, in words, before anything is removed', async () => {
    const guarded = (options: string) => `
  new c.File('a', { host, path: 'C:\\\\Notes\\\\a.txt', content: 'a' }, ${options})
  new c.File('b', { host, path: 'C:\\\\Notes\\\\b.txt', content: 'b' })
`
    const path = program(guarded('{ protect: true }'))
    expect(await run('up', path)).toMatchObject({ outcome: 'done' })
    for (const operation of ['destroy', 'up'] as const) {
      const site = await run(operation, operation === 'up' ? program('') : path)
      expect(site).toMatchObject({
        outcome: 'failed',
        because: expect.stringMatching(/a\.txt refused by rule protected.*pulumi state unprotect/),
      })
      expect([textOf(host(), 'C:\\Notes\\a.txt'), textOf(host(), 'C:\\Notes\\b.txt')]).toEqual(['a', 'b'])
    }
  })

  const adopting = (more = 'adopt: true') => `
  new c.VirtualSwitch('lan', { host, name: 'lan', type: 'private', ${more} })
  new c.VirtualDisk('disk', { host, path: 'C:\\\\VHDs\\\\fs1.vhdx', sizeGB: 10, ${more} })
  new c.VirtualMachine('fs', { host, name: 'fs1', disks: [{ path: 'C:\\\\VHDs\\\\fs1.vhdx' }], ${more} })
  new c.File('motd', { host, path: 'C:\\\\motd.txt', content: 'ours', ${more} })
  new c.Feature('rsat', { host, name: 'RSAT', ${more} })
  new c.Service('spooler', { host, name: 'Spooler', startMode: 'automatic', ${more} })
  new c.Host('settings', { host, maximumMigrations: 3, ${more} })
`
  const furnish = () => {
    const { files } = host().world
    files.makeFolder('C:\\VHDs')
    files.write('C:\\motd.txt', 'theirs')
    runOnHost(
      host(),
      `$null = New-VMSwitch -Name 'lan' -SwitchType Private -ErrorAction Stop
$null = New-VHD -Path 'C:\\VHDs\\fs1.vhdx' -SizeBytes 10737418240 -Dynamic -ErrorAction Stop
$null = New-VM -Name 'fs1' -NoVHD -Generation 2 -MemoryStartupBytes 536870912 -ErrorAction Stop
Add-VMHardDiskDrive -VM (Get-VM -Name 'fs1' -ErrorAction Stop) -Path 'C:\\VHDs\\fs1.vhdx' -ErrorAction Stop`,
    )
  }
  const all = { machines: ['fs1'], switches: ['lan'], disk: true }

  it('of every kind what exists is taken over only when told, and is let go and not removed', async () => {
    furnish()
    const refused = await run('up', program(adopting('adopt: false')))
    expect(refused).toMatchObject({ outcome: 'failed', because: expect.stringContaining('Set adopt: true') })
    // What is part of Windows (a service, the settings of the host) is nobody's to begin with.
    expect(refused.failures.map((failure) => failure.kind)).toEqual(Array(5).fill('exists'))
    expect(there()).toEqual({ ...all, motd: 'theirs' })
    const path = program(adopting())
    expect(await run('up', path)).toMatchObject({ outcome: 'done' })
    expect(there()).toEqual({ ...all, motd: 'ours' })
    // Also when the program no longer speaks of adopting.
    const later = program(adopting('adopt: false'))
    const preview = await rig.run('preview', { program: later })
    expect(preview.previews[0]!.rows.map(({ change }) => change)).toEqual(Array(7).fill('same'))
    await run('up', later)
    expect(await run('destroy', later)).toMatchObject({ outcome: 'done' })
    expect(there()).toEqual({ ...all, motd: 'ours' })
    // And nobody's again: another stack may have it.
    const next = await run('up', program(adopting(), 'elsewhere'))
    expect(next).toMatchObject({ outcome: 'done' })
  })

  it('what was taken over goes when it is named, and a disk that nobody of ours made never', async () => {
    furnish()
    const path = program(adopting())
    await run('up', path)
    const named = [
      'VirtualMachine fs1',
      'VirtualSwitch lan',
      'VirtualDisk c:\\vhds\\fs1.vhdx',
      'File c:\\motd.txt',
    ]
    expect(await run('destroy', path, { dataLoss: named })).toMatchObject({ outcome: 'done' })
    expect(there()).toEqual({ machines: [], switches: [], disk: true, motd: undefined })
  })

  it('what belongs to somebody else now is not removed, whatever the state says', async () => {
    furnish()
    const path = program(adopting())
    await run('up', path)
    const urn = (type: string, name: string) =>
      `urn:pulumi:mission.nairobi::chancery::chancery:${type}::${name}`
    const taken = await run(
      'up',
      program(
        `  new c.File('motd', { host, path: 'C:\\\\motd.txt', content: 'the heir', adopt: '${urn('windows:File', 'motd')}' })`,
        'heir',
      ),
    )
    expect(taken).toMatchObject({ outcome: 'done' })
    const site = await run('destroy', path)
    expect(site).toMatchObject({
      outcome: 'failed',
      because: expect.stringMatching(/not-ours.*pulumi state delete/),
    })
    expect(there()).toEqual({ ...all, motd: 'the heir' })
  })

  const disk = 'VirtualDisk c:\\vhds\\fs1.vhdx'
  const stateFile = () => join(rig.folder, '.chancery/state/.pulumi/stacks/chancery/mission.nairobi.json')
  const records = () =>
    [...host().world.files.walk()].map(([path]) => path).filter((path) => /\\chancery\\owned\\/i.test(path))
  const others = (name: string) =>
    program(`  new c.File('b', { host, path: 'C:\\\\Notes\\\\b.txt', content: 'b' })`, name)
  const nothingLeft = { machines: [], switches: [], disk: false, motd: undefined }

  it('what a killed engine was creating goes too, before what it stands on, and nothing of another stack', async () => {
    const elsewhere = others('elsewhere')
    expect(await run('up', elsewhere)).toMatchObject({ outcome: 'done' })
    expect(await run('up', program(machine))).toMatchObject({ outcome: 'done' })
    writeFileSync(stateFile(), withBegun(readFileSync(stateFile(), 'utf8'), 'fs', 'disk'))
    const before = there()
    // By what the state has as begun: the program needs to know nothing of it.
    const path = program('')
    const stopped = await run('destroy', path)
    expect(stopped).toMatchObject({
      outcome: 'failed',
      because: expect.stringContaining(`--allow-data-loss '${disk}'`),
    })
    expect(there()).toEqual(before)
    const gone: string[] = []
    host().atBoundary = ({ key, next }) => (next > 0 && gone.push(key.split('|')[0]!), 'on')
    const plan = await rig.run('preview', { program: path, previewOf: 'destroy', dataLoss: [disk] })
    expect(plan.previews[0]!.rows.map(({ change, name }) => [change, name])).toEqual([
      ['delete', disk],
      ['delete', 'VirtualMachine fs1'],
      ['delete', 'VirtualSwitch lan'],
    ])
    expect(await run('destroy', path, { dataLoss: [disk] })).toMatchObject({ outcome: 'done' })
    host().atBoundary = undefined
    expect(there()).toEqual(nothingLeft)
    expect(gone.indexOf('hyperv:VirtualMachine')).toBeLessThan(gone.indexOf('hyperv:VirtualDisk'))
    expect(gone.indexOf('hyperv:VirtualMachine')).toBeLessThan(gone.indexOf('hyperv:VirtualSwitch'))
    expect(textOf(host(), 'C:\\Notes\\b.txt')).toBe('b')
    expect(records()).toHaveLength(1)
    expect(inState(readFileSync(stateFile(), 'utf8'))).toEqual({ names: [], begun: 0 })
  })

  it('what was made anew goes too where the state has only that the one before it is gone', async () => {
    const path = program(machine)
    expect(await run('up', path)).toMatchObject({ outcome: 'done' })
    writeFileSync(stateFile(), withHalf(readFileSync(stateFile(), 'utf8'), 'fs'))
    expect(await run('destroy', program(''), { dataLoss: [disk] })).toMatchObject({
      outcome: 'done',
      changes: { delete: 3 },
    })
    expect(there()).toEqual(nothingLeft)
    expect(records()).toEqual([])
  })

  it('what was made and never answered is known by its record: it goes as the program says it, or stops the removal by name', async () => {
    const path = program(machine)
    host().atBoundary = ({ key, steps, next }) => {
      if (!key.startsWith('hyperv:VirtualMachine') || next < steps.length) return 'on'
      host().order({ name: 'refuse-connection' })
      host().drop()
      return 'killed'
    }
    expect(await run('up', path, { reconnectMs: 0 })).toMatchObject({ outcome: 'unreachable' })
    host().atBoundary = undefined
    host().clear()
    const before = there()
    expect(before.machines).toEqual(['fs1'])
    // The program does not say any more what it was.
    const less = program('')
    const refused = await run('destroy', less, { dataLoss: [disk] })
    expect(refused).toMatchObject({
      outcome: 'failed',
      because: expect.stringMatching(
        /fs \(hyperv:VirtualMachine\|fs1\) refused by rule not-in-state.*Nothing was changed.*chancery up nairobi/,
      ),
    })
    expect(there()).toEqual(before)
    expect(await run('destroy', path, { dataLoss: [disk] })).toMatchObject({ outcome: 'done' })
    expect(there()).toEqual(nothingLeft)
    expect(records()).toEqual([])
  })
})
