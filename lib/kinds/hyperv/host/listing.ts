import type { Described, Listing } from '../../kind.ts'
import { foldCase } from '../../windows-path.ts'
import type { Found, Want } from './props.ts'

/** The settings of the host. */
export const listing: Listing<Want, Found> = { when: 'always', describe }

/** As Windows Server installs Hyper-V: what is so needs no declaring. */
const installed: Found = {
  virtualMachinePath: 'C:\\ProgramData\\Microsoft\\Windows\\Hyper-V',
  virtualHardDiskPath: 'C:\\Users\\Public\\Documents\\Hyper-V\\Virtual Hard Disks',
  enhancedSession: false,
  migration: false,
  migrationAuthentication: 'CredSSP',
  migrationPerformance: 'Compression',
  migrationOverAnyNetwork: false,
  maximumMigrations: 2,
  maximumStorageMigrations: 2,
}

function describe(found: Found): Described<Want> {
  const want: { [name: string]: string | number | boolean } = {}
  for (const name of Object.keys(installed) as (keyof Found)[]) {
    const seen = found[name]
    if (same(seen, installed[name])) continue
    want[name] = typeof seen === 'string' && !seen.includes('\\') ? foldCase(seen) : seen
  }
  return { want, notes: [] }
}

const same = (a: Found[keyof Found], b: Found[keyof Found]): boolean =>
  typeof a === 'string' && typeof b === 'string' ? foldCase(a) === foldCase(b) : a === b
