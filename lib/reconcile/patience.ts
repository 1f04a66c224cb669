/** How long, and how, a host is looked at again after its connection was lost during an act. */
export type Patience = {
  /** How much longer from this instant (ms) it is worth trying, ms: what is left of the site's window. */
  readonly leftMs: (now: number) => number
  /** From 0 to below 1, another each time: operators' machines don't all try at once. */
  readonly chance: () => number
  /** Hears of each wait before another try: the how manieth it will be, and for how long it is tried yet, ms. */
  readonly told: (attempt: number, waitMs: number, leftMs: number) => void
}

/** Without a window, ms. */
export const defaultPatienceMs = 5 * 60_000

/** For a host that nothing more is known of. */
export const defaultPatience: Patience = {
  leftMs: () => defaultPatienceMs,
  chance: Math.random,
  told: () => {},
}

/** The longest wait between two tries, ms. */
export const longestWaitMs = 60_000

/** The wait before a try, ms: twice as long each time, up to a minute, less up to half of it by chance. `attempt`: 2 = the second. */
export function waitBefore(attempt: number, chance: number): number {
  const full = Math.min(longestWaitMs, 1000 * 2 ** Math.min(attempt - 2, 20))
  return Math.round(full * (1 - chance / 2))
}
