import type { Call } from '../../../powershell/host.ts'
import { PsObject, type PsValue } from '../../../powershell/values.ts'
import type { Drive, Machine, MachineAdapter } from '../../world/machine.ts'
import { hasWildcard, wildcard } from '../../world/path.ts'
import type { World } from '../../world/world.ts'
import { itemsOf, textOf, textsOf } from '../values.ts'
import { invalidArgument, notFoundText } from './errors.ts'

/** Which machines and devices a call is about. */

/** Machines by -VM, -Id, -VMName or -Name; a name that fits none is reported as InvalidParameter. */
export function machinesOf(call: Call, world: World, cmdlet: string): readonly Machine[] {
  if (call.bound.has('VM'))
    return itemsOf(call.bound.get('VM')).flatMap((v) => machineFrom(call, world, cmdlet, v) ?? [])
  const id = textOf(call.bound.get('Id') ?? call.bound.get('VMId'))
  if (id !== undefined) {
    const found = world.hyperv.machines.find(
      (m) => m.id.toLowerCase() === id.replace(/[{}]/g, '').toLowerCase(),
    )
    if (found !== undefined) return [found]
    call.error(invalidArgument(cmdlet, `Hyper-V was unable to find a virtual machine with id "${id}".`))
    return []
  }
  const names = textsOf(call.bound.get('VMName') ?? call.bound.get('Name'))
  return names.flatMap((name) => {
    const like = wildcard(name)
    const found = world.hyperv.machines.filter((m) => like.test(m.name))
    if (found.length === 0 && !hasWildcard(name))
      call.error(invalidArgument(cmdlet, notFoundText('virtual machine', name)))
    return found
  })
}

/** The machine behind an object that a script hands back. */
function machineFrom(call: Call, world: World, cmdlet: string, value: PsValue): Machine | undefined {
  const found = world.hyperv.machines.find((m) => value instanceof PsObject && m === value.handle)
  if (found === undefined)
    call.error(invalidArgument(cmdlet, 'The object was not found. It may have been deleted.'))
  return found
}

export type Selected<D> = { readonly machine: Machine; readonly device: D }

/** Devices that a script hands back; one that is gone is reported. */
export function devicesFrom<D>(
  call: Call,
  world: World,
  cmdlet: string,
  parameter: string,
  has: (machine: Machine, device: unknown) => D | undefined,
): readonly Selected<D>[] {
  return itemsOf(call.bound.get(parameter)).flatMap((value) => {
    const handle = value instanceof PsObject ? value.handle : undefined
    for (const machine of world.hyperv.machines) {
      const device = has(machine, deviceOf(handle))
      if (device !== undefined && machineOf(handle) === machine) return [{ machine, device }]
    }
    call.error(invalidArgument(cmdlet, 'The object was not found. It may have been deleted.'))
    return []
  })
}

const deviceOf = (handle: unknown): unknown =>
  typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'device') : undefined
const machineOf = (handle: unknown): unknown =>
  typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'machine') : undefined

const hasAdapter = (machine: Machine, device: unknown): MachineAdapter | undefined =>
  machine.adapters.find((a) => a === device)
export const hasDrive = (machine: Machine, device: unknown): Drive | undefined =>
  machine.drives.find((d) => d === device)

/** Adapters by object, or by machine and -Name (wildcards; none given = all). */
export function adaptersOf(
  call: Call,
  world: World,
  cmdlet: string,
  nameParameter = 'Name',
): readonly Selected<MachineAdapter>[] {
  if (call.bound.has('VMNetworkAdapter'))
    return devicesFrom(call, world, cmdlet, 'VMNetworkAdapter', hasAdapter)
  const names = textsOf(call.bound.get(nameParameter))
  return machinesOf(withoutName(call, nameParameter), world, cmdlet).flatMap((machine) => {
    const found = machine.adapters.filter(
      (a) => names.length === 0 || names.some((n) => wildcard(n).test(a.name)),
    )
    for (const name of names)
      if (!hasWildcard(name) && !found.some((a) => wildcard(name).test(a.name)))
        call.error(
          invalidArgument(
            cmdlet,
            `Unable to find a network adapter with name "${name}" in the virtual machine "${machine.name}".`,
          ),
        )
    return found.map((device) => ({ machine, device }))
  })
}

/** The same call where -Name is not the machine's. */
const withoutName = (call: Call, name: string): Call =>
  call.bound.has('VMName') || name !== 'Name'
    ? call
    : { ...bind(call), bound: new Map([...call.bound].filter(([key]) => key !== 'Name')) }

const bind = (call: Call): Call => ({
  bound: call.bound,
  set: call.set,
  write: (value) => call.write(value),
  warn: (message) => call.warn(message),
  error: (error) => call.error(error),
  fail: (error) => call.fail(error),
})
