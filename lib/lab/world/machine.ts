import type { Ids } from './ids.ts'

export type VirtualSwitch = {
  readonly id: string
  name: string
  type: 'Private' | 'Internal' | 'External'
  allowManagementOS: boolean
  /** Interface indexes of the bound physical adapters. */
  adapters: number[]
  notes: string
  readonly teaming: boolean
  readonly iov: boolean
  readonly bandwidthMode: 'Default' | 'Weight' | 'Absolute' | 'None'
}

export type Vlan =
  | { readonly mode: 'Untagged' }
  | { readonly mode: 'Access'; readonly id: number }
  | { readonly mode: 'Trunk'; readonly native: number; readonly allowed: string }

export type MachineAdapter = {
  readonly id: string
  name: string
  switchId: string | undefined
  /** 12 hex digits; `000000000000` while dynamic and never started. */
  mac: string
  dynamicMac: boolean
  vlan: Vlan
  macSpoofing: boolean
  dhcpGuard: boolean
  routerGuard: boolean
  allowTeaming: boolean
  deviceNaming: boolean
  readonly legacy: boolean
}

export type Controller = 'IDE' | 'SCSI'

export type Drive = {
  readonly id: string
  readonly kind: 'disk' | 'dvd'
  controller: Controller
  number: number
  location: number
  /** Undefined: an empty DVD drive. */
  path: string | undefined
}

export type MachineState = 'Off' | 'Running' | 'Saved' | 'Paused'
export type StartAction = 'Nothing' | 'StartIfRunning' | 'Start'
export type StopAction = 'TurnOff' | 'Save' | 'ShutDown'
export type CheckpointType = 'Disabled' | 'Production' | 'ProductionOnly' | 'Standard'

/** A virtual machine. Memory in bytes, delays in seconds, the critical-error time-out in minutes. */
export type Machine = {
  readonly id: string
  name: string
  readonly generation: 1 | 2
  readonly version: string
  readonly createdAt: number
  /** Folder that holds `Virtual Machines\<id>.vmcx`. */
  path: string
  state: MachineState
  startedAt: number | undefined
  /** It ran when the host went down (for StartIfRunning). */
  ranBefore: boolean
  notes: string
  processors: {
    count: number
    reserve: number
    maximum: number
    weight: number
    exposeVirtualization: boolean
    compatibilityForMigration: boolean
    compatibilityForOlder: boolean
    hwThreadsPerCore: number
    hostResourceProtection: boolean
  }
  memory: {
    dynamic: boolean
    startup: number
    minimum: number
    maximum: number
    buffer: number
    priority: number
  }
  startAction: StartAction
  startDelay: number
  stopAction: StopAction
  criticalAction: 'None' | 'Pause'
  criticalTimeout: number
  checkpointType: CheckpointType
  automaticCheckpoints: boolean
  snapshotPath: string
  pagingPath: string
  lowMmio: number
  highMmio: number
  scsiControllers: number
  adapters: MachineAdapter[]
  drives: Drive[]
  firmware: {
    secureBoot: boolean
    template: string
    bootOrder: string[]
    console: string
    pauseAfterFailure: boolean
    preferredProtocol: string
  }
  /** Names of integration services that are on. */
  integration: Set<string>
  checkpoints: {
    readonly id: string
    readonly name: string
    readonly createdAt: number
    readonly parentId: string | undefined
  }[]
  /** False: the guest ignores a shutdown request. */
  guestAnswers: boolean
}

const mib = 1024 * 1024

export const integrationServices: readonly (readonly [name: string, id: string, on: boolean])[] = [
  ['Guest Service Interface', '6C09BB55-D683-4DA0-8931-C9BF705F6480', false],
  ['Heartbeat', '84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47', true],
  ['Key-Value Pair Exchange', '2A34B1C2-FD73-4043-8A5B-DD2159BC743F', true],
  ['Shutdown', '9F8233AC-BE49-4C79-8EE3-E7E1985B2077', true],
  ['Time Synchronization', '2497F4DE-E9FA-4204-80E4-4B75C46419C0', true],
  ['VSS', '5CED1297-4598-4915-A5FC-AD21BB4D02A4', true],
]

/** A machine as New-VM makes it on Windows Server 2022: one adapter, and in generation 1 an empty DVD drive on IDE 1,0. */
export function newMachine(of: {
  name: string
  generation: 1 | 2
  path: string
  memory: number
  now: number
  ids: Ids
}): Machine {
  return {
    id: of.ids.uuid(),
    name: of.name,
    generation: of.generation,
    version: '10.0',
    createdAt: of.now,
    path: of.path,
    state: 'Off',
    startedAt: undefined,
    ranBefore: false,
    notes: '',
    processors: {
      count: 1,
      reserve: 0,
      maximum: 100,
      weight: 100,
      exposeVirtualization: false,
      compatibilityForMigration: false,
      compatibilityForOlder: false,
      hwThreadsPerCore: 0,
      hostResourceProtection: false,
    },
    memory: {
      dynamic: false,
      startup: of.memory,
      minimum: 512 * mib,
      maximum: 1024 * 1024 * mib,
      buffer: 20,
      priority: 50,
    },
    startAction: 'StartIfRunning',
    startDelay: 0,
    stopAction: 'Save',
    criticalAction: 'Pause',
    criticalTimeout: 30,
    checkpointType: 'Production',
    automaticCheckpoints: false,
    snapshotPath: of.path,
    pagingPath: of.path,
    lowMmio: 128 * mib,
    highMmio: 512 * mib,
    scsiControllers: of.generation === 2 ? 1 : 0,
    adapters: [newAdapter('Network Adapter', of.ids)],
    drives: of.generation === 1 ? [newDrive('dvd', 'IDE', 1, 0, undefined, of.ids)] : [],
    firmware: {
      secureBoot: true,
      template: 'MicrosoftWindows',
      bootOrder: [],
      console: 'Default',
      pauseAfterFailure: false,
      preferredProtocol: 'IPv4',
    },
    integration: new Set(integrationServices.filter(([, , on]) => on).map(([name]) => name)),
    checkpoints: [],
    guestAnswers: true,
  }
}

export const newAdapter = (name: string, ids: Ids): MachineAdapter => ({
  id: ids.uuid().toUpperCase(),
  name,
  switchId: undefined,
  mac: '000000000000',
  dynamicMac: true,
  vlan: { mode: 'Untagged' },
  macSpoofing: false,
  dhcpGuard: false,
  routerGuard: false,
  allowTeaming: false,
  deviceNaming: false,
  legacy: false,
})

export const newDrive = (
  kind: Drive['kind'],
  controller: Controller,
  number: number,
  location: number,
  path: string | undefined,
  ids: Ids,
): Drive => ({ id: ids.uuid().toUpperCase(), kind, controller, number, location, path })
