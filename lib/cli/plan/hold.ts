import type { Failure } from '../../domain/failure.ts'
import {
  compareGrounds,
  compareSites,
  compareVersions,
  type Grounds,
  type Mismatch,
  type PlanDocument,
  type PlanVersions,
  type SitePlan,
} from '../../reconcile/plan-file/index.ts'
import type { JournalEntry } from '../history/journal.ts'
import { markOf, mismatchLines } from './words.ts'

/** What of a saved plan no longer holds that can be told without looking at a host. */
export function groundMismatches(
  plan: PlanDocument,
  planned: SitePlan,
  now: { readonly versions: PlanVersions; readonly grounds: Grounds },
): readonly Mismatch[] {
  return [...compareVersions(plan.versions, now.versions), ...compareGrounds(planned.restsOn, now.grounds)]
}

export { compareSites as siteMismatches }

/** Why the site is refused, and the hosts that changed as failures: what they look like now beside what was planned on. */
export function refusalOf(
  site: string,
  mismatches: readonly Mismatch[],
  before?: CarriedOut,
): { readonly because: string; readonly failures: readonly Failure[] } {
  const failures = mismatches.flatMap((one): readonly Failure[] =>
    one.of === 'host'
      ? [
          {
            kind: 'changed',
            host: one.host,
            resource: one.what,
            planned: withOwner(one.planned, one, 'planned'),
            now: withOwner(one.now, one, 'now'),
          },
        ]
      : [],
  )
  const because = [
    `the plan of ${site} is refused, and nothing ran on any of its hosts:`,
    ...mismatchLines(mismatches).map((line) => `- ${line}.`),
    ...(before === undefined
      ? []
      : [
          `It was carried out at ${minuteOf(before.at)} UTC by ${before.by} (${before.outcome}), and a plan runs once.`,
        ]),
    before?.outcome === 'done'
      ? 'Preview again to see what is due there now.'
      : 'Preview again and have the new plan approved.',
  ].join('\n')
  return { because, failures }
}

/** When this very plan was carried out at the site, by whom and with what result. */
export type CarriedOut = Pick<JournalEntry, 'at' | 'by' | 'outcome'>

/** What the journal of this machine says of a plan at a stack; undefined: it was not carried out from here. */
export const carriedOut = (
  plan: PlanDocument,
  stack: string,
  journal: readonly JournalEntry[],
): CarriedOut | undefined =>
  journal.findLast(
    (entry) =>
      entry.stack === stack &&
      (entry.outcome === 'done' || entry.outcome === 'failed') &&
      entry.plan?.startsWith(markOf(plan)) === true,
  )

const minuteOf = (iso: string): string => iso.slice(0, 16).replace('T', ' ')

type Changed = Extract<Mismatch, { of: 'host' }>

/** Where only the record changed, that is what there is to show. */
const withOwner = (seen: Changed['now'], { owner }: Changed, which: 'planned' | 'now'): Changed['now'] =>
  owner.planned === owner.now ? seen : { ...seen, record: owner[which] }
