import type { Clock } from '../domain/clock.ts'

/** A clock that was set is seen after this time at the latest, ms. */
const lookAgainMs = 30_000

/** Time that has passed, whatever the clock was set to meanwhile, ms. */
export const passed = (clock: Clock): number => clock.elapsed?.() ?? clock.now()

/** Sleeps until the clock shows an instant, at most for half a minute: it may be set meanwhile. `false`: aborted. */
export const soon = (instant: number, clock: Clock, abort?: AbortSignal): Promise<boolean> =>
  clock.sleep(Math.min(Math.max(0, instant - clock.now()), lookAgainMs), abort)
