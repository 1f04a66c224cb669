import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PreviewRow } from '../../lib/cli/run/types.ts'
import type { LabHost } from '../../lib/lab/index.ts'
import { type Rig, type RunOptions, startRig } from '../rig/estate.ts'
import { runOnHost } from '../rig/host-script.ts'

const resources = fileURLToPath(new URL('../../lib/provider/resources/index.ts', import.meta.url))

type Names = { readonly machine?: string; readonly lan?: string; readonly disk?: string }

/** What a person does on a host behind the back of a program that declares a machine with a disk on a switch. */
describe('changes by hand', { timeout: 120_000 }, () => {
  let rig: Rig
  beforeEach(async () => {
    rig = await startRig({ sites: ['nairobi'] })
  })
  afterEach(() => rig.close())
  const host = (): LabHost => rig.lab.host('nairobi-hv1')
  const program = ({ machine = 'fs1', lan = 'lan', disk = 'C:\\VHDs\\fs1.vhdx' }: Names = {}): string =>
    rig.program(
      'mission',
      `import { VirtualDisk, VirtualMachine, VirtualSwitch } from ${JSON.stringify(resources)}
export default () => {
  const host = 'nairobi-hv1'
  const lan = new VirtualSwitch('lan', { host, name: ${JSON.stringify(lan)}, type: 'private' })
  const disk = new VirtualDisk('disk', { host, path: ${JSON.stringify(disk)}, sizeGB: 10 })
  new VirtualMachine('fs', {
    host,
    name: ${JSON.stringify(machine)},
    adapters: [{ name: 'LAN', switch: lan.name }],
    disks: [{ path: disk.path }],
    allowPowerCycle: true,
  })
}
`,
    )
  const up = async (names: Names = {}, options: RunOptions = {}) =>
    (await rig.run('up', { program: program(names), ...options })).sites[0]!
  const rows = async (names: Names = {}): Promise<readonly PreviewRow[]> =>
    (await rig.run('preview', { program: program(names) })).previews[0]!.rows
  const changes = async (names: Names = {}) =>
    (await rows(names)).map(({ name, change }) => `${change} ${name}`)
  const machines = () => host().world.hyperv.machines
  const unchanged = [
    'same VirtualDisk c:\\vhds\\fs1.vhdx',
    'same VirtualMachine fs1',
    'same VirtualSwitch lan',
  ]

  it('a rename in the program renames what is there, with its record, and needs no word of adopting', async () => {
    expect(await up()).toMatchObject({ outcome: 'done' })
    const ids = [machines()[0]!.id, host().world.hyperv.switches[0]!.id]
    const renamed = { machine: 'files', lan: 'offices' }
    expect(await changes(renamed)).toEqual([
      'same VirtualDisk c:\\vhds\\fs1.vhdx',
      'update VirtualMachine files',
      'update VirtualSwitch offices',
    ])
    expect(await up(renamed)).toMatchObject({ outcome: 'done' })
    expect(machines().map(({ id, name }) => [id, name])).toEqual([[ids[0], 'files']])
    expect(host().world.hyperv.switches.map(({ id, name }) => [id, name])).toEqual([[ids[1], 'offices']])
    expect((await changes(renamed)).every((row) => row.startsWith('same'))).toBe(true)
    // Of the old names no record is left: whoever makes something under them makes it for himself.
    runOnHost(host(), `$null = New-VMSwitch -Name 'lan' -SwitchType Private -ErrorAction Stop`)
    const gone = await rig.run('destroy', {
      program: program(renamed),
      dataLoss: ['VirtualDisk c:\\vhds\\fs1.vhdx'],
    })
    expect(gone.sites).toMatchObject([{ outcome: 'done' }])
    expect(host().world.hyperv.switches.map(({ name }) => name)).toEqual(['lan'])
    expect(machines()).toEqual([])
  })

  it('a machine that was renamed is found by its Id, and is called as declared again or declared as it is called', async () => {
    await up()
    runOnHost(host(), `Rename-VM -Name 'fs1' -NewName 'old-fs1' -ErrorAction Stop`)
    expect(await changes()).toContain('update VirtualMachine fs1')
    expect(await changes({ machine: 'old-fs1' })).toContain('update VirtualMachine old-fs1')
    expect(await up({ machine: 'old-fs1' })).toMatchObject({ outcome: 'done' })
    expect(machines().map(({ name }) => name)).toEqual(['old-fs1'])
    expect((await changes({ machine: 'old-fs1' })).every((row) => row.startsWith('same'))).toBe(true)
  })

  it('a second machine of the name is not taken for ours, also when ours is gone', async () => {
    await up()
    runOnHost(
      host(),
      `$null = New-VM -Name 'fs1' -NoVHD -Generation 2 -MemoryStartupBytes 536870912 -ErrorAction Stop`,
    )
    expect(await changes()).toEqual(unchanged)
    const [ours] = machines()
    runOnHost(host(), `Remove-VM -VM (Get-VM -Id '${ours!.id}' -ErrorAction Stop) -Force -ErrorAction Stop`)
    const site = await up()
    expect(site).toMatchObject({ outcome: 'failed', because: expect.stringContaining('another-machine') })
    expect(machines()).toHaveLength(1)
  })

  it('a machine that was removed, and a disk that was moved, are not made anew unless they are named', async () => {
    await up()
    const before = host().world.files.read('C:\\VHDs\\fs1.vhdx')
    runOnHost(
      host(),
      `Remove-VM -Name 'fs1' -Force -ErrorAction Stop
[IO.File]::Move('C:\\VHDs\\fs1.vhdx', 'C:\\VHDs\\moved.vhdx')`,
    )
    expect((await rows()).map(({ name, failure }) => [name, failure?.kind])).toEqual([
      ['VirtualDisk c:\\vhds\\fs1.vhdx', 'refused'],
      ['VirtualMachine fs1', 'refused'],
      ['VirtualSwitch lan', undefined],
    ])
    const site = await up()
    expect(site).toMatchObject({
      outcome: 'failed',
      because: expect.stringMatching(/VirtualDisk .*it was there and is gone.*--allow-data-loss/),
    })
    expect(machines()).toEqual([])
    runOnHost(host(), `[IO.File]::Move('C:\\VHDs\\moved.vhdx', 'C:\\VHDs\\fs1.vhdx')`)
    expect(await up({}, { dataLoss: ['VirtualMachine fs1'] })).toMatchObject({ outcome: 'done' })
    expect(machines().map(({ name }) => name)).toEqual(['fs1'])
    expect(host().world.files.read('C:\\VHDs\\fs1.vhdx')).toEqual(before)
  })

  it('a machine whose disk lies on another host’s storage now keeps it', async () => {
    await up()
    machines()[0]!.drives[0]!.path = '\\\\fs9\\vm\\fs1.vhdx'
    const site = await up()
    expect(site).toMatchObject({ outcome: 'failed', because: expect.stringContaining('disk-moved') })
    expect(machines()[0]!.drives.map(({ path }) => path)).toEqual(['\\\\fs9\\vm\\fs1.vhdx'])
  })

  it('a checkpoint is no change of a disk', async () => {
    await up()
    const { hyperv } = host().world
    hyperv.checkpoint(machines()[0]!, 'before the update')
    hyperv.checkpoint(machines()[0]!, 'and again')
    expect(machines()[0]!.drives[0]!.path).toMatch(/\.avhdx$/)
    expect(await changes()).toEqual(unchanged)
  })

  it('a management service that is down is not an empty host', async () => {
    await up()
    runOnHost(host(), `Stop-Service -Name 'vmms' -Force -ErrorAction Stop`)
    const seen = await rows()
    expect(seen.map(({ change, failure }) => [change, failure?.kind])).toEqual([
      ['fail', 'unobservable'],
      ['fail', 'unobservable'],
      ['fail', 'unobservable'],
    ])
    expect(await up()).toMatchObject({ outcome: 'failed' })
    runOnHost(host(), `Start-Service -Name 'vmms' -ErrorAction Stop`)
    expect(await changes()).toEqual(unchanged)
  })

  it('a host that was installed anew is told, and nothing is made there until a person has said so', async () => {
    await up()
    host().order({ name: 'host-key-changed' })
    const logins = host().counters.logins
    expect(await up()).toMatchObject({
      outcome: 'failed',
      because: expect.stringContaining('chancery trust'),
    })
    expect(host().counters.logins).toBe(logins)
    host().clear()
    // The key is trusted again, and the host is bare.
    reinstalled(host())
    const site = await up()
    expect(site).toMatchObject({
      outcome: 'failed',
      because: expect.stringMatching(/another installation of Windows.*chancery refresh/),
    })
    expect(machines()).toEqual([])
    expect((await rig.run('refresh', { program: program() })).sites).toMatchObject([{ outcome: 'done' }])
    expect(await up()).toMatchObject({ outcome: 'done' })
    expect(machines().map(({ name }) => name)).toEqual(['fs1'])
    expect(await changes()).toEqual(unchanged)
  })
})

/** Nothing of before is there any more, and Windows has drawn another MachineGuid. */
function reinstalled({ world }: LabHost): void {
  runOnHost(
    { world },
    `Get-VM -ErrorAction Stop | ForEach-Object { Remove-VM -VM $_ -Force -ErrorAction Stop }
Get-VMSwitch -ErrorAction Stop | ForEach-Object { Remove-VMSwitch -VMSwitch $_ -Force -ErrorAction Stop }
Remove-Item -LiteralPath 'C:\\VHDs' -Recurse -Force -ErrorAction Stop
Remove-Item -LiteralPath 'C:\\ProgramData\\Chancery' -Recurse -Force -ErrorAction Stop`,
  )
  world.machineId = '00000000-1111-2222-3333-444444444444'
}
