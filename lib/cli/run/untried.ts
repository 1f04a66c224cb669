import { exitCode } from '../../domain/outcome.ts'
import { type Context, UsageError } from '../command.ts'
import type { RunFailure } from './types.ts'

/** How a command ends of which nothing was tried: what the person named wrongly is a UsageError, anything else is told. */
export function untried(
  failure: RunFailure,
  { output }: Pick<Context, 'output'>,
  interrupts?: { readonly level: number },
): number {
  if (failure.kind === 'input') throw new UsageError(failure.message)
  output.complain(`chancery: ${failure.message}`)
  return (interrupts?.level ?? 0) > 0 ? exitCode.interrupted : exitCode.failed
}
