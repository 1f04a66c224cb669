import type { PsObject } from '../../../powershell/values.ts'
import { deviceId } from '../../world/hyperv.ts'
import { type Drive, integrationServices, type Machine } from '../../world/machine.ts'
import { join } from '../../world/path.ts'
import type { World } from '../../world/world.ts'
import { liveObject } from '../live.ts'
import { date, guid, int32, int64, list, object, timeSpan, uint32, uint64 } from '../values.ts'
import { adapterObject } from './adapter-objects.ts'
import { driveObject } from './drive-objects.ts'
import { enumValue, onOff } from './enums.ts'
import { type DeviceHandle, guidOrNull, nameOf, owner, type } from './object.ts'

/** Machines, processors, memory, integration services and checkpoints, with the properties of module 2.0.0.0. */

const statusText = (world: World): string =>
  world.language === 'de' ? 'Normaler Betrieb' : 'Operating normally'

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
      Status: () => statusText(world),
      PrimaryStatusDescription: () => statusText(world),
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
