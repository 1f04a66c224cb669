import { readFileSync } from 'node:fs'
import { type } from '../../../lib/lab/windows/hyperv/object.ts'

/** Classes and enums that the real engine lacks and is given: names, bases and numbers as the Windows modules define them. */

const hyperv = 'Microsoft.HyperV.PowerShell.'
const cim = 'Microsoft.Management.Infrastructure.CimInstance'
/** Names of classes that stand for one that the engine may have of its own. */
const own = 'Chancery.Named.'

/** A class and its bases, most special first, for an object of these type names. */
export function chainOf(types: readonly string[]): readonly string[] {
  const names = [...new Set(types.map((name) => name.replace(/#.*$/, '')))]
  const [first] = names
  if (names.includes(cim)) return [...names, `${own}CimInstance`]
  return first === undefined || !first.startsWith(hyperv)
    ? names
    : [...new Set([...type(first.slice(hyperv.length)), ...names])]
}

type Enum = { readonly [name: string]: number }

const generated = 'Microsoft.PowerShell.Cmdletization.GeneratedTypes.'

/** Enums whose full name or numbers the tables of objects don't hold. */
const others: { readonly [type: string]: Enum } = {
  'Microsoft.Windows.ServerManager.Commands.InstallState': {
    Available: 0,
    Installed: 1,
    Removed: 4,
    InstallPending: 5,
    UninstallPending: 6,
  },
  'Microsoft.HyperV.PowerShell.BootSourceType': { Unknown: 0, Drive: 1, Network: 2, File: 3 },
  'System.ServiceProcess.ServiceControllerStatus': {
    Stopped: 1,
    StartPending: 2,
    StopPending: 3,
    Running: 4,
    ContinuePending: 5,
    PausePending: 6,
    Paused: 7,
  },
  'System.ServiceProcess.ServiceStartMode': { Boot: 0, System: 1, Automatic: 2, Manual: 3, Disabled: 4 },
  [`${generated}NetAdapter.NET_IF_ADMIN_STATUS`]: { Up: 1, Down: 2, Testing: 3 },
  [`${generated}NetAdapter.NET_IF_MEDIA_CONNECT_STATE`]: { Unknown: 0, Connected: 1, Disconnected: 2 },
  [`${generated}NetIPAddress.AddressFamily`]: { IPv4: 2, IPv6: 23 },
  [`${generated}NetIPAddress.AddressState`]: {
    Invalid: 0,
    Tentative: 1,
    Duplicate: 2,
    Deprecated: 3,
    Preferred: 4,
  },
  [`${generated}NetIPAddress.PrefixOrigin`]: {
    Other: 0,
    Manual: 1,
    WellKnown: 2,
    Dhcp: 3,
    RouterAdvertisement: 4,
  },
}

function documented(): { readonly [type: string]: Enum } {
  const table = new URL('../../../lib/powershell/tables/objects/Hyper-V.json', import.meta.url)
  return (JSON.parse(readFileSync(table, 'utf8')) as { readonly enums: { readonly [type: string]: Enum } })
    .enums
}

/** All enums by full name. */
export const enums: { readonly [type: string]: Enum } = { ...documented(), ...others }

/** Full name of a class or enum of a module by the short name of a parameter's type. */
export function fullName(module: string, short: string): string | undefined {
  if (short === 'ServiceController' || short === 'ServiceStartMode') return `System.ServiceProcess.${short}`
  const name = Object.keys(enums).find((known) => known.startsWith(hyperv) && known.endsWith(`.${short}`))
  if (short === 'CimSession' || short === 'CimInstance') return own + short
  if (module !== 'Hyper-V') return undefined
  return name ?? hyperv + short
}
