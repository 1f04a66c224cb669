import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { PsEnum, PsList, PsObject, type PsValue } from '../../powershell/index.ts'
import type { Call } from '../../powershell/host.ts'
import { type Console, consoleOn } from './script.rig.ts'
import { modules } from './modules.ts'

/** What simulated cmdlets return has only documented properties, and enums their documented numbers. */

type Table = {
  readonly classes: {
    readonly [name: string]: {
      readonly incomplete?: boolean
      readonly properties: { readonly [name: string]: unknown }
    }
  }
  readonly enums: { readonly [name: string]: { readonly [value: string]: number | null } }
}

const table = (module: string): Table =>
  JSON.parse(
    readFileSync(new URL(`../../powershell/tables/objects/${module}.json`, import.meta.url), 'utf8'),
  ) as Table

let host: Console
beforeAll(async () => {
  host = await consoleOn('hyperv')
  host.run(`
$null = New-VMSwitch -Name lan -NetAdapterName 'Ethernet 2'
$null = New-VHD -Path C:\\a.vhdx -SizeBytes 1GB
$null = New-VM -Name mail -Generation 2 -NoVHD -SwitchName lan
Add-VMHardDiskDrive -VMName mail -Path C:\\a.vhdx
Add-VMDvdDrive -VMName mail`)
  host.world.hyperv.checkpoint(host.world.hyperv.machines[0]!, 'before')
})

/** What a cmdlet writes for these arguments. */
function written(
  module: string,
  cmdlet: string,
  bound: { readonly [name: string]: PsValue },
): readonly PsValue[] {
  const out: PsValue[] = []
  const call: Call = {
    bound: new Map(Object.entries(bound)),
    set: '',
    write: (value) => out.push(value),
    warn: () => undefined,
    error: (error) => {
      throw new Error(error.message)
    },
    fail: (error) => {
      throw new Error(error.message)
    },
  }
  modules.find((m) => m.name === module)?.cmdlets[cmdlet]?.invoke(call, host.world)
  return out
}

/** Every object in a value, with those inside it. */
function* objectsIn(value: PsValue): Generator<PsObject> {
  if (value instanceof PsObject) {
    yield value
    for (const inner of value.properties.values()) yield* objectsIn(inner)
  } else if (value instanceof PsList) for (const inner of value.items) yield* objectsIn(inner)
  else if (Array.isArray(value)) for (const inner of value as readonly PsValue[]) yield* objectsIn(inner)
}

const shortClass = (type: string): string => type.replace(/^.*[#/]/, '')

test.each([
  ['Hyper-V', 'Get-VM', {}],
  ['Hyper-V', 'Get-VMHost', {}],
  ['Hyper-V', 'Get-VMSwitch', {}],
  ['Hyper-V', 'Get-VHD', { Path: ['C:\\a.vhdx'] }],
  ['Hyper-V', 'Get-VMProcessor', { VMName: ['mail'] }],
  ['Hyper-V', 'Get-VMMemory', { VMName: ['mail'] }],
  ['Hyper-V', 'Get-VMNetworkAdapter', { VMName: ['mail'] }],
  ['Hyper-V', 'Get-VMNetworkAdapter', { ManagementOS: true }],
  ['Hyper-V', 'Get-VMNetworkAdapterVlan', { VMName: ['mail'] }],
  ['Hyper-V', 'Get-VMHardDiskDrive', { VMName: ['mail'] }],
  ['Hyper-V', 'Get-VMDvdDrive', { VMName: ['mail'] }],
  ['Hyper-V', 'Get-VMScsiController', { VMName: ['mail'] }],
  ['Hyper-V', 'Get-VMFirmware', { VMName: ['mail'] }],
  ['Hyper-V', 'Get-VMSnapshot', { VMName: ['mail'] }],
  ['Hyper-V', 'Get-VMIntegrationService', { VMName: ['mail'] }],
  ['ServerManager', 'Get-WindowsFeature', {}],
  ['ServerManager', 'Install-WindowsFeature', { Name: ['Telnet-Client'] }],
  ['NetAdapter', 'Get-NetAdapter', {}],
  ['NetTCPIP', 'Get-NetIPAddress', {}],
  ['CimCmdlets', 'Get-CimInstance', { ClassName: 'Win32_Service' }],
  ['CimCmdlets', 'Get-CimInstance', { ClassName: 'Win32_OperatingSystem' }],
  ['CimCmdlets', 'Get-CimInstance', { ClassName: 'Win32_ComputerSystem' }],
  ['CimCmdlets', 'Get-CimInstance', { ClassName: 'Win32_LogicalDisk' }],
])('%s: %s %j returns documented objects', (module, cmdlet, bound) => {
  const { classes, enums } = table(module)
  const out = written(module, cmdlet, bound)
  expect(out.length).toBeGreaterThan(0)
  const complaints = new Set<string>()
  for (const value of out)
    for (const one of objectsIn(value)) {
      const [type = ''] = one.types
      const known = classes[type] ?? classes[shortClass(type)]
      if (known === undefined) complaints.add(`${type} is not in the table`)
      else
        for (const [name, property] of one.properties) {
          if (known.incomplete !== true && known.properties[name] === undefined)
            complaints.add(`${type} has no ${name}`)
          const numbers = property instanceof PsEnum ? enums[property.type] : undefined
          const number = property instanceof PsEnum ? numbers?.[property.name] : undefined
          if (
            property instanceof PsEnum &&
            numbers !== undefined &&
            number !== null &&
            number !== property.number
          )
            complaints.add(`${property.type} ${property.name} is ${property.number}, documented ${number}`)
        }
    }
  expect([...complaints]).toEqual([])
})

test('every simulated cmdlet has a documented signature', () => {
  for (const module of modules) {
    const text = readFileSync(new URL(`../../powershell/tables/${module.name}.json`, import.meta.url), 'utf8')
    const { cmdlets } = JSON.parse(text) as { readonly cmdlets: { readonly [name: string]: unknown } }
    expect(Object.keys(module.cmdlets).filter((name) => cmdlets[name] === undefined)).toEqual([])
  }
})
