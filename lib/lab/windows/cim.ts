import type { PsObject } from '../../powershell/values.ts'
import type { World } from '../world/world.ts'
import type { Behaviour } from './cmdlet.ts'
import { date, type Fields, int32, object, textOf, textsOf, uint16, uint32, uint64 } from './values.ts'

/** Get-CimInstance over the classes of root/cimv2 that the lab keeps. */

const classes: { readonly [name: string]: (world: World) => readonly Fields[] } = {
  Win32_OperatingSystem: (world) => [
    {
      Caption: 'Microsoft Windows Server 2022 Standard',
      Version: '10.0.20348',
      BuildNumber: '20348',
      OSArchitecture: '64-bit',
      ProductType: uint32(3),
      Locale: '0409',
      OSLanguage: uint32(1033),
      CSName: world.computerName,
      LastBootUpTime: date(world.bootedAt),
      LocalDateTime: date(world.now()),
      CurrentTimeZone: int32(0),
      TotalVisibleMemorySize: uint64(world.hyperv.memory / 1024),
      FreePhysicalMemory: uint64((world.hyperv.memory - world.hyperv.memoryInUse) / 1024 - 3 * 1024 ** 2),
      WindowsDirectory: 'C:\\Windows',
      SystemDrive: 'C:',
    },
  ],
  Win32_ComputerSystem: (world) => [
    {
      Name: world.computerName,
      DNSHostName: world.computerName.toLowerCase(),
      Domain: 'WORKGROUP',
      PartOfDomain: false,
      Workgroup: 'WORKGROUP',
      Manufacturer: 'Chancery',
      Model: 'Rehearsal host',
      HypervisorPresent: world.features.installed('Hyper-V'),
      NumberOfLogicalProcessors: uint32(world.hyperv.logicalProcessors),
      NumberOfProcessors: uint32(2),
      TotalPhysicalMemory: uint64(world.hyperv.memory),
    },
  ],
  Win32_LogicalDisk: (world) => [
    {
      DeviceID: 'C:',
      Name: 'C:',
      DriveType: uint32(3),
      FileSystem: 'NTFS',
      VolumeName: '',
      Size: uint64(world.files.capacity),
      FreeSpace: uint64(world.files.free),
    },
  ],
  Win32_Service: (world) =>
    world.services.all.map((service) => ({
      Name: service.name,
      DisplayName: service.displayName,
      Description: service.displayName,
      State: service.running ? 'Running' : 'Stopped',
      Status: 'OK',
      Started: service.running,
      StartMode: service.startType === 'Automatic' ? 'Auto' : service.startType,
      DelayedAutoStart: service.delayed,
      StartName: service.account,
      PathName: service.path,
      ProcessId: uint32(service.pid),
      AcceptStop: service.running && service.stoppable,
      ExitCode: uint32(0),
      ServiceType: 'Own Process',
      SystemName: world.computerName,
    })),
  Win32_Processor: (world) => [
    {
      DeviceID: 'CPU0',
      Name: 'Intel(R) Xeon(R) Silver 4314 CPU @ 2.40GHz',
      NumberOfCores: uint32(world.hyperv.logicalProcessors / 2),
      NumberOfLogicalProcessors: uint32(world.hyperv.logicalProcessors),
      AddressWidth: uint16(64),
    },
  ],
}

const getCimInstance: Behaviour = {
  invoke: (call, world) => {
    const wanted =
      textOf(call.bound.get('ClassName')) ??
      /\bfrom\s+(\w+)/i.exec(textOf(call.bound.get('Query')) ?? '')?.[1] ??
      ''
    const name = Object.keys(classes).find((n) => n.toLowerCase() === wanted.toLowerCase())
    const make = name === undefined ? undefined : classes[name]
    if (name === undefined || make === undefined)
      return call.error({
        message: 'Invalid class ',
        fqid: 'HRESULT 0x80041010,Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand',
        category: 'MetadataError',
        type: 'Microsoft.Management.Infrastructure.CimException',
        target: wanted,
      })
    const condition =
      textOf(call.bound.get('Filter')) ?? /\bwhere\s+(.*)$/is.exec(textOf(call.bound.get('Query')) ?? '')?.[1]
    const fits = condition === undefined ? () => true : wql(condition)
    if (fits === undefined)
      return call.error({
        message: 'Invalid query ',
        fqid: 'HRESULT 0x80041017,Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand',
        category: 'InvalidArgument',
        type: 'Microsoft.Management.Infrastructure.CimException',
      })
    const only = textsOf(call.bound.get('Property')).map((p) => p.toLowerCase())
    for (const fields of make(world)) if (fits(fields)) call.write(instance(name, fields, only))
  },
}

/** With -Property every other property is there and null. */
const instance = (name: string, fields: Fields, only: readonly string[]): PsObject =>
  object(
    [
      `Microsoft.Management.Infrastructure.CimInstance#root/cimv2/${name}`,
      'Microsoft.Management.Infrastructure.CimInstance',
    ],
    Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [
        key,
        only.length === 0 || only.includes(key.toLowerCase()) ? value : null,
      ]),
    ),
    undefined,
    name,
  )

/** `A = 'x' AND B LIKE 'y%'`; undefined = a condition that the lab does not read. */
function wql(condition: string): ((fields: Fields) => boolean) | undefined {
  const tests = condition.split(/\s+and\s+/i).map((part) => {
    const [, property = '', operator = '', quoted, plain] =
      /^\s*(\w+)\s*(=|<>|!=|like)\s*(?:['"]([^'"]*)['"]|(\w+))\s*$/i.exec(part) ?? []
    if (property === '') return undefined
    const value = (quoted ?? plain ?? '').replaceAll('\\\\', '\\').toLowerCase()
    const pattern = new RegExp(
      `^${value
        .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
        .replaceAll('%', '.*')
        .replaceAll('_', '.')}$`,
      'is',
    )
    return (fields: Fields): boolean => {
      const entry = Object.entries(fields).find(([key]) => key.toLowerCase() === property.toLowerCase())
      const text = (textOf(entry?.[1]) ?? '').toLowerCase()
      if (operator.toLowerCase() === 'like') return pattern.test(text)
      return operator === '=' ? text === value : text !== value
    }
  })
  if (tests.some((t) => t === undefined)) return undefined
  return (fields) => tests.every((t) => t?.(fields) ?? false)
}

export const cimCmdlets: { readonly [name: string]: Behaviour } = { 'Get-CimInstance': getCimInstance }
