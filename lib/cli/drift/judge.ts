import type { Failure } from '../../domain/failure.ts'
import type { Json, JsonObject } from '../../domain/json.ts'
import type { Plan } from '../../kinds/kind.ts'
import { decide, type Owner } from '../../reconcile/decide.ts'
import { foundValue, type LeftAlone, planLeaving } from '../../reconcile/left-alone.ts'
import type { Observation } from '../../reconcile/observation.ts'
import { parsePath, valueAt } from '../../reconcile/property-path.ts'
import type { Target } from '../../reconcile/target.ts'
import type { AcceptedDrift, Judged, PropertyDrift, Verdict } from './types.ts'

/**
 * What a preview would decide about a thing that the last run left as declared, as an answer to "is it so?". Pure. `secrets`: inputs
 * of which nothing is shown.
 */
export function judge(
  target: Target,
  observation: Observation,
  me: Owner,
  secrets: ReadonlySet<string>,
): Judged {
  const decision = decide('update', target, observation, me, false)
  const found = observation.state === 'seen' ? observation.found : null
  const { plan, left } = planLeaving(target, found, target.recorded)
  const whole = target.loaded.kind.plan(target.want, found, target.recorded)
  const shown = (of: Plan, names: readonly string[]): readonly PropertyDrift[] =>
    found === null ? [] : names.map((name) => drift(target, found, of, name, secrets))
  const verdict = ((): Verdict => {
    switch (decision.do) {
      case 'nothing':
        return { is: 'as-declared', because: decision.because }
      case 'act':
        if (decision.sight.found === null)
          return { is: 'absent', because: hiding(decision.because, target, secrets) }
        return decision.steps.length === 0
          ? { is: 'unrecorded', because: decision.because }
          : { is: 'drifted', properties: shown(plan, names(plan)) }
      case 'replace':
        return { is: 'drifted', properties: shown(plan, names(plan)) }
      case 'fail':
        return gone(observation, decision.failure) ?? failed(decision.failure, shown(plan, names(plan)))
    }
  })()
  const foreign = verdict.is === 'foreign' || verdict.is === 'unseen'
  return {
    verdict,
    accepted: foreign ? [] : left.flatMap((one) => accepted(one, shown(whole, [rootOf(one)]))),
    ignored: foreign ? [] : left.filter(({ why }) => why === 'ignored').map(({ property }) => property),
  }
}

/** What is not there is said to be absent, also where a rule keeps it so. */
const gone = (observation: Observation, failure: Failure): Verdict | undefined =>
  observation.state === 'seen' && observation.found === null && failure.kind === 'refused'
    ? { is: 'absent', because: failure.because, refused: failure }
    : undefined

function failed(failure: Failure, properties: readonly PropertyDrift[]): Verdict {
  switch (failure.kind) {
    case 'exists':
      return { is: 'foreign', failure }
    case 'deferred':
      return { is: 'unsettled', failure }
    case 'refused':
      return properties.length > 0
        ? { is: 'drifted', properties, refused: failure }
        : { is: 'refused', failure }
    default:
      return { is: 'unseen', failure }
  }
}

const names = (plan: Plan): readonly string[] => [
  ...new Set(
    plan.do === 'steps' ? plan.steps.flatMap((s) => s.changes) : plan.do === 'replace' ? plan.properties : [],
  ),
]

const rootOf = (one: LeftAlone): string => parsePath(one.property)?.[0] ?? one.property

const accepted = (one: LeftAlone, drifts: readonly PropertyDrift[]): readonly AcceptedDrift[] =>
  one.why === 'accepted'
    ? drifts.map((found) => ({
        drift: { ...found, property: one.property },
        reason: one.reason,
        until: one.until,
      }))
    : []

function drift(
  target: Target,
  found: JsonObject,
  plan: Plan,
  property: string,
  secrets: ReadonlySet<string>,
): PropertyDrift {
  if (secrets.has(property)) return { property, secret: true }
  const { kind } = target.loaded
  const because = reasonOf(plan, property)
  const declared = valueAt(target.want, [property])
  return {
    property,
    secret: false,
    declared,
    found:
      foundValue(kind, target.want, found, target.recorded, property) ??
      quotedIn(because, property, declared),
    // A step that brings about a secret too may name it.
    because: sharesWithSecret(plan, property, secrets) ? '' : because,
  }
}

/** Why a plan brings about an input: the words of its steps. */
const reasonOf = (plan: Plan, property: string): string =>
  plan.do === 'steps'
    ? plan.steps
        .filter((step) => step.changes.includes(property))
        .map((step) => step.because)
        .join('; ')
    : plan.do === 'nothing'
      ? ''
      : plan.because

/** What a reason says was found of one input: `memoryStartupMB differs: 4096 wanted, 2048 found`. */
function quotedIn(because: string, property: string, declared: Json | undefined): Json | undefined {
  for (const clause of because.split('; ')) {
    const match = /^(\S+) differs: (.*) wanted, (.*) found$/s.exec(clause)
    // Of what is told by its length or otherwise the reason itself is shown.
    if (match !== null && match[1] === property && match[2] === String(declared)) return match[3]
  }
  return undefined
}

const sharesWithSecret = (plan: Plan, property: string, secrets: ReadonlySet<string>): boolean =>
  plan.do === 'steps'
    ? plan.steps.some((s) => s.changes.includes(property) && s.changes.some((c) => secrets.has(c)))
    : plan.do === 'replace' && plan.properties.some((p) => secrets.has(p))

const hiding = (because: string, target: Target, secrets: ReadonlySet<string>): string =>
  Object.keys(target.want).some((name) => secrets.has(name)) ? 'it is not there' : because
