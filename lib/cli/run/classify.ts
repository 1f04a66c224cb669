import { describeFailure, type Failure } from '../../domain/failure.ts'
import type { SiteOutcome } from '../../domain/outcome.ts'

/** Failures that say nothing about what is on the host. */
const out = new Set<Failure['kind']>(['unreachable', 'unknown'])
const later = new Set<Failure['kind']>(['deferred', 'interrupted'])

/** How a site ended, from what went wrong on it. A real failure outweighs a lost link, a lost link a wait. */
export function outcomeOf(failures: readonly Failure[]): { outcome: SiteOutcome; because?: string } {
  if (failures.length === 0) return { outcome: 'done' }
  const first = (pick: (f: Failure) => boolean): Failure | undefined => failures.find(pick)
  const hard = first((f) => !out.has(f.kind) && !later.has(f.kind))
  if (hard !== undefined) return { outcome: 'failed', because: describeFailure(hard) }
  const lost = first((f) => out.has(f.kind))
  if (lost !== undefined) return { outcome: 'unreachable', because: describeFailure(lost) }
  return { outcome: 'deferred', because: describeFailure(failures[0]!) }
}
