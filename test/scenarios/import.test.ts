import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordName } from '../../lib/cli/import/host-list.ts'
import type { LabHost } from '../../lib/lab/index.ts'
import { type CliOptions, type Ended, runCli, startCli, waitUntil } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { runOnHost } from '../rig/host-script.ts'
import { textOf } from '../rig/programs.ts'

const resources = fileURLToPath(new URL('../../lib/provider/resources/index.ts', import.meta.url))

type ListedThing = {
  readonly title: string
  readonly mark: { readonly by: string }
  readonly refused?: string
  readonly notes?: readonly string[]
}
type Listed = { readonly hosts: readonly { readonly things: readonly ListedThing[] }[] }

/** A host as somebody else left it. */
const furnished = `
$null = New-VMSwitch -Name 'Mission LAN' -SwitchType Private -ErrorAction Stop
$null = New-VHD -Path 'C:\\VHDs\\fs1.vhdx' -SizeBytes 42949672960 -Dynamic -ErrorAction Stop
$null = New-VHD -Path 'C:\\VHDs\\fs1-data.vhdx' -SizeBytes 10737418240 -Fixed -ErrorAction Stop
$null = New-VM -Name 'FS 1' -NoVHD -Generation 2 -MemoryStartupBytes 4294967296 -ErrorAction Stop
$vm = Get-VM -Name 'FS 1' -ErrorAction Stop
Set-VMProcessor -VM $vm -Count 4 -ErrorAction Stop
Add-VMHardDiskDrive -VM $vm -Path 'C:\\VHDs\\fs1.vhdx' -ErrorAction Stop
Add-VMHardDiskDrive -VM $vm -Path 'C:\\VHDs\\fs1-data.vhdx' -ErrorAction Stop
Add-VMDvdDrive -VM $vm -ErrorAction Stop
$card = Get-VMNetworkAdapter -VM $vm -ErrorAction Stop
Connect-VMNetworkAdapter -VMNetworkAdapter $card -SwitchName 'Mission LAN' -ErrorAction Stop
Set-VMNetworkAdapterVlan -VMNetworkAdapter $card -Access -VlanId 20 -ErrorAction Stop
Set-VM -VM $vm -Notes 'Files of the mission. Ask "Rana", don''t guess.' -AutomaticStopAction ShutDown -ErrorAction Stop
`

describe('chancery import', { timeout: 120_000 }, () => {
  let rig: Rig
  const host = (): LabHost => rig.lab.host('nairobi-hv1')
  const run = (line: readonly string[], options: Partial<CliOptions> = {}): Promise<Ended> =>
    runCli(line, { cwd: rig.folder, ...options })
  const empty = () => rig.program('mission', 'export default () => {}\n')
  beforeAll(async () => {
    rig = await startRig({
      sites: ['nairobi', 'accra'],
      inventory: (folder) =>
        appendFileSync(
          join(folder, 'blackouts.yaml'),
          "  - { sites: [accra], from: '2020-01-01T00:00', to: '2090-01-01T00:00', because: Elections }\n",
        ),
    })
    host().world.files.makeFolder('C:\\VHDs')
    runOnHost(host(), furnished)
  })
  afterAll(() => rig.close())

  const list = async (...more: readonly string[]): Promise<readonly ListedThing[]> => {
    const { code, stdout, stderr } = await run(['import', 'nairobi', '--program', empty(), '--json', ...more])
    expect([code, stderr]).toEqual([0, expect.anything()])
    return (JSON.parse(stdout) as Listed).hosts.flatMap(({ things }) => things)
  }

  it('lists what exists in one exchange, without what Windows brings, and changes nothing', async () => {
    const before = host().world.snapshot()
    // The worker keeps its scripts.
    const store = { files: 0, folders: 0 }
    const frames = host().counters.frames
    const things = await list()
    const features = things.filter(({ title }) => title.startsWith('Feature '))
    expect(features.map(({ title }) => title)).toContain('Feature hyper-v')
    expect(features.map(({ title }) => title)).not.toContain('Feature fileandstorage-services')
    const others = things.filter((one) => !features.includes(one))
    expect(others.map(({ title, mark }) => `${title}: ${mark.by}`)).toEqual([
      'Host host: nobody',
      'VirtualDisk c:\\vhds\\fs1-data.vhdx: nobody',
      'VirtualDisk c:\\vhds\\fs1.vhdx: nobody',
      'VirtualMachine fs 1: nobody',
      'VirtualSwitch mission lan: nobody',
    ])
    expect(host().counters.frames - frames).toBe(1)
    expect({ ...host().world.snapshot(), ...store }).toEqual({ ...before, ...store })
    expect((await list('--kind', 'service')).length).toBeGreaterThan(10)
  })

  it('writes valid lines, takes over what is picked, and the preview of the program is empty then', async () => {
    const out = join(rig.folder, 'nairobi.ts')
    const picks = ['VirtualMachine FS 1', 'virtualswitch mission lan', 'c:\\vhds\\fs1.vhdx', 'Host host']
    const took = await run([
      'import',
      'nairobi',
      '--program',
      empty(),
      '--yes',
      '--out',
      out,
      ...picks.flatMap((pick) => ['--pick', pick]),
    ])
    expect([took.code, took.stderr]).toEqual([0, expect.stringContaining('4 taken over by mission.nairobi')])
    const written = readFileSync(out, 'utf8')
    const style = await resolveConfig(fileURLToPath(import.meta.url))
    expect(await format(written, { ...style, parser: 'typescript' })).toBe(written)
    expect(written).toMatchSnapshot()
    writeFileSync(out, written.replace("'chancery'", JSON.stringify(resources)))
    const program = rig.program(
      'mission',
      `import { imported } from ${JSON.stringify(out)}\nexport default () => imported()\n`,
    )
    const preview = await rig.run('preview', { program, sites: ['nairobi'] })
    expect(preview.previews[0]?.rows.map(({ name, change }) => `${change} ${name}`)).toEqual([
      'same Host host',
      'same VirtualDisk c:\\vhds\\fs1.vhdx',
      'same VirtualMachine fs 1',
      'same VirtualSwitch mission lan',
    ])
    expect((await list()).filter(({ mark }) => mark.by === 'us')).toHaveLength(4)
    // Taken over, not made: it stays when the program says no more of it.
    const gone = await rig.run('destroy', { program, sites: ['nairobi'] })
    expect(gone.sites).toMatchObject([{ outcome: 'done' }])
    expect((await list()).map(({ title, mark }) => `${title}: ${mark.by}`)).toContain(
      'VirtualMachine fs 1: nobody',
    )
  })

  it('takes nothing over that was changed after it was listed, before or after a person says yes', async () => {
    const line = ['import', 'nairobi', '--program', empty(), '--pick', 'interactive']
    const number = (await list()).findIndex(({ title }) => title === 'VirtualMachine fs 1') + 1
    const rename = (notes: string) =>
      runOnHost(host(), `Set-VM -Name 'FS 1' -Notes '${notes}' -ErrorAction Stop`)
    const early = startCli(line, { cwd: rig.folder, columns: 120 })
    await early.until('Numbers to take over')
    rename('changed while the person was reading')
    early.type(`${number}\n`)
    const refused = await early.ended
    expect(refused.code).toBe(1)
    expect(refused.stdout).toContain('no longer looks as it was listed')
    const late = startCli(line, { cwd: rig.folder, columns: 120 })
    await late.until('Numbers to take over')
    late.type(`${number}\n`)
    await late.until('Only "yes" does')
    rename('changed while the person was thinking')
    late.type('yes\n')
    expect((await late.ended).code).toBe(1)
    expect(late.written.stdout).toContain('no longer looks as it did when the plan was made')
    expect((await list()).every(({ mark }) => mark.by === 'nobody')).toBe(true)
  })

  it('refuses what another stack has, by name, and takes it from there only when told', async () => {
    const theirs = rig.program(
      'elsewhere',
      `import { VirtualSwitch } from ${JSON.stringify(resources)}
export default () => { new VirtualSwitch('lan', { host: 'nairobi-hv1', name: 'Mission LAN', type: 'private', adopt: true }) }\n`,
    )
    expect((await rig.run('up', { program: theirs, sites: ['nairobi'] })).sites).toMatchObject([
      { outcome: 'done' },
    ])
    const urn = 'urn:pulumi:elsewhere.nairobi::chancery::chancery:hyperv:VirtualSwitch::lan'
    const lan = (await list()).find(({ title }) => title === 'VirtualSwitch mission lan')
    expect(lan?.mark).toMatchObject({ by: 'other', owner: { urn, since: expect.any(Number) } })
    const pick = ['import', 'nairobi', '--program', empty(), '--yes', '--pick', 'mission lan']
    const refused = await run(pick)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(urn)
    expect((await run([...pick, '--take-from', urn])).code).toBe(0)
    expect((await list()).find(({ title }) => title === 'VirtualSwitch mission lan')?.mark.by).toBe('us')
    // What was theirs is refused to them now, and not removed by them.
    const gone = await rig.run('destroy', { program: theirs, sites: ['nairobi'] })
    expect(gone.sites).toMatchObject([{ outcome: 'failed', because: expect.stringContaining('not-ours') }])
  })

  it('names what can’t be declared, with what to do, and what it leaves as it is', async () => {
    runOnHost(
      host(),
      `
$null = New-VHD -Path 'C:\\VHDs\\odd.vhdx' -SizeBytes 1610612736 -Dynamic -ErrorAction Stop
foreach ($name in @('twin', 'twin', 'odd')) {
    $null = New-VM -Name $name -NoVHD -Generation 1 -MemoryStartupBytes 536870912 -ErrorAction Stop
}
$odd = Get-VM -Name 'odd' -ErrorAction Stop
Add-VMHardDiskDrive -VM $odd -Path 'C:\\VHDs\\odd.vhdx' -ErrorAction Stop
`,
    )
    const { hyperv } = host().world
    hyperv.checkpoint(
      hyperv.machines.find(({ name }) => name === 'odd')!,
      'before the update',
    )
    const things = await list()
    const by = (title: string) => things.filter((one) => one.title === title)
    expect(by('VirtualMachine twin')).toMatchObject([
      { refused: expect.stringContaining('several machines'), fix: 'Rename all but one.' },
      { refused: expect.stringContaining('several machines') },
    ])
    expect(by('VirtualDisk C:\\VHDs\\odd.vhdx')).toMatchObject([
      { fix: expect.stringContaining('Grow it to 2 GiB') },
    ])
    // A checkpoint lies on its disk; its adapter is on no switch.
    expect(by('VirtualMachine odd')).toMatchObject([
      {
        want: { disks: [{ path: 'C:\\VHDs\\odd.vhdx' }] },
        notes: ['adapter Network Adapter is on no switch: adapters are left as they are'],
      },
    ])
    const picked = await run(['import', 'nairobi', '--program', empty(), '--yes', '--pick', 'twin'])
    expect([picked.code, picked.stderr]).toEqual([2, expect.stringContaining('names several things')])
  })

  it('lists files only below a path that a person names, and declares texts', async () => {
    host().world.files.makeFolder('C:\\Scripts')
    host().world.files.write('C:\\Scripts\\motd.txt', 'Grüße\r\n')
    host().world.files.write('C:\\Scripts\\tool.exe', new Uint8Array([0x4d, 0x5a, 0xff, 0xfe, 0x00]))
    const files = (await list('--path', 'C:\\Scripts')).filter(({ title }) => title.startsWith('File '))
    expect(files).toMatchObject([
      { title: 'File c:\\scripts\\motd.txt', want: { content: 'Grüße\r\n' } },
      { refused: expect.stringContaining('no text') },
    ])
    const missing = await run(['import', 'nairobi', '--program', empty(), '--path', 'C:\\None'])
    expect(missing.stdout).toContain("windows:File can't be seen")
  })

  it('takes a host that can’t be asked for one of which nothing is known', async () => {
    host().order({ name: 'module-missing' })
    const { stdout } = await run(['import', 'nairobi', '--program', empty()])
    host().clear()
    expect(stdout).toContain('the Windows feature Hyper-V is not active on the host')
    host().order({ name: 'refuse-connection' })
    const away = await run(['import', 'nairobi', '--program', empty()])
    host().clear()
    expect([away.code, away.stdout]).toEqual([3, ''])
  })

  it('ends with what is so when the answer is lost, and takes a record that can’t be read for somebody’s', async () => {
    const pick = ['import', 'nairobi', '--program', empty(), '--yes', '--pick', 'c:\\vhds\\fs1-data.vhdx']
    const title = 'VirtualDisk c:\\vhds\\fs1-data.vhdx'
    const owned = async () => (await list()).find((one) => one.title === title)?.mark
    // Its frames: the listing, the look of the preview, the record.
    host().order({ name: 'drop-after-act', value: 3 })
    const lost = await run(pick)
    host().clear()
    expect([lost.code, lost.stderr]).toEqual([0, expect.stringContaining('1 taken over')])
    expect(await owned()).toMatchObject({ by: 'us' })
    expect((await run(pick)).stderr).toContain('is this stack')
    const record = `C:\\ProgramData\\Chancery\\owned\\${recordName('hyperv:VirtualDisk|c:\\vhds\\fs1-data.vhdx')}.json`
    expect(textOf(host(), record)).toContain('adopted')
    host().world.files.write(record, '{"organisation":')
    expect(await owned()).toMatchObject({ by: 'other' })
  })

  it('takes over twelve things outside the window only with --now, whose reason is kept, and goes on where it was cut off', async () => {
    const closed = rig.lab.host('accra-hv1')
    closed.world.files.makeFolder('C:\\Notes')
    for (let i = 0; i < 12; i++) closed.world.files.write(`C:\\Notes\\${i}.txt`, `note ${i}`)
    const program = empty()
    const listing = ['import', 'accra', '--program', program, '--path', 'C:\\Notes', '--kind', 'file']
    const pick = [...listing, '--yes', '--pick', 'all']
    const waits = await run(pick)
    expect([waits.code, waits.stdout]).toEqual([3, ''])
    expect(waits.stderr).toMatch(/accra: blackout: Elections; .*\. Nothing was taken over\. .*--now --reason/)
    const records = () =>
      closed.world.files.walk().filter(([name]) => name.toLowerCase().includes('\\owned\\')).length
    expect(records()).toBe(0)

    const now = ['--now', '--reason', 'the audit is today']
    // Its frames: the listing, the look of the preview, the records.
    closed.order({ name: 'hold-reply', value: 3 })
    const cut = startCli([...pick, ...now], { cwd: rig.folder })
    await waitUntil(() => records() === 12)
    await cut.cutPower()
    closed.clear()
    const begun = await run(listing)
    expect(begun.stdout).toMatch(/File c:\\notes\\0\.txt +ours: 0\.txt, begun: not in the state yet/)
    const again = await run([...listing, '--yes', '--pick', '1-12', ...now])
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('12 taken over by mission.accra')])
    writeFileSync(join(rig.folder, 'accra.ts'), again.stdout.replace("'chancery'", JSON.stringify(resources)))
    const declared = rig.program(
      'mission',
      `export { imported as default } from ${JSON.stringify(join(rig.folder, 'accra.ts'))}\n`,
    )
    const preview = await rig.run('preview', { program: declared, sites: ['accra'] })
    expect(preview.previews[0]?.rows.map(({ change }) => change)).toEqual(Array(12).fill('same'))
    const history = await run(['history', 'accra', '--program', program])
    expect(history.stdout).toContain('override: the audit is today')
    expect(history.stdout).toMatch(/import +12 adopt .* done/)
  })
})
