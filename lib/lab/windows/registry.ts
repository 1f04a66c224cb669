import type { Call } from '../../powershell/host.ts'
import { PsNumber, type PsValue } from '../../powershell/values.ts'
import type { Service, StartType } from '../world/services.ts'
import type { World } from '../world/world.ts'
import type { Behaviour } from './cmdlet.ts'
import { int32, numberOf, object, textOf, textsOf } from './values.ts'

/** Registry values that the world keeps: those of services, and component-based servicing with its mark of a pending restart. */

const commands = 'Microsoft.PowerShell.Commands.'
const servicesKey =
  /^(?:HKLM:|HKEY_LOCAL_MACHINE|Registry::HKEY_LOCAL_MACHINE)\\SYSTEM\\CurrentControlSet\\Services\\([^\\]+)$/i
const rebootKey =
  /^(?:HKLM:|Registry::HKEY_LOCAL_MACHINE)\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending$/i
const servicingKey =
  /^(?:HKLM:|Registry::HKEY_LOCAL_MACHINE)\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing$/i
const startNumbers: { readonly [T in StartType]: number } = { Automatic: 2, Manual: 3, Disabled: 4 }

export const isRegistryPath = (path: string): boolean => /^(HKLM:|HKCU:|Registry::|HKEY_)/i.test(path)

/** Values of a key; undefined when there is no such key. */
export function registryValues(world: World, path: string): { readonly [name: string]: PsValue } | undefined {
  const service = serviceOf(world, path)
  if (service !== undefined) return serviceValues(service)
  if (servicingKey.test(path)) return {}
  return rebootKey.test(path) && world.features.pending ? {} : undefined
}

const serviceOf = (world: World, path: string): Service | undefined => {
  const name = servicesKey.exec(path.replace(/\\+$/, ''))?.[1]
  return name === undefined ? undefined : world.services.get(name)
}

const serviceValues = (service: Service): { readonly [name: string]: PsValue } => ({
  Type: int32(16),
  Start: int32(startNumbers[service.startType]),
  ErrorControl: int32(1),
  ImagePath: service.path,
  DisplayName: service.displayName,
  ObjectName: service.account,
  ...(service.delayedWritten ? { DelayedAutostart: int32(service.delayed ? 1 : 0) } : {}),
})

function missing(call: Call, path: string, command: string): void {
  call.error({
    message: `Cannot find path '${path.replace(/^HKLM:/i, 'HKLM:')}' because it does not exist.`,
    fqid: `PathNotFound,${commands}${command}`,
    category: 'ObjectNotFound',
    type: 'System.Management.Automation.ItemNotFoundException',
    target: path,
  })
}

const pathsOf = (call: Call): readonly string[] =>
  textsOf(call.bound.get('LiteralPath') ?? call.bound.get('Path'))

const getItemProperty: Behaviour = {
  invoke: (call, world) => {
    const names = textsOf(call.bound.get('Name'))
    for (const path of pathsOf(call)) {
      const values = registryValues(world, path)
      if (values === undefined) {
        missing(call, path, 'GetItemPropertyCommand')
        continue
      }
      const wanted = Object.entries(values).filter(
        ([key]) => names.length === 0 || names.some((n) => n.toLowerCase() === key.toLowerCase()),
      )
      const absent = names.find((n) => !wanted.some(([key]) => key.toLowerCase() === n.toLowerCase()))
      if (absent !== undefined)
        call.error({
          message: `Property ${absent} does not exist at path ${path}.`,
          fqid: `System.Management.Automation.PSArgumentException,${commands}GetItemPropertyCommand`,
          category: 'InvalidArgument',
          type: 'System.Management.Automation.PSArgumentException',
          target: absent,
        })
      else
        call.write(
          object(['System.Management.Automation.PSCustomObject'], {
            ...Object.fromEntries(wanted),
            PSPath: `Microsoft.PowerShell.Core\\Registry::${path.replace(/^HKLM:/i, 'HKEY_LOCAL_MACHINE')}`,
            PSChildName: path.slice(path.lastIndexOf('\\') + 1),
          }),
        )
    }
  },
}

const setItemProperty: Behaviour = {
  invoke: (call, world) => {
    const name = (textOf(call.bound.get('Name')) ?? '').toLowerCase()
    const value = numberOf(call.bound.get('Value'))
    for (const path of pathsOf(call)) {
      const service = serviceOf(world, path)
      if (service === undefined) missing(call, path, 'SetItemPropertyCommand')
      else if (world.rights === 'denied')
        call.error({
          message: 'Requested registry access is not allowed.',
          fqid: `System.Security.SecurityException,${commands}SetItemPropertyCommand`,
          category: 'PermissionDenied',
          type: 'System.Security.SecurityException',
          target: path,
        })
      else if (name === 'delayedautostart') {
        service.delayed = value === 1
        service.delayedWritten = true
      } else if (name === 'start') {
        const entry = Object.entries(startNumbers).find(([, number]) => number === value)
        if (entry !== undefined) service.startType = entry[0] as StartType
      } else throw new Error(`Internal error: the lab keeps no registry value ${name} of a service`)
    }
  },
}

export const registryCmdlets: { readonly [name: string]: Behaviour } = {
  'Get-ItemProperty': getItemProperty,
  'Set-ItemProperty': setItemProperty,
}

/** `Get-Item` of a key: its name only. */
export const keyObject = (path: string): PsValue =>
  object(['Microsoft.Win32.RegistryKey'], {
    Name: path,
    PSChildName: path.slice(path.lastIndexOf('\\') + 1),
    PSIsContainer: true,
    SubKeyCount: new PsNumber('Int32', 0n),
  })
