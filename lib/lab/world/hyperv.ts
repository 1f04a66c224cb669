import type { Files } from './files.ts'
import type { Ids } from './ids.ts'
import type { Drive, Machine, MachineAdapter, VirtualSwitch } from './machine.ts'
import type { Network } from './network.ts'
import { fold, fullPath, join } from './path.ts'
import { newDisk, written } from './virtual-disk.ts'

/** Settings of the host, as Get-VMHost shows them. */
export type HostSettings = {
  machinePath: string
  diskPath: string
  macMinimum: string
  macMaximum: string
  maximumMachineMigrations: number
  maximumStorageMigrations: number
  migrationEnabled: boolean
  migrationAuthentication: 'CredSSP' | 'Kerberos'
  migrationPerformance: 'TCPIP' | 'Compression' | 'SMB'
  anyNetworkForMigration: boolean
  numaSpanning: boolean
  enhancedSession: boolean
  /** Minutes. */
  meteringInterval: number
}

export type StartFailure = { readonly why: 'memory' | 'no-file' | 'in-use'; readonly detail: string }

/** Hyper-V of a host: switches, machines, settings. */
export class HyperV {
  readonly switches: VirtualSwitch[] = []
  readonly machines: Machine[] = []
  readonly settings: HostSettings
  /** DVD drives whose medium was taken out by a script. */
  readonly emptied = new WeakSet<Drive>()
  readonly logicalProcessors = 16
  /** Bytes. */
  readonly memory = 64 * 1024 ** 3
  #nextMac = 1
  readonly #ids: Ids
  readonly #files: Files
  readonly #network: Network
  readonly #now: () => number

  constructor(files: Files, network: Network, now: () => number, ids: Ids) {
    this.#ids = ids
    this.#files = files
    this.#network = network
    this.#now = now
    this.settings = {
      machinePath: 'C:\\ProgramData\\Microsoft\\Windows\\Hyper-V',
      diskPath: 'C:\\Users\\Public\\Documents\\Hyper-V\\Virtual Hard Disks',
      macMinimum: '00155D0A0000',
      macMaximum: '00155D0A00FF',
      maximumMachineMigrations: 2,
      maximumStorageMigrations: 2,
      migrationEnabled: false,
      migrationAuthentication: 'CredSSP',
      migrationPerformance: 'Compression',
      anyNetworkForMigration: false,
      numaSpanning: true,
      enhancedSession: false,
      meteringInterval: 60,
    }
  }

  switchById(id: string | undefined): VirtualSwitch | undefined {
    return this.switches.find((s) => s.id === id)
  }

  /** Machines that have an adapter on the switch. */
  usersOf(id: string): readonly Machine[] {
    return this.machines.filter((m) => m.adapters.some((a) => a.switchId === id))
  }

  /** The machine to which a disk or image is attached, running or not. */
  attachedTo(path: string): Machine | undefined {
    const wanted = fold(fullPath(path) ?? path)
    return this.machines.find((m) =>
      m.drives.some((d) => d.path !== undefined && fold(fullPath(d.path) ?? d.path) === wanted),
    )
  }

  /** True while a running machine has the file open. */
  holds(path: string): boolean {
    const wanted = fold(fullPath(path) ?? path)
    return this.machines.some(
      (m) =>
        (m.state === 'Running' || m.state === 'Paused') &&
        (m.drives.some((d) => d.path !== undefined && fold(fullPath(d.path) ?? d.path) === wanted) ||
          fold(configFile(m)) === wanted),
    )
  }

  get memoryInUse(): number {
    return this.machines.reduce((sum, m) => sum + (m.state === 'Running' ? m.memory.startup : 0), 0)
  }

  addSwitch(of: Omit<VirtualSwitch, 'id'>): VirtualSwitch {
    const made: VirtualSwitch = { ...of, id: this.#ids.uuid(), adapters: [] }
    this.switches.push(made)
    this.bind(made, of.adapters, of.allowManagementOS)
    return made
  }

  /**
   * Binds a switch to these adapters (none = internal or private) and shares it with the host or not. The host's addresses
   * move from the adapter to `vEthernet (name)` and back; one that is not shared takes its addresses out of reach.
   */
  bind(of: VirtualSwitch, adapters: readonly number[], share: boolean): void {
    for (const index of of.adapters) {
      const adapter = this.#network.adapters.find((a) => a.index === index)
      if (adapter !== undefined && !adapters.includes(index)) adapter.switchId = undefined
    }
    const before = of.adapters
    of.adapters = [...adapters]
    of.allowManagementOS = share
    const physical = adapters.flatMap((index) => this.#network.adapters.filter((a) => a.index === index))
    for (const adapter of physical) adapter.switchId = of.id
    let shared = this.#network.adapters.find((a) => a.virtual && a.switchId === of.id)
    if (share && shared === undefined)
      shared = this.#network.add({
        name: `vEthernet (${of.name})`,
        description: 'Hyper-V Virtual Ethernet Adapter',
        virtual: true,
        switchId: of.id,
      })
    if (share && shared !== undefined)
      for (const adapter of physical) this.#network.moveAddresses(adapter, shared)
    if (!share && shared !== undefined) {
      const back = this.#network.adapters.find((a) => a.index === (adapters[0] ?? before[0]))
      if (back !== undefined) this.#network.moveAddresses(shared, back)
      this.#network.remove(shared)
    }
  }

  renameSwitch(of: VirtualSwitch, name: string): void {
    of.name = name
    const shared = this.#network.adapters.find((a) => a.virtual && a.switchId === of.id)
    if (shared !== undefined) shared.name = `vEthernet (${name})`
  }

  removeSwitch(of: VirtualSwitch): void {
    this.bind(of, [], false)
    for (const machine of this.machines)
      for (const adapter of machine.adapters) if (adapter.switchId === of.id) adapter.switchId = undefined
    this.switches.splice(this.switches.indexOf(of), 1)
  }

  /** Adds a machine and its configuration file. False: that can't be written, so there is none. */
  addMachine(machine: Machine): boolean {
    const folder = join(machine.path, 'Virtual Machines')
    this.#files.makeFolder(folder)
    if (!this.#files.write(configFile(machine), new Uint8Array(48 * 1024)).ok) return false
    this.machines.push(machine)
    return true
  }

  /** Removes a machine and its configuration, never its disks. */
  removeMachine(machine: Machine): void {
    this.machines.splice(this.machines.indexOf(machine), 1)
    this.#files.remove(configFile(machine), false, true)
    const folder = join(machine.path, 'Virtual Machines')
    if (this.#files.folder(folder)?.children.size === 0) this.#files.remove(folder)
  }

  /** Switches a machine on: memory and every file must be there and free. */
  start(machine: Machine): StartFailure | undefined {
    if (machine.state === 'Running') return undefined
    if (this.memoryInUse + machine.memory.startup > this.memory - 2 * 1024 ** 3)
      return { why: 'memory', detail: machine.name }
    for (const drive of machine.drives) {
      if (drive.path === undefined) continue
      const file = this.#files.file(drive.path)
      if (file === undefined) return { why: 'no-file', detail: drive.path }
      if (this.holds(drive.path) && drive.kind === 'disk') return { why: 'in-use', detail: drive.path }
    }
    for (const drive of machine.drives) {
      const file = drive.path === undefined ? undefined : this.#files.file(drive.path)
      if (file?.content.kind === 'disk' && drive.kind === 'disk') {
        file.content = { kind: 'disk', disk: written(file.content.disk, this.#ids) }
        file.writtenAt = this.#now()
      }
    }
    for (const adapter of machine.adapters)
      if (adapter.dynamicMac && adapter.mac === '000000000000') adapter.mac = this.nextMac()
    machine.state = 'Running'
    machine.startedAt = this.#now()
    return undefined
  }

  stop(machine: Machine, as: 'Off' | 'Saved' = 'Off'): void {
    machine.state = as
    machine.startedAt = undefined
  }

  /**
   * Takes a checkpoint, as an administrator would behind our back: each disk gets a differencing file on top, and the drive's
   * path becomes that file's.
   */
  checkpoint(machine: Machine, name: string): void {
    for (const drive of machine.drives) {
      const file = drive.path === undefined ? undefined : this.#files.file(drive.path)
      if (drive.kind !== 'disk' || drive.path === undefined || file?.content.kind !== 'disk') continue
      const { disk } = file.content
      const path = drive.path.replace(/\.a?vhdx?$/i, `_${this.#ids.uuid().toUpperCase()}.avhdx`)
      const top = newDisk({
        size: disk.size,
        format: 'VHDX',
        type: 'Differencing',
        parentPath: drive.path,
        ids: this.#ids,
      })
      this.#files.put(path, { kind: 'disk', disk: top })
      drive.path = path
    }
    const parentId = machine.checkpoints.at(-1)?.id
    machine.checkpoints.push({ id: this.#ids.uuid(), name, createdAt: this.#now(), parentId })
  }

  nextMac(): string {
    return `00155D0A${(this.#nextMac++).toString(16).padStart(4, '0').toUpperCase()}`
  }

  /** The host goes down and comes back: machines stop by their stop action and start by their start action. */
  restart(): void {
    for (const machine of this.machines) {
      machine.ranBefore = machine.state === 'Running'
      if (machine.ranBefore) this.stop(machine, machine.stopAction === 'Save' ? 'Saved' : 'Off')
    }
    for (const machine of this.machines)
      if (machine.startAction === 'Start' || (machine.startAction === 'StartIfRunning' && machine.ranBefore))
        this.start(machine)
  }
}

const configFile = (machine: Machine): string =>
  join(join(machine.path, 'Virtual Machines'), `${machine.id.toUpperCase()}.vmcx`)

/** `Microsoft:<VMId>\<GUID>`, the Id of a machine's device. */
export const deviceId = (machine: Machine, of: MachineAdapter | { readonly id: string }): string =>
  `Microsoft:${machine.id.toUpperCase()}\\${of.id}`
