import type { StackUpdate } from '../../engine/history.ts'
import type { JournalEntry } from './journal.ts'
import { readNote } from './message.ts'

/** One run on a site's stack, from what the backend and this machine's journal know of it. */
export type HistoryItem = {
  /** ISO 8601, UTC. */
  readonly at: string
  readonly ended?: string
  /** `up`, `destroy`, `refresh`, or the engine's own word where another tool ran. */
  readonly operation: string
  /** `alice@ops1`; absent where another tool than chancery ran. */
  readonly by?: string
  readonly run?: string
  readonly plan?: string
  /** Id of the rollout that it was part of; absent = of none. */
  readonly rollout?: string
  readonly reason?: string
  /**
   * `done`, `failed`, `unreachable`, `deferred` as its person was told; from the backend alone `succeeded`, `failed`, `in-progress`;
   * `cut off`: it began and never said how it ended.
   */
  readonly result: string
  readonly because?: string
  /** Resources by what was planned for them; of another tool's run as the engine counted, the stack itself among them. */
  readonly changes: { readonly [op: string]: number }
  /** What was previewed, a line a resource. */
  readonly planned: readonly string[]
  /** Whether the backend has it, and with it everybody who shares that. False: it never came to the engine. */
  readonly shared: boolean
}

/**
 * Joins both by the id of the run, the latest first. The backend knows what everybody ran on the stack; the journal how this machine's
 * runs ended, also those that never came to the engine. `updates`: the latest first; `journal`: the oldest first.
 */
export function joinHistory(
  updates: readonly StackUpdate[],
  journal: readonly JournalEntry[],
): readonly HistoryItem[] {
  const runs = new Map<string, { readonly first: JournalEntry; readonly last: JournalEntry }>()
  for (const entry of journal) {
    runs.set(entry.run, { first: runs.get(entry.run)?.first ?? entry, last: entry })
  }
  const told = new Set<string>()
  const shared = updates.map((update): HistoryItem => {
    const note = readNote(update.message)
    const own = note === undefined ? undefined : runs.get(note.run)?.last
    if (note !== undefined) told.add(note.run)
    return {
      at: update.started,
      ...(update.ended !== undefined && { ended: update.ended }),
      operation: note?.operation ?? update.kind,
      ...(note && { by: note.by, run: note.run }),
      ...(note?.plan !== undefined && { plan: note.plan }),
      ...(note?.rollout !== undefined && { rollout: note.rollout }),
      ...(note?.reason !== undefined && { reason: note.reason }),
      result: own === undefined || own.outcome === 'started' ? update.result : own.outcome,
      ...(own?.because !== undefined && { because: own.because }),
      changes: own?.changes ?? (note === undefined ? update.changes : countVerbs(note.changes)),
      planned: note?.changes ?? [],
      shared: true,
    }
  })
  const local = [...runs.values()]
    .filter(({ last }) => !told.has(last.run))
    .map(({ first, last }): HistoryItem => {
      const { run, operation, by, plan, rollout, reason, because, changes } = last
      return {
        at: first.at,
        ...(last !== first && { ended: last.at }),
        operation,
        by,
        run,
        ...(plan !== undefined && { plan }),
        ...(rollout !== undefined && { rollout }),
        ...(reason !== undefined && { reason }),
        result: last.outcome === 'started' ? 'cut off' : last.outcome,
        ...(because !== undefined && { because }),
        changes,
        planned: [],
        shared: false,
      }
    })
  return merged(shared, local.toReversed())
}

/** Both with the latest first. What each says of its own order stands, whatever a clock said that was wrong for a time. */
function merged(shared: readonly HistoryItem[], local: readonly HistoryItem[]): readonly HistoryItem[] {
  const items: HistoryItem[] = []
  let next = 0
  for (const one of shared) {
    const later = local.findIndex(({ at }, i) => i >= next && Date.parse(at) <= Date.parse(one.at))
    const end = later === -1 ? local.length : later
    items.push(...local.slice(next, end), one)
    next = end
  }
  return [...items, ...local.slice(next)]
}

/** `create File a on h1` counts as one `create`; `and 10 more` as ten `more`. */
function countVerbs(changes: readonly string[]): { readonly [op: string]: number } {
  const counts: Record<string, number> = {}
  for (const change of changes) {
    const more = /^and (\d+) more$/.exec(change)?.[1]
    const verb = more === undefined ? change.slice(0, change.indexOf(' ')) : 'more'
    counts[verb] = (counts[verb] ?? 0) + Number(more ?? 1)
  }
  return counts
}
