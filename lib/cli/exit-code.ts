import { exitCode } from '../domain/outcome.ts'
import type { RunReport, SiteReport } from './run/types.ts'

/**
 * The exit code of a run. What went wrong outweighs what was asked, and a difference that was found is an answer even where
 * another site could not be looked at.
 */
export function exitCodeOf(
  report: Pick<RunReport, 'interrupted' | 'differences'> & {
    readonly sites: readonly Pick<SiteReport, 'outcome'>[]
  },
  asked: { readonly expectNoChanges: boolean },
): number {
  const some = (...outcomes: readonly string[]) =>
    report.sites.some(({ outcome }) => outcomes.includes(outcome))
  if (report.interrupted) return exitCode.interrupted
  if (some('failed')) return exitCode.failed
  if (asked.expectNoChanges && report.differences) return exitCode.differences
  if (some('unreachable', 'deferred')) return exitCode.unreachableOrDeferred
  return exitCode.done
}
