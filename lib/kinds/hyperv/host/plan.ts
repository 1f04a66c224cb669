import { nothing, type Plan, refuse, type Step, step, steps } from '../../kind.ts'
import { foldCase } from '../../windows-path.ts'
import type { Found, Want } from './props.ts'

/** Windows' own words, as Set-VMHost takes them. */
const words = {
  credssp: 'CredSSP',
  kerberos: 'Kerberos',
  tcpip: 'TCPIP',
  compression: 'Compression',
  smb: 'SMB',
} as const

/** Inputs that one call of Set-VMHost brings about; the rest are null in its parameters. */
const settings = [
  'virtualMachinePath',
  'virtualHardDiskPath',
  'enhancedSession',
  'migrationAuthentication',
  'migrationPerformance',
  'migrationOverAnyNetwork',
  'maximumMigrations',
  'maximumStorageMigrations',
] as const

/** One call for all settings that differ, then migration on or off. */
export function plan(want: Want, found: Found | null): Plan {
  if (found === null) {
    return refuse(
      'no-host',
      'the host has no Hyper-V settings',
      'Install the Hyper-V feature and restart the host.',
    )
  }
  const changed = settings.filter((name) => want[name] !== undefined && !same(want[name], found[name]))
  return steps([...configure(want, found, changed), ...migration(want, found)], 'the settings are as wanted')
}

/** Settings belong to the host: they stay. */
export const remove = (): Plan => nothing('the settings of the host stay as they are')

type Setting = (typeof settings)[number]

function configure(want: Want, found: Found, changed: readonly Setting[]): readonly Step[] {
  if (changed.length === 0) return []
  const params = Object.fromEntries(
    settings.map((name) => [name, changed.includes(name) ? windowsWord(want[name]) : null]),
  )
  const because = changed
    .map((name) => `${name} differs: ${want[name]} wanted, ${found[name]} found`)
    .join('; ')
  return [step('configure', params, because, changed)]
}

function migration(want: Want, found: Found): readonly Step[] {
  if (want.migration === undefined || want.migration === found.migration) return []
  return want.migration
    ? [step('enable-migration', {}, 'live migration is off', ['migration'])]
    : [step('disable-migration', {}, 'live migration is on', ['migration'])]
}

const windowsWord = (value: Want[Setting]) =>
  typeof value === 'string' && value in words ? words[value as keyof typeof words] : (value ?? null)

const same = (want: Want[Setting], found: Found[Setting]): boolean =>
  typeof want === 'string' && typeof found === 'string' ? foldCase(want) === foldCase(found) : want === found
