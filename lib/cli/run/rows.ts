import type { Failure } from '../../domain/failure.ts'
import type { Effect } from '../../kinds/kind.ts'
import type { BookEntry, PlanBook } from '../../reconcile/book.ts'
import { readable } from '../../reconcile/plan-file/index.ts'
import { nameOf } from '../../reconcile/target.ts'
import type { PreviewRow } from './types.ts'

/** One row a resource, from the plan book. A replacement is a removal and a creation under one URN. */
export function rowsOf(book: PlanBook): readonly PreviewRow[] {
  const byUrn = new Map<string, BookEntry[]>()
  for (const entry of book.all()) byUrn.set(entry.target.urn, [...(byUrn.get(entry.target.urn) ?? []), entry])
  return [...[...byUrn.values()].map(rowOf), ...commandRows(book)].sort(byHostAndName)
}

/** Free commands run unseen: what they would change is not known. */
function commandRows(book: PlanBook): readonly PreviewRow[] {
  return book
    .commands()
    .filter(({ runs, record, said, failure }) => runs || (record ?? said ?? failure) !== undefined)
    .map(({ urn, host, operation, runs, record, said, failure }): PreviewRow => {
      const base = { name: `Command ${urn.slice(urn.lastIndexOf('::') + 2)}`, host, urn }
      if (failure !== undefined) return { ...base, change: 'fail', because: [], effects: [], failure }
      return {
        ...base,
        change: operation,
        because: [record?.because ?? said ?? 'a command of the program’s own; what it does is not known'],
        effects: runs ? ['unguarded'] : [],
      }
    })
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
    return {
      ...base,
      change: 'fail',
      because: [],
      effects: [],
      failure: toldFailure(failed, failed.decision.failure),
    }
  }
  const steps = both.flatMap((e) => (e.decision.do === 'act' ? e.decision.steps : []))
  const reasons =
    steps.length > 0
      ? steps.map((s) => s.because)
      : both.flatMap(({ decision }) =>
          decision.do === 'nothing' ? (decision.record ?? decision).because : becauseIn(decision),
        )
  const because = reasons.map((text) => told(main, text))
  const effects = [...new Set<Effect>(steps.flatMap((s) => s.effects))]
  const removal = steps.length === 0 && main.operation === 'delete' ? removalOf(main) : undefined
  return {
    ...base,
    change: changeOf(main, replaced),
    because,
    effects,
    ...(removal === undefined ? {} : { removal }),
  }
}

const becauseIn = (decision: BookEntry['decision']): string | readonly string[] =>
  'because' in decision ? decision.because : []

/** What becomes of a thing that is removed from the state without a step on its host. */
const removalOf = ({ decision }: BookEntry): PreviewRow['removal'] =>
  'sight' in decision ? (decision.sight.found === null ? 'gone' : 'stays') : undefined

const told = ({ target, secrets }: BookEntry, text: string): string => readable(text, target.want, secrets)

/** A rule may tell the value that it refuses. */
function toldFailure(entry: BookEntry, failure: Failure): Failure {
  return failure.kind === 'refused' || failure.kind === 'deferred'
    ? { ...failure, because: told(entry, failure.because), fix: told(entry, failure.fix) }
    : failure
}

function changeOf(main: BookEntry, replaced: boolean): PreviewRow['change'] {
  if (replaced) return 'replace'
  if (main.operation === 'delete') return 'delete'
  // A create that finds its own thing as wanted writes the state only, which is still a change of the stack.
  if (main.operation === 'create') return 'create'
  const { decision } = main
  return decision.do === 'act' || (decision.do === 'nothing' && decision.record !== undefined)
    ? 'update'
    : 'same'
}

/**
 * Marks what will not run this time, because something that it waits for fails, or is there only after a restart of the host: the
 * engine starts no resource whose dependency is not done.
 */
export function withWaiting(
  rows: readonly PreviewRow[],
  dependencies: ReadonlyMap<string, readonly string[]>,
): readonly PreviewRow[] {
  const byUrn = new Map(rows.map((row) => [row.urn, row]))
  const holds = (row: PreviewRow): boolean =>
    row.failure !== undefined || row.effects.includes('needs-host-restart')
  const holder = (urn: string): PreviewRow | undefined => {
    for (const dependency of dependencies.get(urn) ?? []) {
      const row = byUrn.get(dependency)
      const found = row !== undefined && holds(row) ? row : holder(dependency)
      if (found !== undefined) return found
    }
    return undefined
  }
  return rows.map((row) => {
    const cause =
      row.change === 'same' || row.change === 'delete' || row.failure !== undefined
        ? undefined
        : holder(row.urn)
    return cause === undefined
      ? row
      : { ...row, change: 'fail', because: [], effects: [], failure: waits(row, cause) }
  })
}

const waits = (row: PreviewRow, cause: PreviewRow): Failure => ({
  kind: 'deferred',
  host: row.host,
  resource: row.name,
  because:
    cause.failure === undefined
      ? `it waits for ${cause.name}, which needs a restart of the host`
      : `it waits for ${cause.name}`,
  fix:
    cause.failure === undefined
      ? 'Restart the host with chancery restart, then run again.'
      : 'Run again once that is done.',
})
