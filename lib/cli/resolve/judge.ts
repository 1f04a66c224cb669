import { describeFailure } from '../../domain/failure.ts'
import { commandType } from '../../provider/command/free-command.ts'
import { decide, type Owner, sameOwner } from '../../reconcile/decide.ts'
import { planLeaving } from '../../reconcile/left-alone.ts'
import type { Observation } from '../../reconcile/observation.ts'
import type { Target } from '../../reconcile/target.ts'
import type { Word } from './said.ts'

/** An act that was begun, and of which nobody wrote how it ended. */
export type InFlight = {
  /** Who knows of it: what a run wrote before it, the state's pending operations, a record on the host, or a person's word that no run has used yet. */
  readonly from: 'run' | 'state' | 'host' | 'said'
  readonly host: string | undefined
  readonly urn: string
  /** Undefined where only its URN is known. */
  readonly key: string | undefined
  readonly operation: string
  /** Hash of what it was decided on; undefined where nobody wrote it. */
  readonly expect: string | undefined
  readonly at: string | undefined
  readonly by: string | undefined
}

/** What the host shows of it now. */
export type Sightings = {
  /** As the program or the state wants it; undefined: neither knows it any more. */
  readonly target: Target | undefined
  readonly declared: boolean
  readonly observation: Observation | undefined
  /** Its record on the host; null = there is none; undefined = not known. */
  readonly record: Owner | null | undefined
  /** Our name on a record of it. */
  readonly me: Owner
  /** What a person said of it. */
  readonly word: Word | undefined
}

/** `unknown`: no look can tell. `not-seen`: a look could, and did not. */
export type Verdict = 'done' | 'not-begun' | 'half-done' | 'unknown' | 'not-seen'

export type Judged = InFlight & {
  readonly verdict: Verdict
  readonly because: string
  /** What the next up does about it. */
  readonly next: string
  readonly needsPerson: boolean
}

/** A free command: nothing on the host says whether it ran. */
export const isCommand = ({ key, urn }: Pick<InFlight, 'key' | 'urn'>): boolean =>
  key?.startsWith(`${commandType}|`) ?? urn.split('::')[2]?.split('$').at(-1) === commandType

/** Says what happened, from what was expected then and what is there now. Pure. */
export function judgeInFlight(act: InFlight, seen: Sightings): Judged {
  if (isCommand(act)) return judgeCommand(act, seen.word)
  const { target, observation } = seen
  if (target === undefined || observation === undefined) return judgeByRecord(act, seen)
  if (observation.state === 'unobservable')
    return {
      ...act,
      verdict: 'not-seen',
      because: `it may or may not have happened. ${describeFailure(observation.failure)}`,
      next: 'looks again, and stops there if it can’t be seen',
      needsPerson: true,
    }
  return { ...act, ...verdictOf(act, target, observation, seen.me), ...nextOf(seen, target, observation) }
}

function judgeCommand(act: InFlight, word: Word | undefined): Judged {
  if (word === undefined)
    return {
      ...act,
      verdict: 'unknown',
      because: 'it is a free command, and nothing on the host says whether it ran',
      next: 'stops there until you say what became of it',
      needsPerson: true,
    }
  const because = `${word.by} says so, ${word.at}: ${word.why}`
  return word.what === 'done'
    ? {
        ...act,
        verdict: 'done',
        because,
        next: 'does not run it: only the state is written',
        needsPerson: false,
      }
    : { ...act, verdict: 'not-begun', because, next: 'runs it', needsPerson: false }
}

type Seen = Extract<Observation, { state: 'seen' }>

function verdictOf(
  { operation, expect }: InFlight,
  target: Target,
  { hash, found, owner }: Seen,
  me: Owner,
): Pick<Judged, 'verdict' | 'because'> {
  const before = expect !== undefined && hash === expect
  const ours = owner !== null && sameOwner(owner, me)
  if (operation === 'delete') {
    if (found === null && !ours) return { verdict: 'done', because: 'it is gone, and so is our record' }
    if (found === null) return { verdict: 'half-done', because: 'it is gone, our record of it is not' }
    return before
      ? { verdict: 'not-begun', because: 'it looks as it did before' }
      : { verdict: 'half-done', because: 'it is there, and looks otherwise than before' }
  }
  if (found !== null && ours) {
    const { plan } = planLeaving(target, found, found)
    if (plan.do === 'nothing') return { verdict: 'done', because: `it is as wanted: ${plan.because}` }
  }
  if (before) return { verdict: 'not-begun', because: 'it looks as it did before' }
  if (expect === undefined && found === null) return { verdict: 'not-begun', because: 'it is not there' }
  return {
    verdict: 'half-done',
    because: found === null ? 'it is gone, which was not meant' : 'it is neither as before nor as wanted',
  }
}

function nextOf(
  { declared, me }: Sightings,
  target: Target,
  observation: Seen,
): Pick<Judged, 'next' | 'needsPerson'> {
  const known = target.recorded !== undefined
  const decision = decide(
    declared ? (known ? 'update' : 'create') : 'delete',
    { ...target, urn: me.urn },
    observation,
    me,
    false,
  )
  switch (decision.do) {
    case 'nothing':
      return { next: `nothing: ${(decision.record ?? decision).because}`, needsPerson: false }
    case 'act':
      return {
        next:
          decision.steps.length === 0
            ? `its record only: ${decision.because}`
            : `${decision.steps.map(({ verb }) => verb).join(', ')}: ${decision.because}`,
        needsPerson: false,
      }
    case 'replace':
      return { next: `replaces it: ${decision.because}`, needsPerson: false }
    case 'fail':
      return { next: `stops there: ${describeFailure(decision.failure)}`, needsPerson: true }
  }
}

/** Neither program nor state know it: the record, which is written before the first step and goes after a removal, is all there is. */
function judgeByRecord(act: InFlight, { record, declared }: Sightings): Judged {
  if (declared)
    return {
      ...act,
      verdict: 'not-seen',
      because: 'the program declares it with values that are not known before it runs',
      next: 'looks at it when they are known',
      needsPerson: false,
    }
  if (record === undefined)
    return {
      ...act,
      verdict: 'not-seen',
      because: 'its name on the host is not known, and neither program nor state have it any more',
      next: 'leaves it alone',
      needsPerson: true,
    }
  if (record === null)
    return {
      ...act,
      verdict: act.operation === 'delete' ? 'done' : 'not-begun',
      because: 'the host has no record of it',
      next: 'nothing: neither program nor state have it',
      needsPerson: false,
    }
  return {
    ...act,
    verdict: 'unknown',
    because: `the host has our record of it (${record.operation}), but neither program nor state have it any more`,
    next: 'leaves it alone: declare it again, and up takes it up; or remove it by hand',
    needsPerson: true,
  }
}
