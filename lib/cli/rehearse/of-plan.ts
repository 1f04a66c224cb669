import type { Site } from '../../domain/site.ts'
import type { PlanDocument } from '../../reconcile/plan-file/index.ts'
import { listed } from '../plan/words.ts'
import { lastObservations } from '../run/observed.ts'
import { stackFolder } from '../run/stacks.ts'

/**
 * What is said where a saved plan is rehearsed on copies that are older than it: made on another machine, it rests on a look that this
 * one has no part of. `work`: the folder `.chancery`. Undefined: every copy is as new as the plan.
 */
export function olderThanPlan(
  file: string,
  plan: PlanDocument,
  sites: readonly Site[],
  work: string,
): string | undefined {
  const older = plan.sites
    .filter(({ site }) => sites.some(({ id }) => id === site))
    .filter(({ stack, seenAt }) => {
      const at = lastObservations(stackFolder(work, stack))?.at
      return at === undefined || at < Date.parse(seenAt)
    })
    .map(({ site }) => site)
  return older.length === 0
    ? undefined
    : `The plan rests on a later look than the last from this machine at ${listed(older)}, so the rehearsal may refuse what the real hosts don't. To look now, changing nothing: chancery plan verify ${file}`
}
