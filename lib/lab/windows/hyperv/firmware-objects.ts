import type { PsObject } from '../../../powershell/values.ts'
import type { Machine } from '../../world/machine.ts'
import type { World } from '../../world/world.ts'
import { guid, object } from '../values.ts'
import { adapterObject } from './adapter-objects.ts'
import { driveObject } from './drive-objects.ts'
import { enumValue, onOff } from './enums.ts'
import { type DeviceHandle, owner, type } from './object.ts'

/** Firmware of machines of generation 2 and its boot order. */

/** Key of a boot entry: `drive:<id>`, `adapter:<id>` or `file:<path>`. */
export const bootKey = (of: { readonly drive?: string; readonly adapter?: string }): string =>
  of.drive === undefined ? `adapter:${of.adapter ?? ''}` : `drive:${of.drive}`

/** The boot order: the set one, then devices added since. */
function bootKeys(machine: Machine): readonly string[] {
  const devices = [
    ...machine.drives.map((d) => bootKey({ drive: d.id })),
    ...machine.adapters.map((a) => bootKey({ adapter: a.id })),
  ]
  const kept = machine.firmware.bootOrder.filter((k) => k.startsWith('file:') || devices.includes(k))
  return [...kept, ...devices.filter((k) => !kept.includes(k))]
}

/** Before a device is added: those that are there keep their order, and the new one comes after them. */
export function keepBootOrder(machine: Machine): void {
  machine.firmware.bootOrder = [...bootKeys(machine)]
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
