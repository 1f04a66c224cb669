import type { Described, Listing } from '../../kind.ts'
import { foldCase } from '../../windows-path.ts'
import { bootOrder } from './boot-order.ts'
import { adapter, disk } from './devices.ts'
import { type Found, props, type Want } from './props.ts'

const MiB = 1_048_576

/** The machines of the host. */
export const listing: Listing<Want, Found> = { when: 'always', describe }

function describe(found: Found): Described<Want> {
  if (found.namesakes.length > 0) {
    return {
      refused: `several machines are called ${found.name}: ${[found.id, ...found.namesakes].sort().join(', ')}`,
      fix: 'Rename all but one.',
    }
  }
  if (!props.shape.name.safeParse(found.name).success) {
    return {
      refused: `its name is ${JSON.stringify(found.name)}`,
      fix: 'Rename it, without * ? [ ] \\ / : " < > |.',
    }
  }
  const notes: string[] = []
  const want: Want = {
    name: found.name,
    ...(found.generation === 1 ? { generation: 1 as const } : {}),
    ...memory(found, notes),
    ...(found.processors === 1 ? {} : { processors: found.processors }),
    ...adapters(found, notes),
    ...disks(found, notes),
    ...dvd(found, notes),
    ...firmware(found, notes),
    ...settings(found),
    allowPowerCycle: false,
  }
  return { want: { ...want, ...order(want, found) }, notes }
}

type Part = Partial<Want>

function memory(found: Found, notes: string[]): Part {
  const size = (property: string, bytes: number): number | undefined => {
    if (bytes % (2 * MiB) === 0) return bytes / MiB
    notes.push(`${property} is ${bytes} bytes, no even number of MiB: left as it is`)
    return undefined
  }
  const startup = size('memoryStartupMB', found.memoryStartupBytes)
  const part = startup === undefined || startup === 512 ? {} : { memoryStartupMB: startup }
  if (!found.dynamicMemory) return part
  const least = size('memoryMinimumMB', found.memoryMinimumBytes)
  const most = size('memoryMaximumMB', found.memoryMaximumBytes)
  return {
    ...part,
    dynamicMemory: true,
    ...(least === undefined ? {} : { memoryMinimumMB: least }),
    ...(most === undefined ? {} : { memoryMaximumMB: most }),
  }
}

function adapters(found: Found, notes: string[]): Part {
  const list = found.adapters.map((one) => ({
    name: one.name,
    switch: one.switchName ?? '',
    ...(one.vlanMode === 'Access' ? { vlan: one.vlan } : {}),
    ...(one.mac === null ? {} : { mac: one.mac }),
  }))
  if (list.length === 0) return {}
  const because = list.some((one) => one.switch === '')
    ? `adapter ${list.find((one) => one.switch === '')?.name} is on no switch`
    : twice(list.map((one) => one.name)) || list.some((one) => !adapter.safeParse(one).success)
      ? 'their names can’t be told apart'
      : undefined
  if (because !== undefined) {
    notes.push(`${because}: adapters are left as they are`)
    return {}
  }
  for (const one of found.adapters) {
    if (one.vlanMode !== 'Access' && one.vlanMode !== 'Untagged')
      notes.push(`VLANs of adapter ${one.name} are ${one.vlanMode}: left as they are`)
  }
  return { adapters: list }
}

/** By the file below its checkpoints, in which a machine's disk goes on. */
function disks(found: Found, notes: string[]): Part {
  const odd = found.disks.find((one) => !disk.safeParse({ path: one.base }).success)
  if (odd !== undefined) {
    notes.push(
      odd.base === null
        ? 'a disk has no file (a physical disk, or an empty drive): disks are left as they are'
        : `disk ${odd.base} does not lie on a drive of this host: disks are left as they are`,
    )
    return {}
  }
  return found.disks.length === 0 ? {} : { disks: found.disks.map((one) => ({ path: one.base ?? '' })) }
}

function dvd(found: Found, notes: string[]): Part {
  const [first] = found.dvds
  if (first === undefined) return {}
  const value = first ?? 'empty'
  if (found.dvds.length > 1 || !props.shape.dvd.safeParse(value).success) {
    notes.push('several DVD drives, or a medium that lies elsewhere: left as they are')
    return {}
  }
  return { dvd: value }
}

function firmware(found: Found, notes: string[]): Part {
  if (found.generation === 1) return {}
  const template = props.shape.secureBootTemplate.safeParse(found.secureBootTemplate)
  if (!template.success) notes.push(`secureBootTemplate is ${found.secureBootTemplate}: left as it is`)
  return {
    ...(found.secureBoot === false ? { secureBoot: false } : {}),
    ...(template.success && template.data !== 'MicrosoftWindows'
      ? { secureBootTemplate: template.data }
      : {}),
  }
}

/** Only where several sorts of devices are there to choose from, and where it says all that there is to say. */
function order(want: Want, found: Found): Part {
  const words = ['disk', 'dvd', 'network'] as const
  const sorts = found.bootOrder.flatMap((entry) => words.find((word) => entry.startsWith(word)) ?? [])
  const unique = [...new Set(sorts)]
  if (unique.length < 2) return {}
  const part = { bootOrder: unique }
  return bootOrder({ ...want, ...part }, found, []).length === 0 ? part : {}
}

function settings(found: Found): Part {
  return {
    ...word('automaticStartAction', { Nothing: 'nothing', Start: 'start' } as const, found),
    ...(found.automaticStartDelaySeconds === 0
      ? {}
      : { automaticStartDelaySeconds: found.automaticStartDelaySeconds }),
    ...word('automaticStopAction', { TurnOff: 'turn-off', ShutDown: 'shut-down' } as const, found),
    ...word(
      'checkpointType',
      { Disabled: 'disabled', ProductionOnly: 'production-only', Standard: 'standard' } as const,
      found,
    ),
    ...(found.notes === '' ? {} : { notes: found.notes }),
  }
}

/** Our word for Windows' own; none where it is as in a new machine. */
function word(
  name: 'automaticStartAction' | 'automaticStopAction' | 'checkpointType',
  words: { readonly [windows: string]: string },
  found: Found,
): Part {
  const ours = words[found[name]]
  return ours === undefined ? {} : { [name]: ours }
}

const twice = (names: readonly string[]): boolean => new Set(names.map(foldCase)).size < names.length
