import { z } from 'zod'
import type { LineProbe } from '../domain/site.ts'

/**
 * Which of a site's two lines carries, decided by probes of the primary:
 *
 *            good, or bad fewer than `failures` times in a row
 *              ┌───┐
 *              │   ▼
 *            primary ── bad, `failures` in a row ──► backup ◄──┐
 *              ▲                                      │  │     │ bad: good ones are counted from nothing
 *              └── good without a bad one for `goodMs`,  └─────┘
 *                  and on the backup for `holdMs`
 *
 * Time on the backup is counted in probes, not read from a clock: a clock that is set changes nothing. A primary that fails within
 * four holds of a return is held off twice as long as before, up to eight times: a line that flaps is left alone.
 */
export const lineState = z.discriminatedUnion('line', [
  z.strictObject({
    line: z.literal('primary'),
    /** Bad probes in a row. */
    bad: z.int(),
    /** Probes since the return from the backup; null = there was none. */
    sinceReturn: z.int().nullable(),
    /** The last hold as a multiple of `holdMs`. */
    holds: z.int(),
  }),
  z.strictObject({
    line: z.literal('backup'),
    /** Good probes of the primary in a row. */
    good: z.int(),
    /** Probes since the switch. */
    probes: z.int(),
    holds: z.int(),
  }),
])
export type LineState = Readonly<z.infer<typeof lineState>>

export const onPrimary: LineState = { line: 'primary', bad: 0, sinceReturn: null, holds: 1 }

const mostHolds = 8

/** The state after a probe of the primary line. */
export function probed(
  state: LineState,
  good: boolean,
  { everyMs, failures, goodMs, holdMs }: Pick<LineProbe, 'everyMs' | 'failures' | 'goodMs' | 'holdMs'>,
): LineState {
  const probesIn = (ms: number): number => Math.ceil(ms / everyMs)
  if (state.line === 'primary') {
    const sinceReturn = state.sinceReturn === null ? null : state.sinceReturn + 1
    if (good) return { ...state, bad: 0, sinceReturn }
    if (state.bad + 1 < failures) return { ...state, bad: state.bad + 1, sinceReturn }
    const soon = sinceReturn !== null && sinceReturn <= 4 * state.holds * probesIn(holdMs)
    return { line: 'backup', good: 0, probes: 0, holds: soon ? Math.min(mostHolds, state.holds * 2) : 1 }
  }
  const next = { ...state, good: good ? state.good + 1 : 0, probes: state.probes + 1 }
  return next.good >= probesIn(goodMs) && next.probes >= next.holds * probesIn(holdMs)
    ? { line: 'primary', bad: 0, sinceReturn: 0, holds: next.holds }
    : next
}
