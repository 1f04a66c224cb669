import type { Call } from '../../../powershell/host.ts'
import { PsObject } from '../../../powershell/values.ts'
import type { Machine } from '../../world/machine.ts'
import type { World } from '../../world/world.ts'
import type { Behaviour } from '../cmdlet.ts'
import { flagOf, itemsOf, numberOf } from '../values.ts'
import { hypervCmdlet, invalidArgument, operationFailed, wrongState } from './errors.ts'
import { memoryObject, processorObject } from './machine-objects.ts'
import { machinesOf } from './select.ts'

/** Processors and memory: what may change while the machine runs, and what may not. */

export const isOff = (machine: Machine): boolean => machine.state === 'Off'

/** Settings of processors; false when the state forbids them. `names` maps a property to the parameter of this cmdlet. */
export function setProcessors(
  call: Call,
  machine: Machine,
  cmdlet: string,
  names: { readonly Count: string },
): boolean {
  const count = numberOf(call.bound.get(names.Count))
  const now = machine.processors
  const own = cmdlet === 'Set-VMProcessor'
  const flag = (name: string): boolean | undefined => (own ? flagOf(call.bound.get(name)) : undefined)
  const number = (name: string): number | undefined => (own ? numberOf(call.bound.get(name)) : undefined)
  const offOnly = {
    count: count ?? now.count,
    exposeVirtualization: flag('ExposeVirtualizationExtensions') ?? now.exposeVirtualization,
    compatibilityForMigration: flag('CompatibilityForMigrationEnabled') ?? now.compatibilityForMigration,
    compatibilityForOlder: flag('CompatibilityForOlderOperatingSystemsEnabled') ?? now.compatibilityForOlder,
    hwThreadsPerCore: number('HwThreadCountPerCore') ?? now.hwThreadsPerCore,
  }
  const changes = Object.entries(offOnly).some(([key, value]) => now[key as keyof typeof offOnly] !== value)
  if (changes && !isOff(machine)) {
    call.error(wrongState(cmdlet, "Failed to modify device 'Processor'."))
    return false
  }
  if (offOnly.count < 1 || offOnly.count > (machine.generation === 1 ? 64 : 2048)) {
    call.error(
      invalidArgument(cmdlet, `The number of virtual processors '${offOnly.count}' is out of range.`),
    )
    return false
  }
  Object.assign(now, offOnly)
  now.reserve = number('Reserve') ?? now.reserve
  now.maximum = number('Maximum') ?? now.maximum
  now.weight = number('RelativeWeight') ?? now.weight
  now.hostResourceProtection = flag('EnableHostResourceProtection') ?? now.hostResourceProtection
  return true
}

/** Settings of memory; false when the state or the range forbids them. */
export function setMemory(
  call: Call,
  world: World,
  machine: Machine,
  cmdlet: string,
  style: 'Set-VM' | 'Set-VMMemory',
): boolean {
  const now = machine.memory
  const names =
    style === 'Set-VM'
      ? { startup: 'MemoryStartupBytes', minimum: 'MemoryMinimumBytes', maximum: 'MemoryMaximumBytes' }
      : { startup: 'StartupBytes', minimum: 'MinimumBytes', maximum: 'MaximumBytes' }
  const dynamic =
    style === 'Set-VMMemory'
      ? flagOf(call.bound.get('DynamicMemoryEnabled'))
      : flagOf(call.bound.get('DynamicMemory')) === true
        ? true
        : flagOf(call.bound.get('StaticMemory')) === true
          ? false
          : undefined
  const next = {
    dynamic: dynamic ?? now.dynamic,
    startup: numberOf(call.bound.get(names.startup)) ?? now.startup,
    minimum: numberOf(call.bound.get(names.minimum)) ?? now.minimum,
    maximum: numberOf(call.bound.get(names.maximum)) ?? now.maximum,
    buffer: (style === 'Set-VMMemory' ? numberOf(call.bound.get('Buffer')) : undefined) ?? now.buffer,
    priority: (style === 'Set-VMMemory' ? numberOf(call.bound.get('Priority')) : undefined) ?? now.priority,
  }
  const state = memoryState(machine, next)
  if (state !== undefined) {
    call.error(wrongState(cmdlet, state))
    return false
  }
  const mib = 1024 ** 2
  if (
    [next.startup, next.minimum, next.maximum].some((bytes) => bytes % (2 * mib) !== 0) ||
    next.startup < 32 * mib
  ) {
    call.error(
      invalidArgument(
        cmdlet,
        `Invalid startup memory amount assigned for '${machine.name}'. The value must be in multiples of 2 MB.`,
      ),
    )
    return false
  }
  if (next.dynamic && (next.minimum > next.startup || next.startup > next.maximum)) {
    call.error(
      operationFailed(
        cmdlet,
        `Failed to modify device 'Memory'. Cannot set memory property because it is not a valid value: the startup memory must lie between minimum and maximum memory of '${machine.name}'.`,
      ),
    )
    return false
  }
  if (
    machine.state === 'Running' &&
    next.startup - now.startup > world.hyperv.memory - 2 * 1024 ** 3 - world.hyperv.memoryInUse
  ) {
    call.error(operationFailed(cmdlet, `Failed to modify device 'Memory'. Not enough memory in the system.`))
    return false
  }
  machine.memory = next
  return true
}

/** What the state forbids: a running machine resizes static memory, and widens the range of dynamic memory. */
function memoryState(machine: Machine, next: Machine['memory']): string | undefined {
  const now = machine.memory
  if (isOff(machine)) return undefined
  const forbidden =
    next.dynamic !== now.dynamic ||
    (now.dynamic &&
      (next.startup !== now.startup || next.minimum > now.minimum || next.maximum < now.maximum))
  return forbidden ? "Failed to modify device 'Memory'." : undefined
}

export const hardwareCmdlets: { readonly [name: string]: Behaviour } = {
  'Get-VMProcessor': hypervCmdlet('Get-VMProcessor')((call, world) => {
    for (const machine of machinesOf(call, world, 'Get-VMProcessor'))
      call.write(processorObject(world, machine))
  }),
  'Set-VMProcessor': hypervCmdlet('Set-VMProcessor')((call, world) => {
    for (const machine of partsOf(call, world, 'Set-VMProcessor', 'VMProcessor'))
      setProcessors(call, machine, 'Set-VMProcessor', { Count: 'Count' })
  }),
  'Get-VMMemory': hypervCmdlet('Get-VMMemory')((call, world) => {
    for (const machine of machinesOf(call, world, 'Get-VMMemory')) call.write(memoryObject(world, machine))
  }),
  'Set-VMMemory': hypervCmdlet('Set-VMMemory')((call, world) => {
    for (const machine of partsOf(call, world, 'Set-VMMemory', 'VMMemory'))
      setMemory(call, world, machine, 'Set-VMMemory', 'Set-VMMemory')
  }),
}

/** Machines by their processor or memory object, or by name. */
const partsOf = (call: Call, world: World, cmdlet: string, part: string): readonly Machine[] =>
  call.bound.has(part)
    ? itemsOf(call.bound.get(part)).flatMap((v) =>
        world.hyperv.machines.filter((m) => v instanceof PsObject && v.handle === m),
      )
    : machinesOf(call, world, cmdlet)
