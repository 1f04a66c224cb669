import { err, ok, type Result } from '../../domain/result.ts'

export type InstallState = 'Available' | 'Installed' | 'InstallPending' | 'UninstallPending'

/** A role, role service or feature of the server. */
export type Feature = {
  readonly name: string
  readonly displayName: string
  readonly type: 'Role' | 'Role Service' | 'Feature'
  /** Installed together with it. */
  readonly parent: string
  /** Installing or removing it waits for a restart. */
  readonly restarts: boolean
  /** Its own tools, for -IncludeManagementTools. */
  readonly tools: readonly string[]
  state: InstallState
}

/** What the server can install. Source: names and display names as Get-WindowsFeature of Windows Server 2022 lists them. */
const catalogue: readonly (readonly [
  name: string,
  displayName: string,
  type: Feature['type'],
  parent: string,
  restarts: boolean,
  tools?: readonly string[],
])[] = [
  ['FileAndStorage-Services', 'File and Storage Services', 'Role', '', false],
  ['File-Services', 'File and iSCSI Services', 'Role Service', 'FileAndStorage-Services', false],
  ['FS-FileServer', 'File Server', 'Role Service', 'File-Services', false],
  ['Storage-Services', 'Storage Services', 'Role Service', 'FileAndStorage-Services', false],
  ['DHCP', 'DHCP Server', 'Role', '', false, ['RSAT-DHCP']],
  ['DNS', 'DNS Server', 'Role', '', false, ['RSAT-DNS-Server']],
  ['Hyper-V', 'Hyper-V', 'Role', '', true, ['Hyper-V-Tools', 'Hyper-V-PowerShell']],
  ['Print-Services', 'Print and Document Services', 'Role', '', false, ['RSAT-Print-Services']],
  ['Print-Server', 'Print Server', 'Role Service', 'Print-Services', false],
  ['Web-Server', 'Web Server (IIS)', 'Role', '', false, ['Web-Mgmt-Tools']],
  ['Web-Mgmt-Tools', 'Management Tools', 'Role Service', 'Web-Server', false],
  ['NET-Framework-45-Features', '.NET Framework 4.8 Features', 'Feature', '', false],
  ['NET-Framework-45-Core', '.NET Framework 4.8', 'Feature', 'NET-Framework-45-Features', false],
  ['BitLocker', 'BitLocker Drive Encryption', 'Feature', '', true],
  ['Data-Center-Bridging', 'Data Center Bridging', 'Feature', '', false],
  [
    'Failover-Clustering',
    'Failover Clustering',
    'Feature',
    '',
    true,
    ['RSAT-Clustering', 'RSAT-Clustering-PowerShell', 'RSAT-Clustering-Mgmt'],
  ],
  ['Multipath-IO', 'Multipath I/O', 'Feature', '', true],
  ['RSAT', 'Remote Server Administration Tools', 'Feature', '', false],
  ['RSAT-Feature-Tools', 'Feature Administration Tools', 'Feature', 'RSAT', false],
  ['RSAT-Clustering', 'Failover Clustering Tools', 'Feature', 'RSAT-Feature-Tools', false],
  ['RSAT-Clustering-Mgmt', 'Failover Cluster Management Tools', 'Feature', 'RSAT-Clustering', false],
  [
    'RSAT-Clustering-PowerShell',
    'Failover Cluster Module for Windows PowerShell',
    'Feature',
    'RSAT-Clustering',
    false,
  ],
  ['RSAT-Role-Tools', 'Role Administration Tools', 'Feature', 'RSAT', false],
  ['RSAT-Hyper-V-Tools', 'Hyper-V Management Tools', 'Feature', 'RSAT-Role-Tools', false],
  ['Hyper-V-Tools', 'Hyper-V GUI Management Tools', 'Feature', 'RSAT-Hyper-V-Tools', false],
  ['Hyper-V-PowerShell', 'Hyper-V Module for Windows PowerShell', 'Feature', 'RSAT-Hyper-V-Tools', false],
  ['RSAT-DHCP', 'DHCP Server Tools', 'Feature', 'RSAT-Role-Tools', false],
  ['RSAT-DNS-Server', 'DNS Server Tools', 'Feature', 'RSAT-Role-Tools', false],
  ['RSAT-Print-Services', 'Print and Document Services Tools', 'Feature', 'RSAT-Role-Tools', false],
  ['SNMP-Service', 'SNMP Service', 'Feature', '', false],
  ['Telnet-Client', 'Telnet Client', 'Feature', '', false],
  ['Windows-Defender', 'Microsoft Defender Antivirus', 'Feature', '', true],
  ['PowerShellRoot', 'Windows PowerShell', 'Feature', '', false],
  ['PowerShell', 'Windows PowerShell 5.1', 'Feature', 'PowerShellRoot', false],
  ['Windows-Server-Backup', 'Windows Server Backup', 'Feature', '', false],
  ['WoW64-Support', 'WoW64 Support', 'Feature', '', true],
]

/** Installed on every image. */
const always = [
  'FileAndStorage-Services',
  'Storage-Services',
  'NET-Framework-45-Features',
  'NET-Framework-45-Core',
  'Windows-Defender',
  'PowerShellRoot',
  'PowerShell',
  'WoW64-Support',
]

export type FeatureChange = { readonly changed: readonly Feature[]; readonly restart: boolean }

/** The server's roles and features. */
export class Features {
  readonly #all: readonly Feature[]

  constructor(installed: readonly string[]) {
    this.#all = catalogue.map(([name, displayName, type, parent, restarts, tools]) => ({
      name,
      displayName,
      type,
      parent,
      restarts,
      tools: tools ?? [],
      state: 'Available' as const,
    }))
    for (const name of [...always, ...installed])
      for (const feature of this.#withAbove(name)) feature.state = 'Installed'
  }

  get all(): readonly Feature[] {
    return this.#all
  }

  get(name: string): Feature | undefined {
    return this.#all.find((f) => f.name.toLowerCase() === name.toLowerCase())
  }

  installed(name: string): boolean {
    const state = this.get(name)?.state
    return state === 'Installed' || state === 'UninstallPending'
  }

  /** Features below another one. */
  below(name: string): readonly Feature[] {
    return this.#all.filter((f) => f.parent === name)
  }

  get pending(): boolean {
    return this.#all.some((f) => f.state === 'InstallPending' || f.state === 'UninstallPending')
  }

  /** Installs these, what they need, and on demand what lies below and the tools. Err: the first name that is not known. */
  install(
    names: readonly string[],
    options: { subfeatures: boolean; tools: boolean },
  ): Result<FeatureChange, string> {
    const wanted = new Set<Feature>()
    const add = (name: string): string | undefined => {
      const feature = this.get(name)
      if (feature === undefined) return name
      for (const f of this.#withAbove(name)) wanted.add(f)
      if (options.tools) for (const tool of feature.tools) add(tool)
      if (options.subfeatures) for (const f of this.below(feature.name)) add(f.name)
      return undefined
    }
    for (const name of names) {
      const unknown = add(name)
      if (unknown !== undefined) return err(unknown)
    }
    const changed: Feature[] = []
    for (const feature of wanted) {
      if (feature.state === 'Available') feature.state = feature.restarts ? 'InstallPending' : 'Installed'
      else if (feature.state === 'UninstallPending') feature.state = 'Installed'
      else continue
      changed.push(feature)
    }
    return ok({ changed, restart: [...wanted].some((f) => f.state === 'InstallPending') })
  }

  /** Removes these and what lies below them, and on demand their tools. */
  uninstall(names: readonly string[], options: { tools: boolean }): Result<FeatureChange, string> {
    const changed: Feature[] = []
    const drop = (feature: Feature): void => {
      for (const f of this.below(feature.name)) drop(f)
      if (options.tools) for (const tool of feature.tools) this.#drop(tool, drop)
      if (feature.state === 'Installed') feature.state = feature.restarts ? 'UninstallPending' : 'Available'
      else if (feature.state === 'InstallPending') feature.state = 'Available'
      else return
      changed.push(feature)
    }
    for (const name of names) {
      const feature = this.get(name)
      if (feature === undefined) return err(name)
      drop(feature)
    }
    return ok({ changed, restart: changed.some((f) => f.state === 'UninstallPending') })
  }

  /** What a restart completes; the names that are installed now and were not, and the other way round. */
  complete(): { readonly came: readonly string[]; readonly went: readonly string[] } {
    const came: string[] = []
    const went: string[] = []
    for (const feature of this.#all) {
      if (feature.state === 'InstallPending') {
        feature.state = 'Installed'
        came.push(feature.name)
      } else if (feature.state === 'UninstallPending') {
        feature.state = 'Available'
        went.push(feature.name)
      }
    }
    return { came, went }
  }

  #drop(name: string, drop: (feature: Feature) => void): void {
    const feature = this.get(name)
    if (feature !== undefined) drop(feature)
  }

  /** The feature and those above it. */
  #withAbove(name: string): readonly Feature[] {
    const out: Feature[] = []
    for (let at = this.get(name); at !== undefined; at = at.parent === '' ? undefined : this.get(at.parent))
      out.push(at)
    return out
  }
}
