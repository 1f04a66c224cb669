import type { JsonObject } from '../../../domain/json.ts'
import { type Change, change, differs, which } from './change.ts'
import type { Found, Want } from './props.ts'

/** Windows' own words, as Set-VM takes them. */
const words = {
  automaticStartAction: { nothing: 'Nothing', 'start-if-running': 'StartIfRunning', start: 'Start' },
  automaticStopAction: { 'turn-off': 'TurnOff', save: 'Save', 'shut-down': 'ShutDown' },
  checkpointType: {
    disabled: 'Disabled',
    production: 'Production',
    'production-only': 'ProductionOnly',
    standard: 'Standard',
  },
} as const

const names = [
  'automaticStartAction',
  'automaticStartDelaySeconds',
  'automaticStopAction',
  'checkpointType',
  'notes',
] as const

/** One call for all that differ; the stop action is the one that needs the machine off. */
export function settings(want: Want, found: Found | null): readonly Change[] {
  const wanted = inWindowsWords(want)
  const changed = names.filter((name) => wanted[name] !== null && wanted[name] !== found?.[name])
  if (changed.length === 0) return []
  const params: JsonObject = {
    ...which(want, found),
    ...Object.fromEntries(names.map((name) => [name, changed.includes(name) ? wanted[name] : null])),
  }
  const because = changed.map((name) =>
    name === 'notes' ? 'notes' : differs(name, want[name], found?.[name]),
  )
  return [change(changed.includes('automaticStopAction'), 'configure', params, because.join('; '), changed)]
}

export const rename = (want: Want, found: Found | null): readonly Change[] =>
  found === null || want.name === found.name
    ? []
    : [change(false, 'rename', which(want, found), differs('name', want.name, found.name), ['name'])]

const inWindowsWords = (want: Want) => ({
  automaticStartAction: want.automaticStartAction
    ? words.automaticStartAction[want.automaticStartAction]
    : null,
  automaticStartDelaySeconds: want.automaticStartDelaySeconds ?? null,
  automaticStopAction: want.automaticStopAction ? words.automaticStopAction[want.automaticStopAction] : null,
  checkpointType: want.checkpointType ? words.checkpointType[want.checkpointType] : null,
  notes: want.notes ?? null,
})
