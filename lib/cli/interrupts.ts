import type { Clock } from '../domain/clock.ts'

/** Where signals come from: `process`, or a fake in tests. */
export type SignalSource = {
  on(signal: NodeJS.Signals, listener: () => void): unknown
  off(signal: NodeJS.Signals, listener: () => void): unknown
}

/** 1 = finish what is on the wire and start nothing new; 2 = stop now. */
export type InterruptLevel = 1 | 2

/** What Ctrl-C asked for so far. */
export interface Interrupts {
  readonly level: 0 | InterruptLevel
  /** Aborted from level 1 on. */
  readonly first: AbortSignal
  /** Aborted at level 2. */
  readonly second: AbortSignal
  /** Calls back at each level as it is reached; at once for those reached already. */
  onInterrupt(listener: (level: InterruptLevel) => void): void
  /** Gives the signals back to their default: the process ends at the next one. */
  dispose(): void
}

/**
 * One press may arrive several times: the terminal signals every process of the group, and npm and npx pass theirs on as well.
 * Nobody presses twice within this span, ms.
 */
export const samePressMs = 300

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 *   running ──signal──► finishing (level 1) ──signal──► stopping (level 2) ──signal──► the process ends by default
 * Signals within `samePressMs` of the one before are the same press.
 */
export function watchInterrupts(source: SignalSource, clock: Pick<Clock, 'now'>): Interrupts {
  const aborts = { 1: new AbortController(), 2: new AbortController() }
  const listeners: ((level: InterruptLevel) => void)[] = []
  let level: 0 | InterruptLevel = 0
  let last = Number.NEGATIVE_INFINITY

  const reach = (next: InterruptLevel): void => {
    level = next
    aborts[next].abort(new Error(next === 1 ? 'interrupted' : 'stopped'))
    for (const listener of listeners) listener(next)
  }
  const onSignal = (): void => {
    const samePress = clock.now() - last < samePressMs
    last = clock.now()
    if (samePress) return
    if (level === 0) return reach(1)
    dispose()
    reach(2)
  }
  const dispose = (): void => {
    for (const signal of signals) source.off(signal, onSignal)
  }
  for (const signal of signals) source.on(signal, onSignal)

  return {
    get level() {
      return level
    },
    first: aborts[1].signal,
    second: aborts[2].signal,
    onInterrupt: (listener) => {
      listeners.push(listener)
      if (level >= 1) listener(1)
      if (level === 2) listener(2)
    },
    dispose,
  }
}
