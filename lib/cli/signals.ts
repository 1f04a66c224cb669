import type { Clock } from '../domain/clock.ts'
import { createInterrupts, type Interrupts } from '../engine/interrupts.ts'

/** Where signals come from: `process`, or a fake in tests. */
export type SignalSource = {
  on(signal: NodeJS.Signals, listener: () => void): unknown
  off(signal: NodeJS.Signals, listener: () => void): unknown
}

/** Interrupts that signals raise, until `release` gives the signals back to their default: the next one ends the process. */
export type SignalInterrupts = Interrupts & {
  /** Aborted from level 1 on. */
  readonly first: AbortSignal
  /** Aborted at level 2. */
  readonly second: AbortSignal
  release(): void
}

/**
 * One press of Ctrl-C may arrive several times: the terminal signals every process of the group, and npm and npx pass theirs
 * on as well. Nobody presses twice within this span, ms.
 */
export const samePressMs = 300

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Running ──signal──► level 1 ──signal──► level 2 ──signal──► the process ends by default.
 * A signal within `samePressMs` of the one before is the same press.
 */
export function interruptsOf(source: SignalSource, clock: Pick<Clock, 'now'>): SignalInterrupts {
  const interrupts = createInterrupts()
  const aborts = { 1: new AbortController(), 2: new AbortController() }
  interrupts.listen((level) => aborts[level].abort(new Error('interrupted')))
  let last = Number.NEGATIVE_INFINITY
  const onSignal = (): void => {
    const samePress = clock.now() - last < samePressMs
    last = clock.now()
    if (samePress) return
    interrupts.interrupt()
    if (interrupts.level === 2) release()
  }
  const release = (): void => {
    for (const signal of signals) source.off(signal, onSignal)
  }
  for (const signal of signals) source.on(signal, onSignal)
  return {
    get level() {
      return interrupts.level
    },
    interrupt: interrupts.interrupt,
    listen: interrupts.listen,
    first: aborts[1].signal,
    second: aborts[2].signal,
    release,
  }
}
