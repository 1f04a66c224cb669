import type { Result } from '../../domain/result.ts'
import type { StackPlace } from '../../engine/place.ts'
import type { LockHolder, StackFailure } from '../../engine/stack-failure.ts'
import { clearStaleLock } from '../../engine/state.ts'

/**
 * Runs, and once more where nothing was done because of a lock that a killed run of this machine left behind. The lock of a
 * living process, or of one on another machine, stays, and the first answer with it.
 */
export async function pastStaleLock<T extends { readonly result: Result<unknown, StackFailure> }>(
  place: StackPlace,
  run: () => Promise<T>,
  note: (text: string) => void,
): Promise<T> {
  const first = await run()
  if (first.result.ok || first.result.error.kind !== 'locked') return first
  const { holders } = first.result.error
  const cleared = await clearStaleLock(place, holders)
  if (!cleared.ok) return first
  note(words(holders))
  return run()
}

const words = (holders: readonly LockHolder[]): string =>
  `the lock of a run that was killed is cleared (${holders.map(({ user, pid, since }) => `${user}, process ${pid}, since ${since}`).join('; ')}). What it left behind is looked at, not guessed.`
