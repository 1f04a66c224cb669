import { exitCode } from '../../domain/outcome.ts'
import type { Catalogue } from '../../reconcile/loaded-kind.ts'
import type { Context, Globals } from '../command.ts'
import type { Fleet } from '../run/fleet.ts'
import type { RunRequest } from '../run/types.ts'
import type { SignalInterrupts } from '../signals.ts'
import type { Progress } from '../view/progress.ts'

/** Options of `chancery import`. */
export type ImportArgs = Globals & {
  readonly site: string
  readonly host: string | undefined
  readonly program: string | undefined
  readonly rollout: string | undefined
  readonly kind: readonly string[]
  readonly path: readonly string[]
  readonly pick: readonly string[]
  readonly out: string | undefined
  readonly takeFrom: string | undefined
  readonly yes: boolean
  readonly now: boolean
  readonly reason: string | undefined
  readonly onBackup: boolean
  readonly patience: number | undefined
}

/** What a run of `import` has at hand. */
export type Import = {
  readonly args: ImportArgs
  readonly context: Context
  readonly catalogue: Catalogue
  readonly request: RunRequest
  readonly fleet: Fleet
  readonly interrupts: SignalInterrupts
  readonly progress: Progress
}

/** Says what stands against it; nothing was changed. */
export function complain(
  { context, progress }: Pick<Import, 'context' | 'progress'>,
  lines: readonly string[],
): number {
  progress.close()
  context.output.complain(`chancery: ${lines.join('\n  ')}`)
  return exitCode.failed
}
