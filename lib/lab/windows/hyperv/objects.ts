import { type PsObject, type PsValue } from '../../../powershell/values.ts'
import { deviceId } from '../../world/hyperv.ts'
import { type Drive, integrationServices, type Machine, type MachineAdapter } from '../../world/machine.ts'
import { join } from '../../world/path.ts'
import type { World } from '../../world/world.ts'
import { date, guid, int32, int64, list, object, strings, timeSpan, uint32, uint64 } from '../values.ts'
import { liveObject } from '../live.ts'
import { enumValue, onOff } from './enums.ts'

/** Objects that the cmdlets of machines return, with the properties of module 2.0.0.0. */

const type = (name: string): readonly string[] => [`Microsoft.HyperV.PowerShell.${name}`]
export const nameOf = (list: string): string => `Microsoft.HyperV.PowerShell.${list}`

/** What a script may hand back to a cmdlet: which machine, and which device of it. */
export type DeviceHandle<D> = { readonly machine: Machine; readonly device: D }

const owner = (world: World, machine: Machine) => ({
  VMId: guid(machine.id),
  VMName: machine.name,
  VMSnapshotId: guid('00000000-0000-0000-0000-000000000000'),
  VMSnapshotName: '',
  VMCheckpointId: guid('00000000-0000-0000-0000-000000000000'),
  VMCheckpointName: '',
  ComputerName: world.computerName,
  IsDeleted: false,
})

export function machineObject(world: World, machine: Machine): PsObject {
  const running = (): boolean => machine.state === 'Running'
  const parent = () => machine.checkpoints.at(-1)
  return liveObject(
    type('VirtualMachine'),
    {
      Id: () => guid(machine.id),
      VMId: () => guid(machine.id),
      Name: () => machine.name,
      VMName: () => machine.name,
      Generation: () => int32(machine.generation),
      Version: () => machine.version,
      State: () => enumValue('VMState', machine.state),
      Status: () => 'Operating normally',
      PrimaryStatusDescription: () => 'Operating normally',
      CreationTime: () => date(machine.createdAt),
      Notes: () => machine.notes,
      Path: () => machine.path,
      ConfigurationLocation: () => machine.path,
      SnapshotFileLocation: () => machine.snapshotPath,
      CheckpointFileLocation: () => machine.snapshotPath,
      SmartPagingFilePath: () => machine.pagingPath,
      SmartPagingFileInUse: () => false,
      ProcessorCount: () => int64(machine.processors.count),
      MemoryStartup: () => int64(machine.memory.startup),
      MemoryMinimum: () => int64(machine.memory.minimum),
      MemoryMaximum: () => int64(machine.memory.maximum),
      MemoryAssigned: () => int64(running() ? machine.memory.startup : 0),
      MemoryDemand: () => int64(running() ? machine.memory.startup / 2 : 0),
      MemoryStatus: () => (running() ? 'OK' : ''),
      DynamicMemoryEnabled: () => machine.memory.dynamic,
      AutomaticStartAction: () => enumValue('StartAction', machine.startAction),
      AutomaticStartDelay: () => int32(machine.startDelay),
      AutomaticStopAction: () => enumValue('StopAction', machine.stopAction),
      AutomaticCriticalErrorAction: () => enumValue('CriticalErrorAction', machine.criticalAction),
      AutomaticCriticalErrorActionTimeout: () => int32(machine.criticalTimeout),
      AutomaticCheckpointsEnabled: () => machine.automaticCheckpoints,
      CheckpointType: () => enumValue('CheckpointType', machine.checkpointType),
      ParentSnapshotId: () => guidOrNull(parent()?.id),
      ParentSnapshotName: () => parent()?.name ?? null,
      ParentCheckpointId: () => guidOrNull(parent()?.id),
      ParentCheckpointName: () => parent()?.name ?? null,
      LockOnDisconnect: () => onOff(false),
      GuestControlledCacheTypes: () => false,
      LowMemoryMappedIoSpace: () => uint32(machine.lowMmio),
      HighMemoryMappedIoSpace: () => uint64(machine.highMmio),
      IsClustered: () => false,
      IsDeleted: () => !world.hyperv.machines.includes(machine),
      Uptime: () => timeSpan(machine.startedAt === undefined ? 0 : world.now() - machine.startedAt),
      CPUUsage: () => int32(running() ? 1 : 0),
      Heartbeat: () => (running() ? enumValue('VMHeartbeatStatus', 'OkApplicationsHealthy') : null),
      IntegrationServicesState: () => null,
      IntegrationServicesVersion: () => null,
      ReplicationState: () => enumValue('VMReplicationState', 'Disabled'),
      ReplicationHealth: () => enumValue('VMReplicationHealthState', 'NotApplicable'),
      ReplicationMode: () => enumValue('VMReplicationMode', 'None'),
      ResourceMeteringEnabled: () => false,
      HardDrives: () => list(nameOf('HardDiskDrive'), drives(world, machine, 'disk')),
      DVDDrives: () => list(nameOf('DvdDrive'), drives(world, machine, 'dvd')),
      NetworkAdapters: () =>
        list(
          nameOf('VMNetworkAdapter'),
          machine.adapters.map((a) => adapterObject(world, machine, a)),
        ),
      VMIntegrationService: () => list(nameOf('VMIntegrationComponent'), integrationObjects(world, machine)),
      ComputerName: () => world.computerName,
    },
    machine,
    `VirtualMachine (Name = '${machine.name}') [Id = '${machine.id}']`,
  )
}

const guidOrNull = (id: string | undefined): PsValue => (id === undefined ? null : guid(id))
const drives = (world: World, machine: Machine, kind: Drive['kind']): readonly PsObject[] =>
  machine.drives.filter((d) => d.kind === kind).map((d) => driveObject(world, machine, d))

export const processorObject = (world: World, machine: Machine): PsObject =>
  object(
    type('VMProcessor'),
    {
      ...owner(world, machine),
      Id: deviceId(machine, { id: 'B637F346-6A0E-4DEC-AF52-BD70CB80A21D\\0' }),
      Name: 'Processor',
      Count: int64(machine.processors.count),
      Reserve: int64(machine.processors.reserve),
      Maximum: int64(machine.processors.maximum),
      RelativeWeight: int32(machine.processors.weight),
      CompatibilityForMigrationEnabled: machine.processors.compatibilityForMigration,
      CompatibilityForOlderOperatingSystemsEnabled: machine.processors.compatibilityForOlder,
      ExposeVirtualizationExtensions: machine.processors.exposeVirtualization,
      EnableHostResourceProtection: machine.processors.hostResourceProtection,
      HwThreadCountPerCore: int64(machine.processors.hwThreadsPerCore),
      MaximumCountPerNumaNode: int64(world.hyperv.logicalProcessors),
      MaximumCountPerNumaSocket: int64(1),
      ResourcePoolName: 'Primordial',
    },
    machine,
    'Processor',
  )

export const memoryObject = (world: World, machine: Machine): PsObject =>
  object(
    type('VMMemory'),
    {
      ...owner(world, machine),
      Id: deviceId(machine, { id: '4764334D-E001-4176-82EE-5594EC9B530E' }),
      Name: 'Memory',
      DynamicMemoryEnabled: machine.memory.dynamic,
      Startup: int64(machine.memory.startup),
      Minimum: int64(machine.memory.minimum),
      Maximum: int64(machine.memory.maximum),
      Buffer: int32(machine.memory.buffer),
      Priority: int32(machine.memory.priority),
      MaximumPerNumaNode: int64(world.hyperv.memory / 2 / 1024 ** 2),
      ResourcePoolName: 'Primordial',
    },
    machine,
    'Memory',
  )

export function adapterObject(world: World, machine: Machine, adapter: MachineAdapter): PsObject {
  const connectedTo = world.hyperv.switchById(adapter.switchId)
  return object(
    type('VMNetworkAdapter'),
    {
      ...owner(world, machine),
      Id: deviceId(machine, adapter),
      AdapterId: adapter.id,
      Name: adapter.name,
      SwitchName: connectedTo?.name ?? null,
      SwitchId: guidOrNull(connectedTo?.id),
      Connected: connectedTo !== undefined,
      MacAddress: adapter.mac,
      DynamicMacAddressEnabled: adapter.dynamicMac,
      IsLegacy: adapter.legacy,
      IsSynthetic: !adapter.legacy,
      IsManagementOs: false,
      IsExternalAdapter: false,
      IsTemplate: false,
      MacAddressSpoofing: onOff(adapter.macSpoofing),
      DhcpGuard: onOff(adapter.dhcpGuard),
      RouterGuard: onOff(adapter.routerGuard),
      AllowTeaming: onOff(adapter.allowTeaming),
      IeeePriorityTag: onOff(false),
      DeviceNaming: onOff(adapter.deviceNaming),
      PortMirroringMode: enumValue('VMNetworkAdapterPortMirroringMode', 'None'),
      VMQWeight: uint32(100),
      IovWeight: uint32(0),
      StormLimit: uint32(0),
      ClusterMonitored: true,
      IPAddresses: strings([]),
      Status: strings(machine.state === 'Running' ? ['Ok'] : []),
      PoolName: connectedTo === undefined ? 'Primordial' : null,
      TestReplicaSwitchName: '',
      BandwidthSetting: null,
      VlanSetting: vlanObject(world, machine, adapter),
    },
    { machine, device: adapter } satisfies DeviceHandle<MachineAdapter>,
    adapter.name,
  )
}

/** The host's own port on a switch, `Get-VMNetworkAdapter -ManagementOS`. */
export const hostPorts = (world: World): readonly PsObject[] =>
  world.network.adapters
    .filter((a) => a.virtual)
    .map((adapter) => {
      const connectedTo = world.hyperv.switchById(adapter.switchId)
      return object(
        type('VMInternalNetworkAdapter'),
        {
          Id: `Microsoft:${connectedTo?.id.toUpperCase() ?? ''}\\${adapter.guid}`,
          Name: connectedTo?.name ?? adapter.name,
          DeviceId: adapter.guid,
          AdapterId: adapter.guid,
          SwitchName: connectedTo?.name ?? null,
          SwitchId: guidOrNull(connectedTo?.id),
          MacAddress: adapter.mac.replaceAll('-', ''),
          IsManagementOs: true,
          IsExternalAdapter: connectedTo?.type === 'External',
          IsTemplate: false,
          IsDeleted: false,
          VMId: guid('00000000-0000-0000-0000-000000000000'),
          VMName: null,
          Status: strings(['Ok']),
          ComputerName: world.computerName,
        },
        adapter,
        connectedTo?.name ?? adapter.name,
      )
    })

export function vlanObject(world: World, machine: Machine, adapter: MachineAdapter): PsObject {
  const { vlan } = adapter
  const allowed = vlan.mode === 'Trunk' ? expandVlans(vlan.allowed) : []
  return object(
    type('VMNetworkAdapterVlanSetting'),
    {
      OperationMode: enumValue('VMNetworkAdapterVlanMode', vlan.mode),
      AccessVlanId: int32(vlan.mode === 'Access' ? vlan.id : 0),
      NativeVlanId: int32(vlan.mode === 'Trunk' ? vlan.native : 0),
      AllowedVlanIdList: list('System.Int32', allowed.map(int32)),
      AllowedVlanIdListString: vlan.mode === 'Trunk' ? vlan.allowed : '',
      PrimaryVlanId: int32(0),
      SecondaryVlanId: int32(0),
      ParentAdapter: object(
        type('VMNetworkAdapter'),
        { Name: adapter.name, VMName: machine.name },
        { machine, device: adapter },
        adapter.name,
      ),
      ComputerName: world.computerName,
      IsDeleted: false,
    },
    { machine, device: adapter } satisfies DeviceHandle<MachineAdapter>,
  )
}

/** `1-3,7` → 1, 2, 3, 7. */
const expandVlans = (text: string): readonly number[] =>
  text.split(',').flatMap((part) => {
    const [from = 0, to = from] = part.split('-').map(Number)
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })

export function driveObject(world: World, machine: Machine, drive: Drive): PsObject {
  const common = {
    ...owner(world, machine),
    Id: deviceId(machine, { id: `${drive.id}\\${drive.number}\\${drive.location}\\D` }),
    Path: drive.path ?? null,
    ControllerType: enumValue('ControllerType', drive.controller),
    ControllerNumber: int32(drive.number),
    ControllerLocation: int32(drive.location),
    PoolName: 'Primordial',
  }
  const handle: DeviceHandle<Drive> = { machine, device: drive }
  if (drive.kind === 'dvd')
    return object(
      type('DvdDrive'),
      {
        ...common,
        Name: `DVD Drive on ${drive.controller} controller number ${drive.number} at location ${drive.location}`,
        DvdMediaType: enumValue('DvdMediaType', drive.path === undefined ? 'None' : 'ISO'),
      },
      handle,
    )
  return object(
    [...type('HardDiskDrive'), ...type('Drive')],
    {
      ...common,
      Name: `Hard Drive on ${drive.controller} controller number ${drive.number} at location ${drive.location}`,
      DiskNumber: null,
      MaximumIOPS: uint64(0),
      MinimumIOPS: uint64(0),
      QoSPolicyID: guid('00000000-0000-0000-0000-000000000000'),
      SupportPersistentReservations: false,
    },
    handle,
  )
}

export const controllerObject = (world: World, machine: Machine, number: number): PsObject =>
  object(
    type('VMScsiController'),
    {
      ...owner(world, machine),
      Id: deviceId(machine, { id: `SCSI\\${number}` }),
      Name: 'SCSI Controller',
      ControllerNumber: int32(number),
      Drives: list(
        nameOf('Drive'),
        machine.drives
          .filter((d) => d.controller === 'SCSI' && d.number === number)
          .map((d) => driveObject(world, machine, d)),
      ),
      IsTemplate: false,
    },
    { machine, device: number } satisfies DeviceHandle<number>,
    'SCSI Controller',
  )

/** Key of a boot entry: `drive:<id>`, `adapter:<id>` or `file:<path>`. */
export const bootKey = (of: { readonly drive?: string; readonly adapter?: string }): string =>
  of.drive === undefined ? `adapter:${of.adapter ?? ''}` : `drive:${of.drive}`

/** The boot order: the set one, then devices added since. */
export function bootKeys(machine: Machine): readonly string[] {
  const devices = [
    ...machine.drives.map((d) => bootKey({ drive: d.id })),
    ...machine.adapters.map((a) => bootKey({ adapter: a.id })),
  ]
  const kept = machine.firmware.bootOrder.filter((k) => k.startsWith('file:') || devices.includes(k))
  return [...kept, ...devices.filter((k) => !kept.includes(k))]
}

export function firmwareObject(world: World, machine: Machine): PsObject {
  const entries = bootKeys(machine).map((key) => bootObject(world, machine, key))
  return object(
    type('VMFirmware'),
    {
      ...owner(world, machine),
      SecureBoot: onOff(machine.firmware.secureBoot),
      SecureBootTemplate: machine.firmware.template,
      SecureBootTemplateId: guid(
        secureBootTemplates[machine.firmware.template] ?? '00000000-0000-0000-0000-000000000000',
      ),
      BootOrder: entries,
      ConsoleMode: enumValue('ConsoleModeType', machine.firmware.console),
      PauseAfterBootFailure: onOff(machine.firmware.pauseAfterFailure),
      PreferredNetworkBootProtocol: enumValue('IPProtocolPreference', machine.firmware.preferredProtocol),
    },
    machine,
  )
}

export const secureBootTemplates: { readonly [name: string]: string } = {
  MicrosoftWindows: '1734c6e8-3154-4dda-ba5f-a874cc483422',
  MicrosoftUEFICertificateAuthority: '272e7447-90a4-4563-a4b9-8e4ab00526ce',
  OpenSourceShieldedVM: '4292ae2b-ee2c-42b5-a969-dd8f8689f6f3',
}

function bootObject(world: World, machine: Machine, key: string): PsObject {
  const drive = machine.drives.find((d) => bootKey({ drive: d.id }) === key)
  const adapter = machine.adapters.find((a) => bootKey({ adapter: a.id }) === key)
  const file = drive === undefined && adapter === undefined
  const device =
    drive !== undefined
      ? driveObject(world, machine, drive)
      : adapter !== undefined
        ? adapterObject(world, machine, adapter)
        : null
  return object(
    type('VMBootSource'),
    {
      BootType: enumValue('BootSourceType', file ? 'File' : drive === undefined ? 'Network' : 'Drive'),
      Description: file ? 'Windows Boot Manager' : drive === undefined ? 'EFI Network' : 'EFI SCSI Device',
      Device: device,
      FirmwarePath: file ? key.slice('file:'.length) : `\\AcpiEx(VMBus,0,0)\\${key.toUpperCase()}`,
    },
    { machine, device: key } satisfies DeviceHandle<string>,
  )
}

export const integrationObjects = (world: World, machine: Machine): readonly PsObject[] =>
  integrationServices.map(([name, id]) =>
    object(
      type('VMIntegrationComponent'),
      {
        ...owner(world, machine),
        Name: name,
        Id: deviceId(machine, { id }),
        Enabled: machine.integration.has(name),
        PrimaryOperationalStatus: null,
        PrimaryStatusDescription: machine.state === 'Running' && machine.integration.has(name) ? 'OK' : null,
      },
      { machine, device: name } satisfies DeviceHandle<string>,
      name,
    ),
  )

export const snapshotObjects = (world: World, machine: Machine): readonly PsObject[] =>
  machine.checkpoints.map((checkpoint) =>
    object(
      type('VMSnapshot'),
      {
        Id: guid(checkpoint.id),
        Name: checkpoint.name,
        VMId: guid(machine.id),
        VMName: machine.name,
        SnapshotType: enumValue('SnapshotType', 'Standard'),
        CreationTime: date(checkpoint.createdAt),
        ParentSnapshotId: guidOrNull(checkpoint.parentId),
        ParentSnapshotName: machine.checkpoints.find((c) => c.id === checkpoint.parentId)?.name ?? null,
        ComputerName: world.computerName,
        IsDeleted: false,
        Path: join(machine.snapshotPath, 'Snapshots'),
      },
      { machine, device: checkpoint.id } satisfies DeviceHandle<string>,
      checkpoint.name,
    ),
  )
