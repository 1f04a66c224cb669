import { describeFailure } from '../../domain/failure.ts'
import type { BookEntry } from '../book.ts'
import { describeOwner, type Owner, sameOwner } from '../ownership.ts'
import type { Observations } from '../look.ts'
import type { Sight } from '../observation.ts'
import { nameOf } from '../target.ts'
import type { Digests, GuardPlan, PlanPart, ResourcePlan, StepPlan } from './document.ts'
import { type Mask, maskFor } from './mask.ts'
import type { Later, Sealer } from './seal.ts'

/** What the plan of a book is written with. */
export type Writing = {
  readonly sealer: Sealer
  readonly observations: Observations
  readonly owner: (urn: string) => Owner
  /** URN to URNs that it waits for. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>
  /** Which output of which resource a value of later is: by URN and path of the input. */
  readonly later: (urn: string, path: string) => Later | undefined
}

/** The entries of a plan book as a file holds them: in order of host and name, the halves of a replacement together. */
export function resourcePlans(entries: readonly BookEntry[], writing: Writing): readonly ResourcePlan[] {
  const byUrn = Map.groupBy(entries, (entry) => entry.target.urn)
  return [...byUrn.values()]
    .map((parts) => resourcePlan(parts, writing))
    .sort(
      (a, b) =>
        collator.compare(a.host, b.host) || collator.compare(a.name, b.name) || (a.urn < b.urn ? -1 : 1),
    )
}

const collator = new Intl.Collator('en', { numeric: true })
const order = ['delete', 'update', 'create'] as const

function resourcePlan(entries: readonly BookEntry[], writing: Writing): ResourcePlan {
  const sorted = entries.toSorted((a, b) => order.indexOf(a.operation) - order.indexOf(b.operation))
  const { target } = sorted.at(-1)!
  return {
    urn: target.urn,
    kind: target.loaded.kind.token,
    name: nameOf(target),
    host: target.host,
    after: [...new Set(writing.dependencies.get(target.urn) ?? [])].sort(),
    parts: sorted.map((entry) => partOf(entry, writing)),
  }
}

function partOf(entry: BookEntry, writing: Writing): PlanPart {
  const { decision, operation, target } = entry
  const mask = maskFor(target.urn, target.want, entry.secrets, writing.sealer, (path) =>
    writing.later(target.urn, path),
  )
  const base = { operation, want: wantOf(entry, writing), guard: guardOf(entry, mask, writing) }
  switch (decision.do) {
    case 'act': {
      const steps = decision.steps.map(
        ({ verb, because, changes, effects, limitMs, params }, i): StepPlan => ({
          verb,
          because: mask.text(because),
          changes,
          effects,
          limitMs: limitMs ?? null,
          params: mask.object(`${operation} ${i}`, params),
        }),
      )
      return { ...base, do: 'act', because: mask.text(decision.because), adopt: decision.adopt, steps }
    }
    case 'nothing':
      return { ...base, do: 'nothing', because: mask.text(decision.record?.because ?? decision.because) }
    case 'replace':
      return { ...base, do: 'replace', because: mask.text(decision.because), properties: decision.properties }
    case 'fail':
      return { ...base, do: 'waits', because: mask.text(describeFailure(decision.failure)) }
  }
}

/** Digests of host, adoption and each input; a value of later is one by its place. */
function wantOf({ target, operation }: BookEntry, { sealer }: Writing): Digests {
  const inputs = { ...target.want, host: target.host, adopt: target.adopt }
  return Object.fromEntries(
    Object.entries(inputs)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, sealer.seal(`${target.urn} want ${operation} ${name}`, value)]),
  )
}

function guardOf(entry: BookEntry, mask: Mask, writing: Writing): GuardPlan {
  const sight = sightOf(entry, writing.observations)
  if (sight === undefined) return { at: 'never' }
  const { urn } = entry.target
  const place = `${entry.operation} seen`
  return {
    at: entry.guardAtStart ? 'start' : 'removed',
    expects:
      sight.found === null
        ? 'absent'
        : mask.hasSecrets
          ? `sealed:${writing.sealer.seal(`${urn} ${place}`, sight.hash)}`
          : `sha256:${sight.hash}`,
    seen: sight.found === null ? null : mask.object(place, sight.found),
    owner:
      sight.owner === null
        ? 'nobody'
        : sameOwner(sight.owner, writing.owner(urn))
          ? 'us'
          : withoutPassword(describeOwner(sight.owner)),
  }
}

function sightOf({ decision, target }: BookEntry, observations: Observations): Sight | undefined {
  if (decision.do !== 'fail') return decision.sight
  const seen = observations.get(target)
  return seen?.state === 'seen' ? seen : undefined
}

const withoutPassword = (text: string): string => text.replace(/(:\/\/[^\s/@:]*:)[^\s@]*(?=@)/g, '$1****')
