import { hostname } from 'node:os'
import type { Clock } from '../../domain/clock.ts'
import type { Result } from '../../domain/result.ts'
import { clearStaleLock } from '../../engine/lock.ts'
import { isOrphan, runs } from '../../engine/own-engines.ts'
import type { StackPlace } from '../../engine/place.ts'
import type { LockHolder, StackFailure } from '../../engine/stack-failure.ts'

/** What an engine whose chancery is gone gets to write its state and end by itself, ms. */
export const orphanWaitMs = 30_000
/** Between two looks at it, ms. */
const lookEveryMs = 200
/** Somebody else's killed run may come in between, but not again and again. */
const tries = 3

export type LockWait = {
  readonly clock: Clock
  readonly note: (text: string) => void
  /** Ends the wait; the run then stays refused. */
  readonly abort: AbortSignal
}

/**
 * Runs, and again where nothing was done because of a lock that a killed run of this machine left behind: one whose engine is no
 * more is cleared, one whose engine outlived it is waited for, at most `orphanWaitMs`. The lock of any other living process, or of
 * one on another machine, stays, and the answer with it.
 */
export async function pastStaleLock<T extends { readonly result: Result<unknown, StackFailure> }>(
  place: StackPlace,
  run: () => Promise<T>,
  wait: LockWait,
): Promise<T> {
  for (let left = tries; ; left--) {
    const ran = await run()
    if (left === 1 || ran.result.ok || ran.result.error.kind !== 'locked') return ran
    if (!(await freed(place, ran.result.error.holders, wait))) return ran
  }
}

/** True when another try is worth it. */
async function freed(place: StackPlace, holders: readonly LockHolder[], wait: LockWait): Promise<boolean> {
  if (!(await orphansEnd(place, holders, wait))) return false
  const cleared = await clearStaleLock(place, holders)
  if (cleared.ok) wait.note(clearedWords(holders))
  // Given back by itself in the meantime.
  return cleared.ok || cleared.error.kind === 'not-locked'
}

/** False when a holder lives on: somebody's who is at work, on another machine, or an orphan that takes too long. */
async function orphansEnd(
  { workFolder }: StackPlace,
  holders: readonly LockHolder[],
  { clock, note, abort }: LockWait,
): Promise<boolean> {
  if (holders.some(({ host }) => host !== hostname())) return false
  const until = clock.now() + orphanWaitMs
  for (let told = false; ; told = true) {
    const alive = holders.filter(({ pid }) => runs(pid))
    if (alive.length === 0) return true
    for (const { pid } of alive) if (!(await isOrphan(workFolder, pid)) && runs(pid)) return false
    if (!told) note(waitWords(alive))
    if (clock.now() >= until) {
      note(`It is still there after ${orphanWaitMs / 1000} s. ${endWords(alive)}`)
      return false
    }
    if (!(await clock.sleep(lookEveryMs, abort))) return false
  }
}

const processes = (holders: readonly LockHolder[]): string => holders.map(({ pid }) => pid).join(', ')

const waitWords = (alive: readonly LockHolder[]): string =>
  `a run was killed, and its engine (process ${processes(alive)}) still writes the state; it is waited for, at most ${orphanWaitMs / 1000} s.`

const endWords = (alive: readonly LockHolder[]): string =>
  `It reaches no host any more: end process ${processes(alive)}, then run again.`

const clearedWords = (holders: readonly LockHolder[]): string =>
  `the lock of a run that was killed is cleared (${holders.map(({ user, pid, since }) => `${user}, process ${pid}, since ${since}`).join('; ')}). What it left behind is looked at, not guessed.`
