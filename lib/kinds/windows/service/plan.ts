import { defer, nothing, type Plan, refuse, type Step, step, steps } from '../../kind.ts'
import { foldCase } from '../../windows-path.ts'
import type { Found, Want } from './props.ts'

/** Services without which no session reaches the host again. */
const carriesSession: ReadonlySet<string> = new Set(['sshd', 'bfe', 'mpssvc', 'nsi', 'dhcp', 'rpcss'])

/** Start mode first, so that a disabled service can be started and a stopped one stays stopped. */
export function plan(want: Want, found: Found | null): Plan {
  if (found === null) {
    return refuse(
      'no-such-service',
      `there is no service ${want.name} on the host, and services are never created`,
      'Install the feature or program that brings it, or correct the name.',
    )
  }
  const list = [...startModeStep(want, found), ...statusStep(want, found)]
  if (list.length > 0 && wouldCut(want)) {
    return refuse(
      'management-path',
      `without ${found.name} no session reaches the host again`,
      'Leave it running and automatic. On the console it can still be changed by hand.',
    )
  }
  if (want.status === 'running' && (want.startMode ?? modeOf(found)) === 'disabled') {
    return refuse(
      'disabled',
      `${found.name} is disabled, so it cannot run`,
      'Set startMode on this resource.',
    )
  }
  const turning = list.some((one) => one.verb !== 'configure') && found.status.endsWith('Pending')
  return turning
    ? defer(`${found.name} is ${found.status}`, 'Run again when it has settled.')
    : steps(list, `${found.name} is as wanted`)
}

/** A service is part of what brought it: it stays. */
export const remove = (_want: Want, found: Found): Plan =>
  nothing(`${found.name} stays as it is: a service goes with what brought it`)

/** Our word for what Windows says. */
export function modeOf(found: Found): string {
  if (found.startType !== 'Automatic') return found.startType.toLowerCase()
  return found.delayed ? 'automatic-delayed' : 'automatic'
}

const startTypes = {
  automatic: 'Automatic',
  'automatic-delayed': 'Automatic',
  manual: 'Manual',
  disabled: 'Disabled',
} as const

function startModeStep(want: Want, found: Found): readonly Step[] {
  const mode = modeOf(found)
  if (want.startMode === undefined || want.startMode === mode) return []
  const params = {
    name: want.name,
    startType: startTypes[want.startMode],
    delayed: want.startMode === 'automatic-delayed',
  }
  return [
    step('configure', params, `startMode differs: ${want.startMode} wanted, ${mode} found`, ['startMode']),
  ]
}

function statusStep(want: Want, found: Found): readonly Step[] {
  const because = `status differs: ${want.status} wanted, ${found.status} found`
  if (want.status === 'running' && found.status !== 'Running') {
    return [step('start', { name: want.name }, because, ['status'])]
  }
  if (want.status === 'stopped' && found.status !== 'Stopped') {
    return [step('stop', { name: want.name }, because, ['status'])]
  }
  return []
}

const wouldCut = (want: Want): boolean =>
  carriesSession.has(foldCase(want.name)) &&
  (want.status === 'stopped' || want.startMode === 'manual' || want.startMode === 'disabled')
