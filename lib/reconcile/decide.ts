import type { Failure } from '../domain/failure.ts'
import type { Plan, Step } from '../kinds/kind.ts'
import { planLeaving } from './left-alone.ts'
import type { Observation, Sight } from './observation.ts'
import {
  adopts,
  anotherMachine,
  foreignTo,
  goneByHand,
  isOurs,
  type Me,
  notOursToRemove,
  sameOwner,
  wasAdopted,
} from './ownership.ts'
export { type Owner, sameOwner } from './ownership.ts'
import { type StateOnly, stateOnly } from './secrecy.ts'
import { lookOf, nameOf, type Target } from './target.ts'

export type Operation = 'create' | 'update' | 'delete'

/** What will be done about one thing: made in the preview, kept in the plan book, carried out unchanged. */
export type Decision =
  | {
      readonly do: 'nothing'
      readonly because: string
      readonly sight: Sight
      /** What the state alone has to say otherwise; absent: it says what it should. */
      readonly record?: StateOnly
    }
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
  | {
      readonly do: 'fail'
      readonly failure: Failure
      /** Ours already, begun by a run before this one, and waiting for something, such as a restart: it exists. */
      readonly begun?: Sight
    }

/**
 * One flow for missing, ours, adopted and drifted. Pure.
 * `dataLossNamed`: the person named this resource for removal on the command line.
 */
export function decide(
  operation: Operation,
  target: Target,
  observation: Observation,
  me: Me,
  dataLossNamed: boolean,
): Decision {
  if (observation.state === 'unobservable') return { do: 'fail', failure: observation.failure }
  if (operation === 'delete') return removal(target, observation, me, dataLossNamed)
  const failure =
    anotherMachine(target, observation) ??
    foreignTo(target, observation, me) ??
    (operation === 'update' && !dataLossNamed ? goneByHand(target, observation) : undefined)
  if (failure !== undefined) return { do: 'fail', failure }
  const decision = fromPlan(planLeaving(target, observation.found, target.recorded).plan, target, observation)
  if (decision.do === 'fail' && decision.failure.kind === 'deferred' && isThere(observation, me))
    return { ...decision, begun: observation }
  if (decision.do === 'replace' && !dataLossNamed) {
    if (losesData(target, observation)) return { do: 'fail', failure: holdsData(target, 'replacing') }
    // Without a record it is about to be taken over; with one it was.
    if (observation.owner === null || wasAdopted(observation))
      return { do: 'fail', failure: notMadeHere(target, decision.because) }
  }
  if (decision.do !== 'nothing') return decision
  const settled = claimed(decision, target, observation, me)
  const record = stateOnly(target)
  return settled.do === 'nothing' && record !== undefined ? { ...settled, record } : settled
}

const isThere = ({ found, owner }: Sight, me: Me): boolean =>
  found !== null && owner !== null && isOurs(owner, me)

/** As wanted already, but not on our record under its name of today: that is written. */
function claimed(
  decision: Extract<Decision, { do: 'nothing' }>,
  target: Target,
  sight: Sight,
  me: Me,
): Decision {
  if (sight.found === null) return decision
  const act = (because: string): Decision => ({
    do: 'act',
    steps: [],
    because: `${because}: ${decision.because}`,
    sight,
    adopt: true,
  })
  if (sight.owner === null || !isOurs(sight.owner, me)) return act('taken over')
  if (!sameOwner(sight.owner, me)) return act('its record goes by its URN of today')
  return lookOf(target).was === undefined ? decision : act('its record goes by its name of today')
}

function removal(target: Target, sight: Sight, me: Me, named: boolean): Decision {
  const foreign = notOursToRemove(target, sight, me)
  if (foreign !== undefined) return { do: 'fail', failure: foreign }
  const decision = removalOf(target, sight, named)
  // Nothing to remove, but our record is still there: it goes.
  return decision.do === 'nothing' && sight.owner !== null && isOurs(sight.owner, me)
    ? { do: 'act', steps: [], because: decision.because, sight, adopt: false }
    : decision
}

function removalOf(target: Target, sight: Sight, named: boolean): Decision {
  if (sight.found === null) return { do: 'nothing', because: 'it is gone already', sight }
  if (wasAdopted(sight) && !named) {
    const because = `it was there before it was taken over, so it stays and is let go; to remove it, name it: --allow-data-loss '${nameOf(target)}'`
    return { do: 'nothing', because, sight }
  }
  if (!named && losesData(target, sight)) return { do: 'fail', failure: holdsData(target, 'removing') }
  return fromPlan(target.loaded.kind.remove(target.want, sight.found, target.recorded), target, sight)
}

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

const notMadeHere = (target: Target, because: string): Failure => ({
  kind: 'refused',
  host: target.host,
  resource: nameOf(target),
  rule: 'taken-over',
  because: `it was not made by this resource, and would have to be replaced: ${because}`,
  fix: `Declare it as it is. If it may go, name it: --allow-data-loss '${nameOf(target)}'.`,
})
