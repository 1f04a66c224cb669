import { exitCode } from '../../domain/outcome.ts'
import type { Mismatch } from '../../reconcile/plan-file/index.ts'
import type { RunReport, SitePreview, Waits } from '../run/types.ts'

/** Whether a site's plan would be accepted now. */
export type Verdict = {
  /** The file, as it was named. */
  readonly plan: string
  readonly site: string
  /** `unknown`: its hosts could not be looked at. */
  readonly verdict: 'accepted' | 'refused' | 'unknown'
  readonly mismatches: readonly Mismatch[]
  /** Set where it is accepted and would not start now. */
  readonly waits?: Waits
  /** Why it is not accepted, for a person; empty where it is. */
  readonly told: string
}

/** `tell`: a site's preview as a text, with what changed on its hosts. */
export const verdictsOf = (
  plan: string,
  report: RunReport,
  tell: (preview: SitePreview) => string,
): readonly Verdict[] =>
  report.previews.map((preview) => {
    const mismatches = preview.plan?.do === 'hold' ? preview.plan.mismatches : []
    const verdict = preview.plan === undefined ? 'unknown' : mismatches.length > 0 ? 'refused' : 'accepted'
    const told = verdict === 'accepted' ? '' : tell(preview)
    const waits = verdict === 'accepted' && preview.waits !== undefined ? { waits: preview.waits } : {}
    return { plan, site: preview.site.id, verdict, mismatches, ...waits, told }
  })

/** A refusal outweighs a host that could not be looked at. */
export const exitCodeOfVerdicts = (verdicts: readonly Verdict[]): number =>
  verdicts.some(({ verdict }) => verdict === 'refused')
    ? exitCode.differences
    : verdicts.some(({ verdict }) => verdict === 'unknown')
      ? exitCode.unreachableOrDeferred
      : exitCode.done
