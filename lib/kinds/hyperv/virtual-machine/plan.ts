import { defer, type Plan, refuse, type Step, step, steps, within } from '../../kind.ts'
import { adapters, disks, dvd } from './attach.ts'
import { bootOrder } from './boot-order.ts'
import { type Change, which } from './change.ts'
import { firmware, memory, memoryOutOfOrder, processors } from './hardware.ts'
import { movedDisk } from './moved-disk.ts'
import type { Found, Want } from './props.ts'
import { rename, settings } from './settings.ts'

const MiB = 1_048_576
/** How long a guest may take to shut down. It is never turned off hard. */
const shutdownSeconds = 300

/** Hardware, devices, firmware, settings, power: in the order in which Hyper-V takes them. */
export function plan(want: Want, found: Found | null, recorded: Found | undefined): Plan {
  const disorder = memoryOutOfOrder(want, found)
  if (found === null)
    return (
      disorder ?? steps([create(want), ...changes(want, null).map((one) => one.step), ...starting(want)], '')
    )
  const stranger = notOurs(want, found, recorded) ?? movedDisk(want, found, recorded)
  if (stranger !== undefined) return stranger
  if (want.generation !== undefined && want.generation !== found.generation)
    return anotherGeneration(want, found)
  const firmwareOnBios = firmwareInputs.filter((name) => want[name] !== undefined)
  if (found.generation === 1 && firmwareOnBios.length > 0) {
    return refuse(
      'generation',
      `${found.name} is of generation 1 and has a BIOS, so it has no ${firmwareOnBios.join(', ')}`,
      'Leave that out, or set generation: 2 for another machine.',
    )
  }
  return disorder ?? powered(want, found, changes(want, found))
}

const firmwareInputs = ['secureBoot', 'secureBootTemplate', 'bootOrder'] as const

/** Its disks stay; a guest that runs is shut down only when that is allowed. */
export function remove(want: Want, found: Found, recorded: Found | undefined): Plan {
  const stranger = notOurs(want, found, recorded)
  if (stranger !== undefined) return stranger
  if (found.state === 'Running' && !want.allowPowerCycle)
    return keepsRunning(found, 'it can only be removed while it is off')
  if (found.state !== 'Running' && found.state !== 'Off') return unsettled(found)
  const go = step('remove', which(want, found), `${found.name} is no longer wanted; its disks stay`)
  return steps(
    found.state === 'Running' ? [stop(want, found, `${found.name} is no longer wanted`, []), go] : [go],
    '',
  )
}

function changes(want: Want, found: Found | null): readonly Change[] {
  const devices = [...adapters(want, found), ...disks(want, found), ...dvd(want, found)]
  return [
    ...rename(want, found),
    ...memory(want, found),
    ...processors(want, found),
    ...devices,
    ...firmware(want, found),
    ...bootOrder(want, found, devices),
    ...settings(want, found),
  ]
}

function powered(want: Want, found: Found, list: readonly Change[]): Plan {
  const todo = list.map((one) => one.step)
  switch (found.state) {
    case 'Off':
      return steps([...todo, ...starting(want, found)], `${found.name} is as wanted`)
    case 'Running': {
      const cold = [...new Set(list.filter((one) => one.needsOff).flatMap((one) => one.step.changes))]
      if (cold.length === 0 && want.state !== 'off') return steps(todo, `${found.name} is as wanted`)
      const why =
        cold.length > 0 ? `${cold.join(', ')} can only change while it is off` : 'state: off is wanted'
      if (!want.allowPowerCycle) return keepsRunning(found, why)
      const again = want.state === 'off' ? [] : [start(want, found, `${found.name} ran before`, [])]
      return steps([stop(want, found, why, want.state === 'off' ? ['state'] : []), ...todo, ...again], '')
    }
    default: {
      const resume = found.state === 'Saved' ? starting(want, found) : []
      if (todo.length > 0 || (want.state !== undefined && resume.length === 0)) return unsettled(found)
      return steps(resume, `${found.name} is as wanted`)
    }
  }
}

const create = (want: Want): Step =>
  step(
    'create',
    {
      name: want.name,
      generation: want.generation ?? 2,
      memoryStartupBytes: want.memoryStartupMB === undefined ? null : want.memoryStartupMB * MiB,
    },
    `there is no machine ${want.name}`,
    (['name', 'generation', 'memoryStartupMB'] as const).filter((name) => want[name] !== undefined),
  )

const starting = (want: Want, found: Found | null = null): readonly Step[] =>
  want.state === 'running'
    ? [
        start(
          want,
          found,
          found === null ? 'state: running' : `state differs: running wanted, ${found.state} found`,
        ),
      ]
    : []

const start = (
  want: Want,
  found: Found | null,
  because: string,
  changes: readonly string[] = ['state'],
): Step => step('start', which(want, found), because, changes)

const stop = (want: Want, found: Found, because: string, changes: readonly string[]): Step =>
  within(
    shutdownSeconds / 60 + 1,
    step('stop', { ...which(want, found), limitSeconds: shutdownSeconds }, because, changes, ['powers-off']),
  )

function anotherGeneration(want: Want, found: Found): Plan {
  const because = `generation differs: ${want.generation} wanted, ${found.generation} found`
  if (found.state === 'Running' && !want.allowPowerCycle) return keepsRunning(found, because)
  return { do: 'replace', because, properties: ['generation'] }
}

const keepsRunning = (found: Found, why: string): Plan =>
  refuse(
    'power-cycle',
    `${found.name} is running: ${why}`,
    'Set allowPowerCycle: true on this resource to let the guest be shut down, or shut it down by hand.',
  )

const unsettled = (found: Found): Plan =>
  defer(
    `${found.name} is ${found.state}`,
    'A machine is changed only while it is running or off. See to that in Hyper-V, then run again.',
  )

function notOurs(want: Want, found: Found, recorded: Found | undefined): Plan | undefined {
  if (found.namesakes.length > 0) {
    const ids = [found.id, ...found.namesakes].join(', ')
    return refuse(
      'two-of-one-name',
      `there are several machines ${want.name}: ${ids}`,
      'Rename or remove all but one.',
    )
  }
  if (recorded === undefined || recorded.id === found.id) return undefined
  return refuse(
    'another-machine',
    `${want.name} is not the machine on record: ${recorded.id} is gone, this one is ${found.id}`,
    'Rename or remove it; or delete the resource from the state and take the machine over with adopt: true.',
  )
}
