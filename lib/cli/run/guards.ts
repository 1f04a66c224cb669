import type { Failure } from '../../domain/failure.ts'
import type { BatchEnd, HostBatch } from '../../reconcile/batch.ts'
import type { BookEntry, PlanBook } from '../../reconcile/book.ts'
import { scriptOf } from '../../reconcile/loaded-kind.ts'
import { keyOf, lookOf, nameOf } from '../../reconcile/target.ts'
import type { Guard } from '../../transport/wire.ts'

type Seen = { readonly entry: BookEntry; readonly guard: Guard }

/** Arms each host's batch with every expectation of its plan, also of what needs nothing: the plan was made on all of it. */
/** `waits`: whether a resource depends on another one of the plan that will be acted on. */
export function armGuards(
  book: PlanBook,
  batch: (host: string) => HostBatch,
  waits: (urn: string) => boolean,
): void {
  const byHost = new Map<string, Seen[]>()
  for (const entry of book.all()) {
    if (!entry.guardAtStart || entry.decision.do === 'fail') continue
    const guard = { ...lookOf(entry.target), expect: entry.decision.sight.hash }
    byHost.set(entry.target.host, [...(byHost.get(entry.target.host) ?? []), { entry, guard }])
  }
  for (const [host, seen] of byHost) {
    const scripts = seen.map(({ entry }) => scriptOf(entry.target.loaded, 'observe'))
    const unique = [...new Map(seen.map((s) => [s.guard.key, s.guard])).values()]
    const ready = book.acts(host).filter((act) => act.guardAtStart && !waits(act.target.urn)).length
    batch(host).arm(unique, scripts, ready, (end) => describe(host, seen, end))
  }
}

function describe(host: string, seen: readonly Seen[], end: BatchEnd): Failure {
  switch (end.why) {
    case 'guards': {
      const changed = end.changed[0]
      const entry = seen.find((s) => keyOf(s.entry.target) === changed?.key)?.entry
      if (changed === undefined || entry === undefined || entry.decision.do === 'fail') {
        return { kind: 'protocol', host, detail: 'a guard failed without saying which' }
      }
      return {
        kind: 'changed',
        host,
        resource: nameOf(entry.target),
        planned: entry.decision.sight.found,
        now: changed.seen,
      }
    }
    case 'guard-error': {
      const entry = seen.find((s) => keyOf(s.entry.target) === end.key)?.entry
      const resource = entry === undefined ? end.key : nameOf(entry.target)
      return { kind: 'unobservable', host, resource, because: `${end.error.message} (${end.error.fqid})` }
    }
    case 'need':
      return {
        kind: 'protocol',
        host,
        detail: `scripts that were sent are still missing: ${end.need.join(', ')}`,
      }
    case 'bad-frame':
      return { kind: 'protocol', host, detail: `the frame could not be read there: ${end.error.message}` }
  }
}
