import type { Clock } from '../../domain/clock.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import { type LockKept, lockHolders, runsHere, takeLockFrom } from '../../engine/lock.ts'
import type { StackPlace } from '../../engine/place.ts'
import { describeStackFailure, type LockHolder } from '../../engine/stack-failure.ts'
import { checkOwner } from '../../engine/state-owner.ts'
import { duration } from '../view/units.ts'

/** How it stands with the lock of a site's stack. `held`: by processes of which none runs on this machine. */
export type LockStanding =
  | { readonly state: 'no-stack' }
  | { readonly state: 'free' }
  | { readonly state: 'alive'; readonly holders: readonly LockHolder[] }
  | { readonly state: 'held'; readonly holders: readonly LockHolder[] }

/** Looks at the lock. Changes nothing. The error is a sentence. */
export async function lockStanding(place: StackPlace): Promise<Result<LockStanding, string>> {
  const owned = await checkOwner(place)
  if (!owned.ok) return err(describeStackFailure(owned.error))
  const holders = await lockHolders(place)
  if (!holders.ok) return err(describeStackFailure(holders.error))
  if (holders.value === undefined) return ok({ state: 'no-stack' })
  if (holders.value.length === 0) return ok({ state: 'free' })
  return ok({ state: holders.value.some(runsHere) ? 'alive' : 'held', holders: holders.value })
}

/** Clears the lock of these holders, and of no other. The error is a sentence; the lock is as it was. */
export async function clearLock(
  place: StackPlace,
  holders: readonly LockHolder[],
): Promise<Result<'cleared' | 'free', string>> {
  const taken = await takeLockFrom(place, holders)
  if (taken.ok) return ok('cleared')
  const { error } = taken
  switch (error.kind) {
    case 'not-locked':
      return ok('free')
    case 'may-be-alive':
    case 'changed':
      return err(keptWords(place.stack, error))
    default:
      return err(describeStackFailure(error))
  }
}

const keptWords = (stack: string, kept: Exclude<LockKept, { kind: 'not-locked' }>): string =>
  kept.kind === 'changed'
    ? `${stack}: the lock is another one by now: ${kept.holders.map(holderName).join('; ')}. Nothing was changed. Look again.`
    : `${stack}: ${holderName(kept.holder)} runs. Nothing was changed.`

const holderName = ({ user, host, pid }: LockHolder): string => `${user} on ${host}, process ${pid}`

/** The time of a lock as a person reads it: the engine writes nanoseconds. */
export const toTheSecond = (since: string): string => since.replace(/\.\d+/, '')

/** `anna on ops1, process 4711, since 2026-11-24T05:41:44Z (3 h 10 min ago)`. */
export function holderWords(holder: LockHolder, clock: Pick<Clock, 'now'>): string {
  const ago = clock.now() - Date.parse(holder.since)
  const age = ago >= 0 ? ` (${duration(ago)} ago)` : ' (later than the clock here)'
  return `${holderName(holder)}, since ${toTheSecond(holder.since)}${age}`
}

/** What a person is told of the lock. */
export function standingWords(stack: string, standing: LockStanding, clock: Pick<Clock, 'now'>): string {
  const held = (holders: readonly LockHolder[]) =>
    `${stack} is locked by ${holders.map((one) => holderWords(one, clock)).join('; ')}.`
  switch (standing.state) {
    case 'no-stack':
      return `${stack}: there is no such stack in the backend, so nothing is locked.`
    case 'free':
      return `${stack}: nobody holds its lock. Nothing was changed.`
    case 'alive':
      return `${held(standing.holders)} That process runs on this machine: nothing was changed. Wait for it to end, or end it; a run on this machine then clears the lock by itself.`
    case 'held':
      return held(standing.holders)
  }
}
