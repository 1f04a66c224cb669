import { createHash } from 'node:crypto'
import { isAbsolute, join } from 'node:path'
import type { Estate } from '../../domain/profile.ts'
import { err, ok, type Result } from '../../domain/result.ts'

type Env = { readonly [name: string]: string | undefined }

/** From where an estate's hosts are managed, as they keep it: organisation, and where its state lives without account, password and options. */
export const managedFrom = ({
  organisation,
  stateBackend,
}: Pick<Estate, 'organisation' | 'stateBackend'>): string =>
  `${organisation} ${stateBackend.replace(/:\/\/[^/@]*@/, '://').replace(/\?.*$/, '')}`

/**
 * Where this machine keeps who uses which link of an estate, and what is known of its links: one folder for whoever manages the same
 * hosts from here, whatever checkout or work folder. A copy for a rehearsal or a lab has a state of its own, and so a folder of its own.
 * The error is a sentence without an end: what was expected, and what is so.
 */
export function linkFolder(
  estate: Pick<Estate, 'organisation' | 'stateBackend'>,
  env: Env = process.env,
): Result<string, string> {
  const from = managedFrom(estate)
  const mark = createHash('sha256').update(from).digest('hex').slice(0, 12)
  const name = `${estate.organisation.replace(/[^a-zA-Z0-9]+/g, '-')}-${mark}`
  const machine = machineFolder(env)
  return machine.ok ? ok(join(machine.value, name)) : machine
}

/** `CHANCERY_MACHINE_FOLDER`, else the account's folder for what outlives a run (XDG). */
function machineFolder(env: Env): Result<string, string> {
  const named = env['CHANCERY_MACHINE_FOLDER'] ?? ''
  if (named !== '')
    return isAbsolute(named)
      ? ok(named)
      : err(`CHANCERY_MACHINE_FOLDER: expected a path from the root, got "${named}"`)
  // As XDG has it, a path that is relative counts as none.
  const [state = '', home = ''] = [env['XDG_STATE_HOME'], env['HOME'] ?? env['USERPROFILE']]
  if (isAbsolute(state)) return ok(join(state, 'chancery'))
  return isAbsolute(home)
    ? ok(join(home, '.local', 'state', 'chancery'))
    : err('expected CHANCERY_MACHINE_FOLDER, XDG_STATE_HOME or HOME to name a folder, none does')
}

/** Files of an estate's links in its folder. */
export const leaseFile = (folder: string): string => join(folder, 'leases.sqlite')
/** What processes of this machine tell each other about links. */
export const boardFile = (folder: string): string => join(folder, 'links.sqlite')
