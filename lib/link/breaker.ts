/**
 * A link's breaker: after repeated failures nothing is tried for a while, then one probe decides.
 *
 *            failed, fewer than `threshold` in a row
 *              ┌────┐
 *              │    ▼
 *   ┌────────► closed ── failed, `threshold` in a row ──► open ◄──────────────┐
 *   │            ▲  │                                      │                  │
 *   │  succeeded └──┘                                      │ asked, and       │ failed: back-off doubles
 *   │                                                      │ `until` is past  │
 *   └────────────── succeeded ─────────────────────── half-open ──────────────┘
 *                                                       │    ▲
 *                                                       └────┘ the probe ended and told nothing: the next one asked is the probe
 *
 * Open, `failed` and `succeeded` of work that began before it opened: a success closes it, a failure changes nothing.
 */
export type Breaker =
  | { readonly state: 'closed'; readonly failures: number }
  | { readonly state: 'open'; readonly until: number; readonly because: string; readonly openings: number }
  | {
      readonly state: 'half-open'
      readonly probing: boolean
      readonly because: string
      readonly openings: number
    }

export type BreakerOptions = {
  /** Failures in a row that open it. */
  readonly threshold: number
  /** First back-off, ms; doubles with each opening. */
  readonly firstMs: number
  readonly longestMs: number
}

export const defaultBreaker: BreakerOptions = { threshold: 3, firstMs: 5_000, longestMs: 300_000 }

export const closed: Breaker = { state: 'closed', failures: 0 }

/** What work that asks is told: go, or wait until an instant. */
export type Pass =
  | { readonly go: true; readonly probe: boolean; readonly next: Breaker }
  | { readonly go: false; readonly until: number; readonly because: string }

/**
 * Asks whether work may start. While a probe is under way all else waits; `until` is then the instant of asking. An end that is further off
 * than the longest pause is none: the clock was set back.
 */
export function ask(breaker: Breaker, now: number, options: BreakerOptions = defaultBreaker): Pass {
  switch (breaker.state) {
    case 'closed':
      return { go: true, probe: false, next: breaker }
    case 'open': {
      const { until, because, openings } = breaker
      if (now < until && until - now <= options.longestMs) return { go: false, until, because }
      return { go: true, probe: true, next: { state: 'half-open', probing: true, because, openings } }
    }
    case 'half-open':
      if (breaker.probing)
        return { go: false, until: now, because: `${breaker.because}; a probe is under way` }
      return { go: true, probe: true, next: { ...breaker, probing: true } }
  }
}

/** The link carried something. */
export const succeeded = (): Breaker => closed

/** Work failed for a reason that is the link's. @param random from 0 to just below 1; spreads the back-off from half to whole */
export function failed(
  breaker: Breaker,
  because: string,
  now: number,
  random: number,
  options: BreakerOptions = defaultBreaker,
): Breaker {
  const open = (openings: number): Breaker => {
    const backOff = Math.min(options.longestMs, options.firstMs * 2 ** (openings - 1))
    return { state: 'open', until: now + Math.round(backOff * (0.5 + random / 2)), because, openings }
  }
  switch (breaker.state) {
    case 'closed':
      return breaker.failures + 1 >= options.threshold
        ? open(1)
        : { state: 'closed', failures: breaker.failures + 1 }
    case 'open':
      return breaker
    case 'half-open':
      return open(breaker.openings + 1)
  }
}

/** The probe ended and told neither success nor failure. */
export const released = (breaker: Breaker): Breaker =>
  breaker.state === 'half-open' ? { ...breaker, probing: false } : breaker
