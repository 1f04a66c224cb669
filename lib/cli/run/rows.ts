import type { Effect } from '../../kinds/kind.ts'
import type { BookEntry, PlanBook } from '../../reconcile/book.ts'
import { nameOf } from '../../reconcile/target.ts'
import type { PreviewRow } from './types.ts'

/** One row a resource, from the plan book. A replacement is a removal and a creation under one URN. */
export function rowsOf(book: PlanBook): readonly PreviewRow[] {
  const byUrn = new Map<string, BookEntry[]>()
  for (const entry of book.all()) byUrn.set(entry.target.urn, [...(byUrn.get(entry.target.urn) ?? []), entry])
  return [...byUrn.values()].map(rowOf).sort(byHostAndName)
}

/** The engine plans in no fixed order; a person reads `note 2` before `note 10`. */
const byHostAndName = (a: PreviewRow, b: PreviewRow): number =>
  collator.compare(a.host, b.host) || collator.compare(a.name, b.name)
const collator = new Intl.Collator('en', { numeric: true })

function rowOf(entries: readonly BookEntry[]): PreviewRow {
  const create = entries.find((e) => e.operation === 'create')
  const remove = entries.find((e) => e.operation === 'delete')
  const main = create ?? entries.find((e) => e.operation === 'update') ?? remove!
  const replaced = create !== undefined && remove !== undefined
  const both = replaced ? [remove, create] : [main]
  const failed = both.find((e) => e.decision.do === 'fail')
  const base = { name: nameOf(main.target), host: main.target.host, urn: main.target.urn }
  if (failed?.decision.do === 'fail') {
    return { ...base, change: 'fail', because: [], effects: [], failure: failed.decision.failure }
  }
  const steps = both.flatMap((e) => (e.decision.do === 'act' ? e.decision.steps : []))
  const because =
    steps.length > 0
      ? steps.map((s) => s.because)
      : both.flatMap((e) => ('because' in e.decision ? e.decision.because : []))
  const effects = [...new Set<Effect>(steps.flatMap((s) => s.effects))]
  return { ...base, change: changeOf(main, replaced), because, effects }
}

function changeOf(main: BookEntry, replaced: boolean): PreviewRow['change'] {
  if (replaced) return 'replace'
  if (main.operation === 'delete') return 'delete'
  // A create that finds its own thing as wanted writes the state only, which is still a change of the stack.
  return main.operation === 'create' ? 'create' : main.decision.do === 'act' ? 'update' : 'same'
}
