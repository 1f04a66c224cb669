// Declares and sets `globalThis.asyncLocalStorage`, which holds a store of its own for each program that runs.
import '@pulumi/pulumi/runtime/state.js'

/**
 * The SDK's language server listens on the process for unhandled rejections while a program runs, and takes each for its own
 * program's: with several stacks in one process, a resource that fails in one would fail them all. While `work` runs, such a
 * listener hears only what its own program rejected. What was rejected outside of any program, all hear: it is a defect.
 */
export async function isolated<T>(work: () => Promise<T>): Promise<T> {
  if (running++ === 0) process.on('newListener', claim)
  try {
    return await work()
  } finally {
    if (--running === 0) process.off('newListener', claim)
  }
}

type Listener = (...args: unknown[]) => void

const narrowed = new WeakSet<object>()
let running = 0

/** Called before a listener is added; it is exchanged for a narrowed one as soon as it has been. */
function claim(event: string | symbol, listener: Listener): void {
  const mine = globalThis.asyncLocalStorage.getStore()
  if (mine === undefined || narrowed.has(listener)) return
  if (event !== 'unhandledRejection' && event !== 'uncaughtException') return
  const narrow = Object.assign(
    (...args: unknown[]) => {
      const theirs = globalThis.asyncLocalStorage.getStore()
      if (theirs === undefined || theirs === mine) listener(...args)
    },
    // By this property `process.off(event, listener)` finds it, as with `once`.
    { listener },
  )
  narrowed.add(narrow)
  queueMicrotask(() => {
    if (!process.rawListeners(event).includes(listener)) return
    process.off(event, listener)
    process.on(event, narrow)
  })
}
