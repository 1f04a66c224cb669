import type { PsEnum } from '../../../powershell/values.ts'
import { enumOf, type EnumTable } from '../values.ts'

/** Enums of the Hyper-V module and their numbers. Source: the types of module 2.0.0.0. */

const prefix = 'Microsoft.HyperV.PowerShell.'

const tables = {
  VMState: { Other: 1, Running: 2, Off: 3, Stopping: 4, Saved: 6, Paused: 9, Starting: 10, Reset: 11 },
  StartAction: { Nothing: 2, StartIfRunning: 3, Start: 4 },
  StopAction: { TurnOff: 2, Save: 3, ShutDown: 4 },
  CheckpointType: { Disabled: 2, Production: 3, ProductionOnly: 4, Standard: 5 },
  OnOffState: { On: 0, Off: 1 },
  CriticalErrorAction: { None: 0, Pause: 1 },
  ControllerType: { IDE: 0, SCSI: 1, PMEM: 2 },
  DvdMediaType: { None: 0, ISO: 1, PassThrough: 2 },
  VMSwitchType: { Private: 0, Internal: 1, External: 2 },
  VMSwitchBandwidthMode: { Default: 0, Weight: 1, Absolute: 2, None: 3 },
  VMNetworkAdapterVlanMode: { Untagged: 0, Access: 1, Trunk: 2, Private: 3 },
  VMNetworkAdapterPortMirroringMode: { None: 0, Source: 2, Destination: 1 },
  MigrationAuthenticationType: { CredSSP: 0, Kerberos: 1 },
  VMMigrationPerformance: { TCPIP: 0, Compression: 1, SMB: 2 },
  ConsoleModeType: { Default: 0, COM1: 1, COM2: 2, None: 3 },
  IPProtocolPreference: { IPv4: 0, IPv6: 1 },
  BootSourceType: { Unknown: 0, Drive: 1, Network: 2, File: 3 },
  VMHeartbeatStatus: {
    Unknown: 0,
    Disabled: 1,
    NoContact: 2,
    OkApplicationsUnknown: 5,
    OkApplicationsHealthy: 6,
  },
  SnapshotType: {
    Standard: 0,
    Recovery: 1,
    Planned: 2,
    Missing: 5,
    Replica: 6,
    AppConsistentReplica: 7,
    SyncedReplica: 8,
  },
  VMReplicationState: { Disabled: 0 },
  VMReplicationHealthState: { NotApplicable: 0 },
  VMReplicationMode: { None: 0 },
} as const satisfies { readonly [name: string]: EnumTable }

const vhdTables = {
  VhdFormat: { Unknown: 0, VHD: 2, VHDX: 3, VHDSet: 4 },
  VhdType: { Unknown: 0, Fixed: 2, Dynamic: 3, Differencing: 4 },
} as const satisfies { readonly [name: string]: EnumTable }

export const enumValue = (type: keyof typeof tables, name: string): PsEnum =>
  enumOf(prefix + type, tables[type], name)
export const vhdEnum = (type: keyof typeof vhdTables, name: string): PsEnum =>
  enumOf(`Microsoft.Vhd.PowerShell.${type}`, vhdTables[type], name)
export const onOff = (on: boolean): PsEnum => enumValue('OnOffState', on ? 'On' : 'Off')

/** Canonical name of an enum value given as text or number, any case; undefined when there is none. */
export function enumName(type: keyof typeof tables, given: string | undefined): string | undefined {
  if (given === undefined) return undefined
  const entries = Object.entries(tables[type])
  return entries.find(
    ([name, number]) => name.toLowerCase() === given.toLowerCase() || String(number) === given,
  )?.[0]
}
