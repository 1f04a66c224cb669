import { isDeepStrictEqual } from 'node:util'
import type { Decision, Operation } from './decide.ts'
import type { Target } from './target.ts'

/** URNs of acts that earlier runs began and whose end was never written. */
export type Unended = {
  /** The state has them as begun. */
  readonly inState: ReadonlySet<string>
  /** This machine wrote down that they were about to be sent. */
  readonly sent: ReadonlySet<string>
}

const because =
  'an earlier run ended without a word of it: the state is told what the host shows now; nothing runs on the host'

/**
 * A decision to do nothing with what an earlier run may have changed unheard: then what the state says of it, its outputs too, is of
 * before, and is written anew. Where only this machine knows of the act, and the state says what the host shows, nothing is. Pure.
 */
export function toldAnew(
  decision: Decision,
  operation: Operation,
  { urn, recorded }: Pick<Target, 'urn' | 'recorded'>,
  unended: Unended | undefined,
): Decision {
  if (operation !== 'update' || decision.do !== 'nothing' || unended === undefined) return decision
  const old = !isDeepStrictEqual(recorded ?? null, decision.sight.found)
  if (!unended.inState.has(urn) && !(old && unended.sent.has(urn))) return decision
  const { properties = [], fresh = [], because: also } = decision.record ?? {}
  return {
    ...decision,
    record: { properties, fresh, because: also === undefined ? because : `${also}; ${because}` },
  }
}
