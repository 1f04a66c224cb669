import type { PsObject } from '../../../powershell/values.ts'
import { deviceId } from '../../world/hyperv.ts'
import type { Drive, Machine } from '../../world/machine.ts'
import type { World } from '../../world/world.ts'
import { guid, int32, list, object, uint64 } from '../values.ts'
import { enumValue } from './enums.ts'
import { type DeviceHandle, nameOf, owner, type } from './object.ts'

/** Disks, DVD drives and SCSI controllers. */

export function driveObject(world: World, machine: Machine, drive: Drive): PsObject {
  const common = {
    ...owner(world, machine),
    Id: deviceId(machine, { id: `${drive.id}\\${drive.number}\\${drive.location}\\D` }),
    Path: drive.path ?? null,
    ControllerType: enumValue('ControllerType', drive.controller),
    ControllerNumber: int32(drive.number),
    ControllerLocation: int32(drive.location),
    PoolName: 'Primordial',
  }
  const handle: DeviceHandle<Drive> = { machine, device: drive }
  if (drive.kind === 'dvd')
    return object(
      type('DvdDrive'),
      {
        ...common,
        Name: `DVD Drive on ${drive.controller} controller number ${drive.number} at location ${drive.location}`,
        DvdMediaType: enumValue('DvdMediaType', drive.path === undefined ? 'None' : 'ISO'),
      },
      handle,
    )
  return object(
    type('HardDiskDrive'),
    {
      ...common,
      Name: `Hard Drive on ${drive.controller} controller number ${drive.number} at location ${drive.location}`,
      DiskNumber: null,
      MaximumIOPS: uint64(0),
      MinimumIOPS: uint64(0),
      QoSPolicyID: guid('00000000-0000-0000-0000-000000000000'),
      SupportPersistentReservations: false,
    },
    handle,
  )
}

export const controllerObject = (world: World, machine: Machine, number: number): PsObject =>
  object(
    type('VMScsiController'),
    {
      ...owner(world, machine),
      Id: deviceId(machine, { id: `SCSI\\${number}` }),
      Name: 'SCSI Controller',
      ControllerNumber: int32(number),
      Drives: list(
        nameOf('Drive'),
        machine.drives
          .filter((d) => d.controller === 'SCSI' && d.number === number)
          .map((d) => driveObject(world, machine, d)),
      ),
      IsTemplate: false,
    },
    { machine, device: number } satisfies DeviceHandle<number>,
    'SCSI Controller',
  )
