import { systemClock } from '../../domain/clock.ts'
import { exitCode } from '../../domain/outcome.ts'
import type { Estate } from '../../domain/profile.ts'
import type { Context } from '../command.ts'
import { interruptsOf, type SignalInterrupts } from '../signals.ts'
import { type Fleet, openFleet } from './fleet.ts'
import { ensureFolders } from './own-folders.ts'
import { workRoot } from './stacks.ts'

/** What a command has that works on hosts without a program and a state. */
export type AtHosts = {
  readonly fleet: Fleet
  readonly interrupts: SignalInterrupts
  /** Folder `.chancery`. */
  readonly root: string
}

/** Opens the hosts of an estate for one piece of work, and closes them whatever becomes of it. Gives the exit code of the work. */
export async function atHosts(
  estate: Estate,
  context: Context,
  work: (at: AtHosts) => Promise<number>,
): Promise<number> {
  const root = workRoot(context.cwd, context.env)
  const folder = ensureFolders([root])
  if (!folder.ok) {
    context.output.complain(`chancery: ${folder.error}`)
    return exitCode.failed
  }
  const interrupts = interruptsOf(process, systemClock)
  const fleet = openFleet({ estate, clock: systemClock, emit: () => {}, root, env: context.env })
  try {
    return await work({ fleet, interrupts, root })
  } finally {
    await fleet.close()
    interrupts.release()
  }
}
