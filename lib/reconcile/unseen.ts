import type { Failure } from '../domain/failure.ts'
import type { Decision, Operation } from './decide.ts'
import { nameOf, type Target } from './target.ts'
import type { Unended } from './unended.ts'

/** An act of which nobody knows whether it happened. */
export type Lost = Extract<Failure, { readonly kind: 'unknown' }>

type Tried = { readonly operation: Operation; readonly target: Target }

/**
 * What is said of an act whose reply was lost, when the look after it failed so: its outcome stays unknown, whatever kept the look from
 * seeing it. Pure.
 */
export function unseen({ operation, target }: Tried, lost: Lost, why: Failure): Failure {
  switch (why.kind) {
    case 'unknown':
      return why
    case 'unreachable':
      return lost
    default:
      return { ...lost, unseen: { act: `${operation} of ${nameOf(target)}`, because: whyUnseen(why) } }
  }
}

/**
 * What can't be seen and on which an earlier run may have acted unheard is not merely unseen: whether that act happened is still unknown.
 * Any other decision stays. Pure.
 */
export function stillUnknown(
  decision: Decision,
  { operation, target }: Tried,
  seen: boolean,
  unended: Unended | undefined,
): Decision {
  if (seen || decision.do !== 'fail' || unended === undefined) return decision
  if (!unended.inState.has(target.urn) && !unended.sent.has(target.urn)) return decision
  const detail = 'an earlier run never heard how it ended'
  const lost = { kind: 'unknown', host: target.host, detail } as const
  return { do: 'fail', failure: unseen({ operation, target }, lost, decision.failure) }
}

function whyUnseen(why: Failure): string {
  switch (why.kind) {
    case 'unobservable':
    case 'deferred':
    case 'refused':
      return why.because
    case 'login':
      return `the login of ${why.account} is refused: ${why.detail}`
    case 'host-key':
      return 'it shows another host key than the one on record'
    case 'off-limits':
      return `it is in the network ${why.network}, which is never a target`
    case 'managed':
      return `it is managed from ${why.from ?? 'elsewhere'}`
    case 'fenced':
      return 'another run took over'
    case 'interrupted':
      return 'interrupted before it was looked at'
    case 'unreachable':
    case 'unknown':
    case 'leases':
    case 'unwritten':
    case 'protocol':
      return why.detail
    case 'script':
      return why.message
    case 'exists':
    case 'changed':
      return 'it is no longer as it was'
  }
}
