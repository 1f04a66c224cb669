import type { Emit } from '../../domain/event.ts'
import { leftMs, type Rules } from '../../link/window.ts'
import { defaultPatienceMs, type Patience } from '../../reconcile/patience.ts'

/**
 * A host whose connection was lost during an act is tried again until its window closes; where there is none, or work goes on outside
 * it, for the time of no window. `reconnectMs`: so long instead. Each try is told as an event of its link.
 */
export const patienceAt = (
  host: string,
  rules: Rules | readonly Rules[],
  emit: Emit,
  reconnectMs: number | undefined,
): Patience => ({
  leftMs: (now) => reconnectMs ?? ofWindow(leftMs(rules, now)),
  chance: Math.random,
  told: (attempt, waitMs, left) =>
    emit({
      kind: 'link',
      host,
      state: 'retrying',
      detail: `connection lost during an act; try ${attempt} in ${Math.ceil(waitMs / 1000)} s, given up in ${spanOf(left)}`,
    }),
})

const ofWindow = (left: number): number => (Number.isFinite(left) && left > 0 ? left : defaultPatienceMs)

const spanOf = (ms: number): string =>
  ms < 90_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 60_000)} min`
