import type { Call } from '../../../powershell/host.ts'
import { type Controller, type Drive, type Machine, newDrive } from '../../world/machine.ts'
import { extensionOf } from '../../world/path.ts'
import type { World } from '../../world/world.ts'
import type { Behaviour } from '../cmdlet.ts'
import { flagOf, numberOf, textOf } from '../values.ts'
import { enumName } from './enums.ts'
import { hypervCmdlet, invalidArgument, objectInUse, operationFailed, wrongState } from './errors.ts'
import { controllerObject, driveObject } from './drive-objects.ts'
import { devicesFrom, hasDrive, machinesOf, type Selected } from './select.ts'
import { keepBootOrder } from './firmware-objects.ts'

/** Disks, DVD drives and SCSI controllers of machines. */

const scsiSlots = 64
const maxScsi = 4
const running = (machine: Machine): boolean => machine.state === 'Running' || machine.state === 'Paused'
const deviceName = { disk: 'Virtual Hard Disk', dvd: 'Virtual CD/DVD Disk' } as const

/** Drives by object, or by machine and whatever of type, number and location is given. */
function drivesOf(
  call: Call,
  world: World,
  cmdlet: string,
  kind: Drive['kind'],
  parameter: string,
): readonly Selected<Drive>[] {
  if (call.bound.has(parameter)) return devicesFrom(call, world, cmdlet, parameter, hasDrive)
  const type = enumName('ControllerType', textOf(call.bound.get('ControllerType')))
  const number = numberOf(call.bound.get('ControllerNumber'))
  const location = numberOf(call.bound.get('ControllerLocation'))
  return machinesOf(call, world, cmdlet).flatMap((machine) =>
    machine.drives
      .filter(
        (d) =>
          d.kind === kind &&
          (type === undefined || d.controller === type) &&
          (number === undefined || d.number === number) &&
          (location === undefined || d.location === location),
      )
      .map((device) => ({ machine, device })),
  )
}

type Place = Pick<Drive, 'controller' | 'number' | 'location'>

/** Where a new drive goes: as asked, else the first free place of the machine's usual controller; a text = why not. */
function place(call: Call, machine: Machine, kind: Drive['kind']): Place | string {
  const asked = enumName('ControllerType', textOf(call.bound.get('ControllerType'))) as Controller | undefined
  if (machine.generation === 2 && asked === 'IDE')
    return 'Hyper-V cannot attach IDE devices to a generation 2 virtual machine.'
  const controllers: readonly Controller[] =
    asked !== undefined
      ? [asked]
      : machine.generation === 2
        ? ['SCSI']
        : kind === 'dvd'
          ? ['IDE']
          : ['IDE', 'SCSI']
  const number = numberOf(call.bound.get('ControllerNumber'))
  const location = numberOf(call.bound.get('ControllerLocation'))
  for (const controller of controllers) {
    const count = controller === 'IDE' ? 2 : machine.scsiControllers
    const slots = controller === 'IDE' ? 2 : scsiSlots
    const numbers = number === undefined ? [...Array(count).keys()] : [number]
    for (const n of numbers) {
      if (n >= count) return `The ${controller} controller number ${n} was not found.`
      for (const l of location === undefined ? [...Array(slots).keys()] : [location]) {
        if (l >= slots) return `The location ${l} of controller ${n} is out of range.`
        if (!machine.drives.some((d) => d.controller === controller && d.number === n && d.location === l))
          return { controller, number: n, location: l }
        if (location !== undefined)
          return `The location ${l} of ${controller} controller ${n} is already in use.`
      }
    }
  }
  return 'No free location was found on any controller.'
}

/** Whether the file can be attached; reports why not. */
function attachable(call: Call, world: World, cmdlet: string, kind: Drive['kind'], path: string): boolean {
  const extensions = kind === 'dvd' ? ['.iso'] : ['.vhdx', '.vhd', '.avhdx', '.avhd', '.vhds']
  const file = world.files.file(path)
  if (!extensions.includes(extensionOf(path).toLowerCase()))
    call.error(
      invalidArgument(
        cmdlet,
        `Failed to add device '${deviceName[kind]}'. The file '${path}' has the wrong extension.`,
      ),
    )
  else if (file === undefined)
    call.error(
      invalidArgument(
        cmdlet,
        `Failed to add device '${deviceName[kind]}'. The file '${path}' was not found. (0x80070002).`,
      ),
    )
  else if (kind === 'disk' && file.content.kind !== 'disk')
    call.error(
      operationFailed(
        cmdlet,
        `Failed to add device '${deviceName[kind]}'. The file '${path}' is corrupted and unreadable. (0x80070570).`,
      ),
    )
  else if (kind === 'disk' && world.hyperv.holds(path))
    call.error(
      objectInUse(
        cmdlet,
        `Failed to add device '${deviceName[kind]}'. The process cannot access the file '${path}' because it is being used by another process. (0x80070020).`,
      ),
    )
  else return true
  return false
}

const add = (cmdlet: string, kind: Drive['kind']): Behaviour =>
  hypervCmdlet(cmdlet)((call, world) => {
    const path = textOf(call.bound.get('Path'))
    for (const machine of machinesOf(call, world, cmdlet)) {
      const at = place(call, machine, kind)
      if (typeof at === 'string') {
        call.error(invalidArgument(cmdlet, `Failed to add device '${deviceName[kind]}'. ${at}`))
        continue
      }
      if (running(machine) && at.controller === 'IDE') {
        call.error(wrongState(cmdlet, `Failed to add device '${deviceName[kind]}'.`))
        continue
      }
      if (kind === 'disk' && path === undefined) {
        call.error(invalidArgument(cmdlet, 'The lab knows no pass-through disks: -Path is needed.'))
        continue
      }
      if (path !== undefined && !attachable(call, world, cmdlet, kind, path)) continue
      const drive = newDrive(kind, at.controller, at.number, at.location, path, world.ids)
      keepBootOrder(machine)
      machine.drives.push(drive)
      if (flagOf(call.bound.get('Passthru')) === true) call.write(driveObject(world, machine, drive))
    }
  })

const remove = (cmdlet: string, kind: Drive['kind'], parameter: string): Behaviour =>
  hypervCmdlet(cmdlet)((call, world) => {
    const selected = drivesOf(call, world, cmdlet, kind, parameter)
    if (selected.length === 0 && !call.bound.has(parameter))
      call.error(
        invalidArgument(
          cmdlet,
          `Hyper-V was unable to find the ${kind === 'disk' ? 'hard disk' : 'DVD'} drive at the location given.`,
        ),
      )
    for (const { machine, device } of selected) {
      if (running(machine) && device.controller === 'IDE')
        call.error(wrongState(cmdlet, `Failed to remove device '${deviceName[kind]}'.`))
      else machine.drives.splice(machine.drives.indexOf(device), 1)
    }
  })

const setDvd = hypervCmdlet('Set-VMDvdDrive')((call, world) => {
  const cmdlet = 'Set-VMDvdDrive'
  for (const { machine, device } of drivesOf(call, world, cmdlet, 'dvd', 'VMDvdDrive')) {
    const path = textOf(call.bound.get('Path'))
    if (call.bound.has('Path')) {
      if (path !== undefined && path !== '') {
        // Once emptied by -Path $null, the drive's medium can't be set again through the same slot.
        if (world.hyperv.emptied.has(device)) {
          call.error(
            invalidArgument(
              cmdlet,
              'Hyper-V encountered an error trying to access an object because the object was not found.',
            ),
          )
          continue
        }
        if (!attachable(call, world, cmdlet, 'dvd', path)) continue
        device.path = path
      } else {
        if (device.path !== undefined) world.hyperv.emptied.add(device)
        device.path = undefined
      }
    }
    const number = numberOf(call.bound.get('ToControllerNumber'))
    const location = numberOf(call.bound.get('ToControllerLocation'))
    if ((number ?? location) !== undefined && running(machine))
      call.error(wrongState(cmdlet, "Failed to modify device 'DVD Drive'."))
    else {
      device.number = number ?? device.number
      device.location = location ?? device.location
    }
    if (flagOf(call.bound.get('Passthru')) === true) call.write(driveObject(world, machine, device))
  }
})

const addController = hypervCmdlet('Add-VMScsiController')((call, world) => {
  const cmdlet = 'Add-VMScsiController'
  for (const machine of machinesOf(call, world, cmdlet)) {
    if (running(machine)) call.error(wrongState(cmdlet, "Failed to add device 'Synthetic SCSI Controller'."))
    else if (machine.scsiControllers >= maxScsi)
      call.error(
        operationFailed(
          cmdlet,
          "Failed to add device 'Synthetic SCSI Controller'. The maximum number of devices was reached.",
        ),
      )
    else {
      machine.scsiControllers += 1
      if (flagOf(call.bound.get('Passthru')) === true)
        call.write(controllerObject(world, machine, machine.scsiControllers - 1))
    }
  }
})

const removeController = hypervCmdlet('Remove-VMScsiController')((call, world) => {
  const cmdlet = 'Remove-VMScsiController'
  const hasController = (machine: Machine, device: unknown): number | undefined =>
    typeof device === 'number' && device < machine.scsiControllers ? device : undefined
  const number = numberOf(call.bound.get('ControllerNumber'))
  const selected = call.bound.has('VMScsiController')
    ? devicesFrom(call, world, cmdlet, 'VMScsiController', hasController)
    : machinesOf(call, world, cmdlet).map((machine) => ({
        machine,
        device: number ?? machine.scsiControllers - 1,
      }))
  for (const { machine, device } of selected) {
    if (running(machine))
      call.error(wrongState(cmdlet, "Failed to remove device 'Synthetic SCSI Controller'."))
    else if (device !== machine.scsiControllers - 1)
      call.error(invalidArgument(cmdlet, 'Controllers are contiguous: only the last one can be removed.'))
    else {
      machine.scsiControllers -= 1
      machine.drives = machine.drives.filter((d) => d.controller !== 'SCSI' || d.number !== device)
    }
  }
})

const get = (cmdlet: string, kind: Drive['kind']): Behaviour =>
  hypervCmdlet(cmdlet)((call, world) => {
    for (const { machine, device } of drivesOf(call, world, cmdlet, kind, 'VMDrive'))
      call.write(driveObject(world, machine, device))
  })

export const driveCmdlets: { readonly [name: string]: Behaviour } = {
  'Get-VMHardDiskDrive': get('Get-VMHardDiskDrive', 'disk'),
  'Add-VMHardDiskDrive': add('Add-VMHardDiskDrive', 'disk'),
  'Remove-VMHardDiskDrive': remove('Remove-VMHardDiskDrive', 'disk', 'VMHardDiskDrive'),
  'Get-VMDvdDrive': get('Get-VMDvdDrive', 'dvd'),
  'Add-VMDvdDrive': add('Add-VMDvdDrive', 'dvd'),
  'Set-VMDvdDrive': setDvd,
  'Remove-VMDvdDrive': remove('Remove-VMDvdDrive', 'dvd', 'VMDvdDrive'),
  'Get-VMScsiController': hypervCmdlet('Get-VMScsiController')((call, world) => {
    const number = numberOf(call.bound.get('ControllerNumber'))
    for (const machine of machinesOf(call, world, 'Get-VMScsiController'))
      for (let n = 0; n < machine.scsiControllers; n++)
        if (number === undefined || n === number) call.write(controllerObject(world, machine, n))
  }),
  'Add-VMScsiController': addController,
  'Remove-VMScsiController': removeController,
}
