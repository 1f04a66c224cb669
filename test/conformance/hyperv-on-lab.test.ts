import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../lib/domain/json.ts'
import { kindsRoot, readKind } from './kind-folders.ts'
import { type LabBench, labBench } from './lab-bench.ts'

const machine = await readKind(kindsRoot, 'hyperv/virtual-machine')
const disk = await readKind(kindsRoot, 'hyperv/virtual-disk')
const lan = await readKind(kindsRoot, 'hyperv/virtual-switch')

const system = 'C:\\VHDs\\fs1.vhdx'
const wantMachine = machine.kind.props.parse({
  name: 'fs1',
  disks: [{ path: system }],
  state: 'running',
}) as JsonObject

let bench: LabBench
beforeEach(() => {
  bench = labBench('hyperv')
  bench.world.files.makeFolder('C:\\VHDs')
  bench.prepare(`$null = New-VHD -Path '${system}' -SizeBytes 10737418240 -Dynamic -ErrorAction Stop`)
})

function made(): JsonObject {
  expect(bench.act(machine, machine.kind.plan(wantMachine, null, undefined))).toBeUndefined()
  return bench.look(machine, wantMachine)!
}

describe('a virtual machine', () => {
  it('that was renamed by hand is found by its Id and renamed back while it runs', () => {
    const recorded = made()
    bench.prepare(`Rename-VM -Name 'fs1' -NewName 'fs1 old' -ErrorAction Stop`)
    expect(bench.printed(machine, wantMachine)).toBe('absent')
    const found = bench.look(machine, wantMachine, recorded)
    expect(found).toMatchObject({ name: 'fs1 old', state: 'Running' })
    expect(bench.act(machine, machine.kind.plan(wantMachine, found, recorded))).toBeUndefined()
    expect(bench.look(machine, wantMachine, recorded)).toEqual(recorded)
  })

  it('with a checkpoint still has its disk', () => {
    const recorded = made()
    bench.world.hyperv.checkpoint(bench.world.hyperv.machines[0]!, 'before')
    const found = bench.look(machine, wantMachine, recorded)!
    expect(found['disks']).toMatchObject([{ path: expect.stringContaining('.avhdx'), base: system }])
    expect(machine.kind.plan(wantMachine, found, recorded).do).toBe('nothing')
  })

  it('is neither there nor gone while the management service is down', () => {
    const recorded = made()
    bench.prepare(`Stop-Service -Name 'vmms' -Force -ErrorAction Stop`)
    expect(bench.printed(machine, wantMachine)).toMatch(/^error /)
    expect(bench.printed(machine, wantMachine, recorded)).toMatch(/^error /)
  })

  it('is gone when another one of its name has another Id, and that one is not touched', () => {
    const recorded = made()
    bench.prepare(`Stop-VM -Name 'fs1' -TurnOff -Force -ErrorAction Stop
Remove-VM -Name 'fs1' -Force -ErrorAction Stop
$null = New-VM -Name 'fs1' -NoVHD -Generation 2 -MemoryStartupBytes 1073741824 -ErrorAction Stop`)
    const found = bench.look(machine, wantMachine, recorded)
    expect(machine.kind.plan(wantMachine, found, recorded)).toMatchObject({
      do: 'refuse',
      rule: 'another-machine',
    })
  })

  it('of a name that two have is not chosen', () => {
    for (const generation of [1, 2]) {
      bench.prepare(
        `$null = New-VM -Name 'fs1' -NoVHD -Generation ${generation} -MemoryStartupBytes 1073741824 -ErrorAction Stop`,
      )
    }
    const found = bench.look(machine, wantMachine)
    expect(machine.kind.plan(wantMachine, found, undefined)).toMatchObject({
      do: 'refuse',
      rule: 'two-of-one-name',
    })
  })

  it('leaves its disk file where it is when it goes', () => {
    const recorded = made()
    const leave = machine.kind.props.parse({ ...wantMachine, allowPowerCycle: true }) as JsonObject
    expect(bench.act(machine, machine.kind.remove(leave, recorded, recorded))).toBeUndefined()
    expect(bench.printed(machine, leave, recorded)).toBe('absent')
    expect(bench.world.files.file(system)).toBeDefined()
  })
})

describe('a virtual switch', () => {
  const on = (adapter: string, more: JsonObject = {}): JsonObject =>
    lan.kind.props.parse({ name: 'lan', type: 'external', adapter, ...more }) as JsonObject

  it('is not made on the card that carries the session, and nothing has changed', () => {
    const before = bench.world.snapshot()
    expect(bench.act(lan, lan.kind.plan(on('ethernet'), null, undefined))).toMatch(
      /^check-path, run 1: Chancery\.ManagementPath: .*ethernet$/,
    )
    expect(bench.world.snapshot()).toEqual(before)
  })

  it('that the session runs over is neither unshared, rebound nor removed', () => {
    bench.prepare(
      `$null = New-VMSwitch -Name 'lan' -NetAdapterName 'Ethernet' -AllowManagementOS $true -ErrorAction Stop`,
    )
    const found = bench.look(lan, on('Ethernet'))!
    expect(found).toMatchObject({ adapters: ['Ethernet'], allowManagementOs: true })
    const before = bench.world.snapshot()
    for (const plan of [
      lan.kind.plan(on('Ethernet', { allowManagementOs: false }), found, found),
      lan.kind.plan(on('Ethernet 2'), found, found),
      lan.kind.plan(lan.kind.props.parse({ name: 'lan', type: 'private' }) as JsonObject, found, found),
      lan.kind.remove(on('Ethernet'), found, found),
    ]) {
      expect(bench.act(lan, plan)).toMatch(/^check-path, run 1: Chancery\.ManagementPath: /)
    }
    expect(bench.world.snapshot()).toEqual(before)
  })
})

describe('the check of the management path', () => {
  const wanted = lan.kind.props.parse({ name: 'dmz', type: 'external', adapter: 'Ethernet 2' }) as JsonObject
  const create = lan.kind.plan(wanted, null, undefined)

  it('lets a switch be made on another card, also when the session runs over a switch', () => {
    bench.prepare(
      `$null = New-VMSwitch -Name 'lan' -NetAdapterName 'Ethernet' -AllowManagementOS $true -ErrorAction Stop`,
    )
    expect(bench.act(lan, create)).toBeUndefined()
    expect(bench.look(lan, wanted)).toMatchObject({ adapters: ['Ethernet 2'] })
  })

  it('refuses when the address leads to no physical card', () => {
    bench.prepare(`$null = New-VMSwitch -Name 'nat' -SwitchType Internal -ErrorAction Stop`)
    const { network } = bench.world
    network.moveAddresses(network.adapter('Ethernet')!, network.adapter('vEthernet (nat)')!)
    expect(bench.act(lan, create)).toMatch(/^check-path, run 1: Chancery\.ManagementPathUnknown: /)
    expect(bench.printed(lan, wanted)).toBe('absent')
  })
})

describe('a virtual disk', () => {
  const image = 'C:\\Images\\base.vhdx'
  const copyOf = (sha256: string): JsonObject =>
    disk.kind.props.parse({
      path: 'C:\\VHDs\\new.vhdx',
      sizeGB: 20,
      copyFrom: { path: image, sha256 },
    }) as JsonObject
  const layImage = (): string => {
    bench.world.files.makeFolder('C:\\Images')
    bench.prepare(`$null = New-VHD -Path '${image}' -SizeBytes 10737418240 -Dynamic -ErrorAction Stop`)
    const bytes = bench.world.files.read(image)
    if (!bytes.ok) throw new Error(bytes.error.why)
    return createHash('sha256').update(bytes.value).digest('hex')
  }

  it('waits for its image, before and at the act', () => {
    const want = copyOf('0'.repeat(64))
    expect(bench.printed(disk, want)).toMatch(/^error Chancery\.NotYet: /)
    expect(bench.act(disk, disk.kind.plan(want, null, undefined))).toMatch(/^copy, run 1: Chancery\.NotYet: /)
  })

  it('is copied from its image and grown, twice without harm, and then is as wanted', () => {
    const want = copyOf(layImage())
    expect(bench.act(disk, disk.kind.plan(want, bench.look(disk, want), undefined), 2)).toBeUndefined()
    const found = bench.look(disk, want)
    expect(found).toMatchObject({ sizeBytes: 20 * 1024 ** 3, created: true })
    expect(disk.kind.plan(want, found, undefined).do).toBe('nothing')
  })

  it('is not made from an image with another hash, and leaves nothing behind', () => {
    layImage()
    const before = bench.world.snapshot()
    const want = copyOf('0'.repeat(64))
    expect(bench.act(disk, disk.kind.plan(want, null, undefined))).toMatch(
      /^copy, run 1: Chancery\.HashDiffers: /,
    )
    expect(bench.world.snapshot()).toEqual(before)
  })

  it('that was there before, or was exchanged by hand, is not deleted', () => {
    const old = disk.kind.props.parse({ path: system, sizeGB: 10 }) as JsonObject
    expect(disk.kind.remove(old, bench.look(disk, old)!, undefined).do).toBe('nothing')
    const want = disk.kind.props.parse({ path: 'C:\\VHDs\\new.vhdx', sizeGB: 1 }) as JsonObject
    expect(bench.act(disk, disk.kind.plan(want, null, undefined))).toBeUndefined()
    const removal = disk.kind.remove(want, bench.look(disk, want)!, undefined)
    bench.prepare(`Remove-Item -LiteralPath 'C:\\VHDs\\new.vhdx' -ErrorAction Stop
$null = New-VHD -Path 'C:\\VHDs\\new.vhdx' -SizeBytes 1073741824 -Dynamic -ErrorAction Stop`)
    expect(bench.look(disk, want)).toMatchObject({ created: false })
    expect(bench.act(disk, removal)).toMatch(/^remove, run 1: Chancery\.NotMadeHere: /)
    expect(bench.world.files.file('C:\\VHDs\\new.vhdx')).toBeDefined()
  })
})
