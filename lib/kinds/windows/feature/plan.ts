import { defer, type Effect, nothing, type Plan, step, steps, within } from '../../kind.ts'
import { foldCase } from '../../windows-path.ts'
import type { Found, Want } from './props.ts'

/** Features that are active (or gone) only after a restart of the host. Others may ask for one too: then the state ends in Pending. */
const restarting: ReadonlySet<string> = new Set([
  'hyper-v',
  'failover-clustering',
  'multipath-io',
  'bitlocker',
  'containers',
  'rds-rd-server',
])

/** Installs what is absent; waits for a person's restart where one is pending. */
export function plan(want: Want, found: Found | null): Plan {
  if (found === null) {
    const params = {
      name: want.name,
      includeManagementTools: want.includeManagementTools,
      source: want.source ?? null,
    }
    const changes = ['name', 'includeManagementTools', ...(want.source === undefined ? [] : ['source'])]
    const install = step('install', params, `${want.name} is not installed`, changes, effects(want))
    return steps([within(45, install)], '')
  }
  switch (found.installState) {
    case 'Installed':
      return nothing(`${found.name} is installed`)
    case 'InstallPending':
      return waits(`${found.name} is installed and becomes active at the next restart of the host`)
    default:
      return waits(`${found.name} is ${found.installState}, which ends at the next restart of the host`)
  }
}

/** Uninstalls it, unless that waits for a restart already. */
export function remove(want: Want, found: Found): Plan {
  if (found.installState === 'UninstallPending') {
    return nothing(`${found.name} is uninstalled and goes at the next restart of the host`)
  }
  return steps(
    [
      within(
        45,
        step('uninstall', { name: want.name }, `${found.name} is no longer wanted`, [], effects(want)),
      ),
    ],
    '',
  )
}

const waits = (because: string): Plan =>
  defer(because, 'Restart the host with chancery restart, then run again.')

const effects = (want: Want): readonly Effect[] =>
  restarting.has(foldCase(want.name)) ? ['needs-host-restart'] : []
