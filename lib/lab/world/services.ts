export type StartType = 'Automatic' | 'Manual' | 'Disabled'

/** A Windows service. */
export type Service = {
  readonly name: string
  readonly displayName: string
  /** Image path, as Win32_Service.PathName. */
  readonly path: string
  readonly account: string
  /** Names of services that must run before it. */
  readonly needs: readonly string[]
  /** False: it accepts no stop (`Set-Service`, `Stop-Service` fail). */
  readonly stoppable: boolean
  startType: StartType
  delayed: boolean
  /** The registry holds a DelayedAutostart value. */
  delayedWritten: boolean
  running: boolean
  pid: number
}

type Row = readonly [
  name: string,
  displayName: string,
  startType: StartType,
  running: boolean,
  more?: Partial<Pick<Service, 'needs' | 'delayed' | 'stoppable' | 'account'>>,
]

/** Services of every image. Names and start types as on a fresh Windows Server 2022. */
const everywhere: readonly Row[] = [
  ['BFE', 'Base Filtering Engine', 'Automatic', true, { needs: ['RpcSs'] }],
  ['BITS', 'Background Intelligent Transfer Service', 'Manual', false, { needs: ['RpcSs'] }],
  ['Dhcp', 'DHCP Client', 'Automatic', true],
  ['Dnscache', 'DNS Client', 'Automatic', true, { stoppable: false }],
  ['EventLog', 'Windows Event Log', 'Automatic', true],
  ['LanmanServer', 'Server', 'Automatic', true],
  ['LanmanWorkstation', 'Workstation', 'Automatic', true],
  ['mpssvc', 'Windows Defender Firewall', 'Automatic', true, { needs: ['BFE'], stoppable: false }],
  ['Netlogon', 'Netlogon', 'Manual', false, { needs: ['LanmanWorkstation'] }],
  ['RemoteRegistry', 'Remote Registry', 'Automatic', false, { needs: ['RpcSs'] }],
  [
    'RpcSs',
    'Remote Procedure Call (RPC)',
    'Automatic',
    true,
    { stoppable: false, account: 'NT AUTHORITY\\NetworkService' },
  ],
  ['Schedule', 'Task Scheduler', 'Automatic', true, { needs: ['RpcSs'], stoppable: false }],
  ['Spooler', 'Print Spooler', 'Automatic', true, { needs: ['RpcSs'] }],
  ['sshd', 'OpenSSH SSH Server', 'Automatic', true],
  ['ssh-agent', 'OpenSSH Authentication Agent', 'Disabled', false],
  ['TermService', 'Remote Desktop Services', 'Manual', true, { needs: ['RpcSs'] }],
  ['W32Time', 'Windows Time', 'Automatic', true, { account: 'NT AUTHORITY\\LocalService' }],
  [
    'WinDefend',
    'Microsoft Defender Antivirus Service',
    'Automatic',
    true,
    { needs: ['RpcSs'], stoppable: false },
  ],
  ['Winmgmt', 'Windows Management Instrumentation', 'Automatic', true, { needs: ['RpcSs'] }],
  ['WinRM', 'Windows Remote Management (WS-Management)', 'Automatic', true, { needs: ['RpcSs'] }],
  ['wuauserv', 'Windows Update', 'Manual', false, { needs: ['RpcSs'] }],
]

/** Services that come with a feature. */
const withFeature: { readonly [feature: string]: readonly Row[] } = {
  'Hyper-V': [
    ['vmms', 'Hyper-V Virtual Machine Management', 'Automatic', true, { needs: ['RpcSs', 'Winmgmt'] }],
    ['vmcompute', 'Hyper-V Host Compute Service', 'Manual', true],
  ],
  DHCP: [['DHCPServer', 'DHCP Server', 'Automatic', true, { needs: ['RpcSs'] }]],
  DNS: [['DNS', 'DNS Server', 'Automatic', true, { needs: ['RpcSs'] }]],
  'Web-Server': [['W3SVC', 'World Wide Web Publishing Service', 'Automatic', true, { needs: ['RpcSs'] }]],
  'SNMP-Service': [['SNMP', 'SNMP Service', 'Automatic', true]],
  'Failover-Clustering': [['ClusSvc', 'Cluster Service', 'Disabled', false, { needs: ['RpcSs'] }]],
}

export type ServiceFailure =
  | { readonly why: 'disabled' }
  | { readonly why: 'not-stoppable' }
  | { readonly why: 'dependents'; readonly names: readonly string[] }
  | { readonly why: 'needs'; readonly name: string }

/** The services of a host. */
export class Services {
  readonly #all = new Map<string, Service>()
  #nextPid = 1200

  constructor(features: readonly string[]) {
    for (const row of everywhere) this.#add(row)
    for (const feature of features) this.featureCame(feature)
  }

  get all(): readonly Service[] {
    return [...this.#all.values()].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
  }

  get(name: string): Service | undefined {
    return this.#all.get(name.toLowerCase())
  }

  running(name: string): boolean {
    return this.get(name)?.running ?? false
  }

  /** Running services that need this one. */
  dependents(service: Service): readonly Service[] {
    return this.all.filter(
      (s) => s.running && s.needs.some((n) => n.toLowerCase() === service.name.toLowerCase()),
    )
  }

  /** Starts it and what it needs; undefined = it runs. */
  start(service: Service): ServiceFailure | undefined {
    if (service.running) return undefined
    if (service.startType === 'Disabled') return { why: 'disabled' }
    for (const name of service.needs) {
      const needed = this.get(name)
      if (needed === undefined || this.start(needed) !== undefined) return { why: 'needs', name }
    }
    this.#set(service, true)
    return undefined
  }

  /** Stops it, and with `force` the running ones that need it; undefined = it is stopped. */
  stop(service: Service, force: boolean): ServiceFailure | undefined {
    if (!service.running) return undefined
    if (!service.stoppable) return { why: 'not-stoppable' }
    const dependents = this.dependents(service)
    if (dependents.length > 0 && !force) return { why: 'dependents', names: dependents.map((s) => s.name) }
    for (const dependent of dependents) {
      const failed = this.stop(dependent, true)
      if (failed !== undefined) return failed
    }
    this.#set(service, false)
    return undefined
  }

  featureCame(feature: string): void {
    for (const row of withFeature[feature] ?? []) this.#add(row)
  }

  featureWent(feature: string): void {
    for (const [name] of withFeature[feature] ?? []) this.#all.delete(name.toLowerCase())
  }

  /** After a restart: what starts automatically runs, everything else does not; what a running one needs runs too. */
  restart(): void {
    for (const service of this.#all.values()) this.#set(service, false)
    for (const service of this.#all.values())
      if (service.startType === 'Automatic' && service.name !== 'RemoteRegistry') this.start(service)
    for (const name of ['TermService', 'vmcompute']) {
      const service = this.get(name)
      if (service !== undefined) this.start(service)
    }
  }

  #set(service: Service, running: boolean): void {
    service.running = running
    service.pid = running ? (this.#nextPid += 4) : 0
  }

  #add([name, displayName, startType, running, more]: Row): void {
    if (this.#all.has(name.toLowerCase())) return
    const service: Service = {
      name,
      displayName,
      path: `C:\\Windows\\System32\\${name}.exe`,
      account: more?.account ?? 'LocalSystem',
      needs: more?.needs ?? [],
      stoppable: more?.stoppable ?? true,
      startType,
      delayed: more?.delayed ?? false,
      delayedWritten: more?.delayed !== undefined,
      running: false,
      pid: 0,
    }
    this.#set(service, running)
    this.#all.set(name.toLowerCase(), service)
  }
}
