import type { Failure } from '../domain/failure.ts'
import type { Plan, Step } from '../kinds/kind.ts'
import type { Owner } from '../transport/wire.ts'

/** Who a record on the host names: what a caller of this flow says of itself. */
export type { Owner } from '../transport/wire.ts'
import type { Observation, Sight } from './observation.ts'
import { nameOf, type Target } from './target.ts'

export type Operation = 'create' | 'update' | 'delete'

/** What will be done about one thing: made in the preview, kept in the plan book, carried out unchanged. */
export type Decision =
  | { readonly do: 'nothing'; readonly because: string; readonly sight: Sight }
  | {
      readonly do: 'act'
      /** None: only the record of ownership is written or goes. */
      readonly steps: readonly Step[]
      readonly because: string
      readonly sight: Sight
      /** A thing that exists without our record is taken over. */
      readonly adopt: boolean
    }
  | {
      readonly do: 'replace'
      readonly because: string
      readonly properties: readonly string[]
      readonly sight: Sight
    }
  | { readonly do: 'fail'; readonly failure: Failure }

/** Two records name the same owner when organisation, backend and resource agree. */
export const sameOwner = (a: Owner, b: Owner): boolean =>
  a.organisation === b.organisation && a.backend === b.backend && a.urn === b.urn

export const describeOwner = (o: Owner): string => `${o.organisation} (${o.urn}, state in ${o.backend})`

/**
 * One flow for missing, ours, adopted and drifted. Pure.
 * `dataLossNamed`: the person named this resource for removal on the command line.
 */
export function decide(
  operation: Operation,
  target: Target,
  observation: Observation,
  me: Owner,
  dataLossNamed: boolean,
): Decision {
  if (observation.state === 'unobservable') return { do: 'fail', failure: observation.failure }
  const foreign = foreignTo(target, observation, me)
  if (foreign !== undefined) return { do: 'fail', failure: foreign }
  const kind = target.loaded.kind
  if (operation === 'delete') return removal(target, observation, dataLossNamed)
  const decision = fromPlan(kind.plan(target.want, observation.found, target.recorded), target, observation)
  if (decision.do === 'replace' && !dataLossNamed && losesData(target, observation)) {
    return { do: 'fail', failure: holdsData(target, 'replacing') }
  }
  // As wanted already, but on nobody's record: taking it over writes ours.
  const unclaimed = decision.do === 'nothing' && observation.found !== null && observation.owner === null
  return operation === 'create' && unclaimed
    ? { do: 'act', steps: [], because: `taken over: ${decision.because}`, sight: observation, adopt: true }
    : decision
}

function removal(target: Target, sight: Sight, dataLossNamed: boolean): Decision {
  const kind = target.loaded.kind
  const decision: Decision =
    sight.found === null
      ? { do: 'nothing', because: 'it is gone already', sight }
      : !dataLossNamed && losesData(target, sight)
        ? { do: 'fail', failure: holdsData(target, 'removing') }
        : fromPlan(kind.remove(target.want, sight.found, target.recorded), target, sight)
  // Nothing to remove, but our record is still there: it goes.
  return decision.do === 'nothing' && sight.owner !== null
    ? { do: 'act', steps: [], because: decision.because, sight, adopt: false }
    : decision
}

/** Something that exists must be ours on the host's own record before anything is done to it, or be adopted. */
function foreignTo(target: Target, sight: Sight, me: Owner): Failure | undefined {
  if (target.adopt) return undefined
  const base = { kind: 'exists', host: target.host, resource: nameOf(target) } as const
  if (sight.owner !== null) {
    return sameOwner(sight.owner, me) ? undefined : { ...base, owner: describeOwner(sight.owner) }
  }
  return sight.found === null || target.loaded.kind.builtIn === true
    ? undefined
    : { ...base, owner: undefined }
}

/** What is part of Windows is taken over without being told, as long as nobody's record is on it. */
const adopts = (target: Target, sight: Sight): boolean =>
  target.adopt || (target.loaded.kind.builtIn === true && sight.owner === null)

/** Whether removing it now would lose data; a disk that was there before ours stays, and loses none. */
function losesData(target: Target, sight: Sight): boolean {
  const { kind } = target.loaded
  if (!kind.holdsData || sight.found === null) return false
  const plan = kind.remove(target.want, sight.found, target.recorded)
  return plan.do === 'steps' && plan.steps.some((s) => s.effects.includes('deletes-data'))
}

function fromPlan(plan: Plan, target: Target, sight: Sight): Decision {
  const base = { host: target.host, resource: nameOf(target) }
  switch (plan.do) {
    case 'nothing':
      return { do: 'nothing', because: plan.because, sight }
    case 'steps':
      return {
        do: 'act',
        steps: plan.steps,
        because: plan.steps.map((s) => s.because).join('; '),
        sight,
        adopt: adopts(target, sight),
      }
    case 'replace':
      return { do: 'replace', because: plan.because, properties: plan.properties, sight }
    case 'refuse':
      return {
        do: 'fail',
        failure: { kind: 'refused', ...base, rule: plan.rule, because: plan.because, fix: plan.fix },
      }
    case 'defer':
      return { do: 'fail', failure: { kind: 'deferred', ...base, because: plan.because, fix: plan.fix } }
  }
}

const holdsData = (target: Target, verb: string): Failure => ({
  kind: 'refused',
  host: target.host,
  resource: nameOf(target),
  rule: 'holds-data',
  because: `${verb} it loses what it holds`,
  fix: `If that is meant, name it: --allow-data-loss '${nameOf(target)}'.`,
})
