import type { Call } from '../../../powershell/host.ts'
import { PsObject, type PsValue } from '../../../powershell/values.ts'
import type { Machine } from '../../world/machine.ts'
import type { World } from '../../world/world.ts'
import type { Behaviour } from '../cmdlet.ts'
import { itemsOf, textOf } from '../values.ts'
import { enumName } from './enums.ts'
import { hypervCmdlet, invalidArgument, wrongState } from './errors.ts'
import { bootKey, firmwareObject, secureBootTemplates } from './firmware-objects.ts'
import { isOff } from './hardware.ts'
import { machinesOf } from './select.ts'

/** Firmware of machines of generation 2. */

/** Set-VMFirmware: everything waits for the machine to be off. */
const setFirmware = hypervCmdlet('Set-VMFirmware')((call, world) => {
  const cmdlet = 'Set-VMFirmware'
  for (const machine of firmwareMachines(call, world, cmdlet)) {
    if (!isOff(machine)) {
      call.error(wrongState(cmdlet, `Failed to modify the firmware settings of '${machine.name}'.`))
      continue
    }
    const template = textOf(call.bound.get('SecureBootTemplate'))
    if (template !== undefined && secureBootTemplates[template] === undefined) {
      call.error(invalidArgument(cmdlet, `The secure boot template '${template}' was not found.`))
      continue
    }
    const secureBoot = enumName('OnOffState', textOf(call.bound.get('EnableSecureBoot')))
    const order = bootOrder(call, machine, cmdlet)
    if (order === 'failed') continue
    machine.firmware = {
      secureBoot: secureBoot === undefined ? machine.firmware.secureBoot : secureBoot === 'On',
      template: template ?? machine.firmware.template,
      bootOrder: order ?? machine.firmware.bootOrder,
      console: enumName('ConsoleModeType', textOf(call.bound.get('ConsoleMode'))) ?? machine.firmware.console,
      pauseAfterFailure:
        enumName('OnOffState', textOf(call.bound.get('PauseAfterBootFailure'))) === undefined
          ? machine.firmware.pauseAfterFailure
          : enumName('OnOffState', textOf(call.bound.get('PauseAfterBootFailure'))) === 'On',
      preferredProtocol:
        enumName('IPProtocolPreference', textOf(call.bound.get('PreferredNetworkBootProtocol'))) ??
        machine.firmware.preferredProtocol,
    }
  }
})

/** The keys of -BootOrder or -FirstBootDevice: devices, or entries of an earlier Get-VMFirmware. -BootOrder replaces the whole list. */
function bootOrder(call: Call, machine: Machine, cmdlet: string): string[] | 'failed' | undefined {
  const given = call.bound.has('BootOrder')
    ? itemsOf(call.bound.get('BootOrder'))
    : itemsOf(call.bound.get('FirstBootDevice'))
  if (given.length === 0) return undefined
  const keys = given.map((value) => keyOf(machine, value))
  if (keys.some((key) => key === undefined)) {
    call.error(
      invalidArgument(
        cmdlet,
        `A device of the boot order does not belong to the virtual machine '${machine.name}'.`,
      ),
    )
    return 'failed'
  }
  const known = keys.flatMap((key) => key ?? [])
  return call.bound.has('BootOrder')
    ? known
    : [...known, ...machine.firmware.bootOrder.filter((key) => !known.includes(key))]
}

function keyOf(machine: Machine, value: PsValue): string | undefined {
  const handle = value instanceof PsObject ? value.handle : undefined
  const device: unknown =
    typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'device') : undefined
  if (typeof device === 'string') return device
  const drive = machine.drives.find((d) => d === device)
  const adapter = machine.adapters.find((a) => a === device)
  return drive !== undefined
    ? bootKey({ drive: drive.id })
    : adapter !== undefined
      ? bootKey({ adapter: adapter.id })
      : undefined
}

/** Machines of generation 2; the others have no such firmware. */
function firmwareMachines(call: Call, world: World, cmdlet: string): readonly Machine[] {
  const given = call.bound.has('VMFirmware')
    ? itemsOf(call.bound.get('VMFirmware')).flatMap((v) =>
        world.hyperv.machines.filter((m) => v instanceof PsObject && v.handle === m),
      )
    : machinesOf(call, world, cmdlet)
  return given.filter((machine) => {
    if (machine.generation === 1)
      call.error(
        invalidArgument(
          cmdlet,
          `The operation failed because the virtual machine '${machine.name}' is of generation 1, which has no such firmware.`,
        ),
      )
    return machine.generation === 2
  })
}

export const firmwareCmdlets: { readonly [name: string]: Behaviour } = {
  'Get-VMFirmware': hypervCmdlet('Get-VMFirmware')((call, world) => {
    for (const machine of firmwareMachines(call, world, 'Get-VMFirmware'))
      call.write(firmwareObject(world, machine))
  }),
  'Set-VMFirmware': setFirmware,
}
