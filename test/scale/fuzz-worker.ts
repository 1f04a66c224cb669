import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { type Fuzz, inputsOf } from '../rig/fuzz.ts'

export type FuzzOrder = {
  /** URL of a module that exports `fuzz`. */
  readonly module: string
  readonly runs: number
  readonly seed: number
  /** How many inputs were begun, counted here for whoever waits. */
  readonly progress: Int32Array
}

/** What is tried now, and what was measured so far. */
export type FuzzTold = {
  readonly part: string
  readonly seed: number
  readonly cpuMs: number
  readonly longestMs: number
}

/** Inputs under one seed: a failure is tried again with that many. */
const batch = 1_000

const { module, runs, seed, progress } = workerData as FuzzOrder
const { fuzz } = (await import(module)) as { readonly fuzz: Fuzz }
const started = process.threadCpuUsage()
let longestMs = 0
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage(started)
  return (user + system) / 1000
}
for (const part of fuzz.parts) {
  const inputs = inputsOf(part, runs)
  for (let done = 0; done < inputs; done += batch) {
    const own = (seed + done) % 2 ** 31
    parentPort?.postMessage({ part: part.title, seed: own, cpuMs: cpuMs(), longestMs } satisfies FuzzTold)
    part.try(Math.min(batch, inputs - done), own, {
      begun: () => void progress[0]!++,
      took: (ms) => (longestMs = Math.max(longestMs, ms)),
    })
    // What zlib used is given back between turns of the event loop only.
    await setImmediate()
  }
}
parentPort?.postMessage({ part: 'all', seed, cpuMs: cpuMs(), longestMs } satisfies FuzzTold)
