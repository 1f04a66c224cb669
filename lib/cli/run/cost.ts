import { deflateRawSync } from 'node:zlib'
import type { Link } from '../../domain/site.ts'
import { budgetAt } from '../../link/timetable.ts'
import { type Estimate, estimate } from '../../link/cost.ts'
import type { BookEntry, PlanBook } from '../../reconcile/book.ts'
import { scriptOf } from '../../reconcile/loaded-kind.ts'
import { lookOf } from '../../reconcile/target.ts'
import type { PreviewRow } from './types.ts'

/** What carrying out a plan book costs on its link, on the sessions that the preview opened. `depth`: longest chain of dependence. */
export function costOf(
  book: PlanBook,
  rows: readonly PreviewRow[],
  link: Link,
  now: number,
  depth: number,
): Estimate {
  const runs = new Set(rows.filter((row) => row.failure === undefined).map((row) => row.urn))
  const acts = book
    .all()
    .filter(isAct)
    .filter((e) => runs.has(e.target.urn))
  const guards = acts.length === 0 ? [] : book.all().filter((e) => e.guardAtStart && e.decision.do !== 'fail')
  const hosts = new Set(acts.map((e) => e.target.host))
  const texts = new Map(acts.flatMap((e) => scriptsIn(e).map((s) => [s.hash, s.text] as const)))
  const params = [
    ...guards.map((e) => lookOf(e.target).params),
    ...acts.flatMap((e) => e.decision.steps.map((s) => s.params)),
  ]
  const work = {
    connections: 0,
    exchanges: acts.length === 0 ? 0 : hosts.size * Math.max(1, depth),
    observes: guards.length,
    applies: acts.length,
    scriptBytes: deflated([...texts.values()].join('\n')),
    paramsBytes: deflated(params.map((p) => JSON.stringify(p)).join('\n')),
  }
  return estimate(work, link, budgetAt(link, now).kbitPerS)
}

type Act = BookEntry & { decision: Extract<BookEntry['decision'], { do: 'act' }> }
const isAct = (entry: BookEntry): entry is Act => entry.decision.do === 'act'

const scriptsIn = (entry: Act) => entry.decision.steps.map((s) => scriptOf(entry.target.loaded, s.verb))

const deflated = (text: string): number => (text === '' ? 0 : deflateRawSync(Buffer.from(text)).length)
