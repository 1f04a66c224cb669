import type { PsValue } from '../../../powershell/values.ts'
import type { Machine } from '../../world/machine.ts'
import type { World } from '../../world/world.ts'
import { guid } from '../values.ts'

/** What the objects of all machine cmdlets have in common. */

export const type = (name: string): readonly string[] => [`Microsoft.HyperV.PowerShell.${name}`]
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
