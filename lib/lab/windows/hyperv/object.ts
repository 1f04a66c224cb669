import type { PsValue } from '../../../powershell/values.ts'
import type { Machine } from '../../world/machine.ts'
import type { World } from '../../world/world.ts'
import { guid } from '../values.ts'

/** What the objects of all machine cmdlets have in common. */

/** What a class derives from, where a parameter takes the base. */
const bases: { readonly [name: string]: string } = {
  VirtualMachine: 'VirtualMachineBase',
  VMSnapshot: 'VirtualMachineBase',
  VMNetworkAdapter: 'VMNetworkAdapterBase',
  VMInternalNetworkAdapter: 'VMNetworkAdapterBase',
  VMNetworkAdapterBase: 'VMComponentObject',
  VMScsiController: 'VMDriveController',
  VMDriveController: 'VMComponentObject',
  HardDiskDrive: 'Drive',
  DvdDrive: 'Drive',
  Drive: 'VMComponentObject',
  VMBootSource: 'VMComponentObject',
  VMFirmware: 'VMComponentObject',
  VMMemory: 'VMComponentObject',
  VMProcessor: 'VMComponentObject',
}

/** Type names of an object of the module: its class and the bases of that. */
export function type(name: string): readonly string[] {
  const chain = [nameOf(name)]
  for (let base = bases[name]; base !== undefined; base = bases[base]) chain.push(nameOf(base))
  return chain
}
export const nameOf = (list: string): string => `Microsoft.HyperV.PowerShell.${list}`

/** What a script may hand back to a cmdlet: which machine, and which device of it. */
export type DeviceHandle<D> = { readonly machine: Machine; readonly device: D }

export const owner = (world: World, machine: Machine) => ({
  VMId: guid(machine.id),
  VMName: machine.name,
  VMSnapshotId: guid('00000000-0000-0000-0000-000000000000'),
  VMSnapshotName: '',
  VMCheckpointId: guid('00000000-0000-0000-0000-000000000000'),
  VMCheckpointName: '',
  ComputerName: world.computerName,
  IsDeleted: false,
})

export const guidOrNull = (id: string | undefined): PsValue => (id === undefined ? null : guid(id))
