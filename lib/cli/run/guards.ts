import type { Failure } from '../../domain/failure.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Remembered } from '../../provider/preview-memory.ts'
import type { BatchEnd, HostBatch } from '../../reconcile/batch.ts'
import type { PlanBook } from '../../reconcile/book.ts'
import { type DigestKeys, withKey } from '../../reconcile/digest-key.ts'
import { type Catalogue, type Script, scriptOf } from '../../reconcile/loaded-kind.ts'
import { lookOf, nameOf } from '../../reconcile/target.ts'
import type { Guard } from '../../transport/wire.ts'

/** An expectation of a plan: what a host is asked, and what is said of it when it fails. */
type Expectation = {
  readonly host: string
  readonly guard: Guard
  readonly script: Script
  readonly name: string
  readonly found: JsonObject | null
}

/**
 * Arms each host's batch with every expectation of its plan, also of what needs nothing: the plan was made on all of it.
 * `waits`: whether a resource depends on another one of the plan that will be acted on.
 */
export function armGuards(
  book: PlanBook,
  batch: (host: string) => HostBatch,
  waits: (urn: string) => boolean,
): void {
  const expectations = book.all().flatMap(({ guardAtStart, decision, target }): readonly Expectation[] =>
    !guardAtStart || decision.do === 'fail'
      ? []
      : [
          {
            host: target.host,
            guard: { ...lookOf(target), expect: decision.sight.hash },
            script: scriptOf(target.loaded, 'observe'),
            name: nameOf(target),
            found: decision.sight.found,
          },
        ],
  )
  const ready = (host: string): number =>
    book.acts(host).filter((act) => act.guardAtStart && !waits(act.target.urn)).length
  arm(expectations, batch, ready)
}

/** The same of what the preview of a plain `pulumi up` left. What waits for what isn't known there: no frame waits for others. */
export function armRemembered(
  entries: readonly Remembered[],
  catalogue: Catalogue,
  batch: (host: string) => HostBatch,
  digestKeys: DigestKeys,
): void {
  const scripts = new Map(
    [...catalogue.values()].map((loaded) => scriptOf(loaded, 'observe')).map((one) => [one.hash, one]),
  )
  const expectations = entries.flatMap(
    ({ host, look, name, sight, guardAtStart }): readonly Expectation[] => {
      const script = scripts.get(look.script)
      return sight === undefined || !guardAtStart || script === undefined
        ? []
        : [
            {
              host,
              guard: { ...withKey(look, host, digestKeys), expect: sight.hash },
              script,
              name,
              found: sight.found,
            },
          ]
    },
  )
  arm(expectations, batch, () => 0)
}

function arm(
  expectations: readonly Expectation[],
  batch: (host: string) => HostBatch,
  ready: (host: string) => number,
): void {
  for (const [host, own] of Map.groupBy(expectations, (one) => one.host)) {
    const unique = [...new Map(own.map(({ guard }) => [guard.key, guard])).values()]
    const scripts = own.map(({ script }) => script)
    batch(host).arm(unique, scripts, ready(host), (end) => describe(host, own, end))
  }
}

function describe(host: string, expectations: readonly Expectation[], end: BatchEnd): Failure {
  const named = (key: string) => expectations.find(({ guard }) => guard.key === key)
  switch (end.why) {
    case 'guards': {
      const changed = end.changed.flatMap(({ key, seen }) => {
        const one = named(key)
        return one === undefined ? [] : [{ resource: one.name, planned: one.found, now: seen }]
      })
      const [first, ...also] = changed
      return first === undefined
        ? { kind: 'protocol', host, detail: 'a guard failed without saying which' }
        : { kind: 'changed', host, ...first, ...(also.length === 0 ? {} : { also }) }
    }
    case 'guard-error': {
      const resource = named(end.key)?.name ?? end.key
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
