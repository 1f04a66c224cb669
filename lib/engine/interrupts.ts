/** 0: none; 1: finish what is in flight and start nothing new; 2: stop now. */
export type InterruptLevel = 0 | 1 | 2

/** A person's wish to stop, heard by every engine that runs. The command line calls `interrupt` once a Ctrl-C. */
export interface Interrupts {
  readonly level: InterruptLevel
  /** Raises the level by one; at 2 it changes nothing. */
  interrupt(): void
  /** Calls the listener with each new level, at once with the present one if that isn't 0. Returns what ends it. */
  listen(listener: (level: 1 | 2) => void): () => void
}

/** Interrupts at level 0, for one run or for several at once. */
export function createInterrupts(): Interrupts {
  const listeners = new Set<(level: 1 | 2) => void>()
  let level: InterruptLevel = 0
  return {
    get level() {
      return level
    },
    interrupt: () => {
      if (level === 2) return
      const raised = level === 0 ? 1 : 2
      level = raised
      for (const listener of [...listeners]) listener(raised)
    },
    listen: (listener) => {
      listeners.add(listener)
      if (level !== 0) listener(level)
      return () => void listeners.delete(listener)
    },
  }
}
