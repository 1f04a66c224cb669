import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import PQueue from 'p-queue'
import type { FuzzOrder, FuzzTold } from './fuzz-worker.ts'

/**
 * Inputs for the readers of what others wrote: lines from a host, saved plans, inventories; a million each. Every input is read
 * within a time limit, also one that would never end. `npm run fuzz -- [--runs N] [--seed N] [--only READER] [--json]`.
 */
const numberOf = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`)
  if (at < 0) return otherwise
  const number = Number(process.argv[at + 1])
  if (Number.isSafeInteger(number) && number >= 0) return number
  console.error(`--${name}: expected a whole number, got "${process.argv[at + 1] ?? ''}". Nothing was tried.`)
  process.exit(2)
}
const runs = numberOf('runs', 1_000_000)
const seed = numberOf('seed', Math.trunc(Math.random() * 2 ** 31))
const json = process.argv.includes('--json')

const readers = {
  wire: '../../lib/transport/fuzz.test-rig.ts',
  plans: '../../lib/reconcile/plan-file/fuzz.test-rig.ts',
  inventories: '../../lib/inventory/fuzz.test-rig.ts',
} as const
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined
if (only !== undefined && !(only in readers)) {
  console.error(
    `--only: expected one of ${Object.keys(readers).join(', ')}, got "${only}". Nothing was tried.`,
  )
  process.exit(2)
}
/** A worker that begins no further input for so long has met one that does not end, ms; the machine may be busy with something else. */
const silenceMs = 60_000
const progressMs = 10_000

type Result = {
  readonly reader: string
  readonly inputs: number
  readonly seed: number
  readonly wallS: number
  readonly cpuS: number
  /** The input that took longest, ms of the processor. */
  readonly longestMs: number
  /** Undefined where every input was answered as it must be. */
  readonly failure: string | undefined
}

/** One reader in a thread of its own: one that hangs can be told of and ended. */
function fuzzed(reader: string, module: string): Promise<Result> {
  const began = Date.now()
  const progress = new Int32Array(new SharedArrayBuffer(4))
  const order: FuzzOrder = { module: new URL(module, import.meta.url).href, runs, seed, progress }
  const worker = new Worker(fileURLToPath(new URL('fuzz-worker.ts', import.meta.url)), { workerData: order })
  let told: FuzzTold = { part: '', seed, cpuMs: 0, longestMs: 0 }
  return new Promise((resolve) => {
    let [seen, since] = [0, began]
    const end = (failure?: string): void => {
      clearInterval(watch)
      clearInterval(telling)
      void worker.terminate()
      const { cpuMs, longestMs } = told
      resolve({
        reader,
        inputs: progress[0]!,
        seed,
        wallS: (Date.now() - began) / 1000,
        cpuS: cpuMs / 1000,
        longestMs,
        failure,
      })
    }
    const watch = setInterval(() => {
      if (progress[0] !== seen) [seen, since] = [progress[0]!, Date.now()]
      else if (Date.now() - since > silenceMs)
        end(`no end within ${silenceMs / 1000} s, in a thousand with seed ${told.seed}: ${told.part}`)
    }, 1000)
    const telling = setInterval(
      () => console.error(`${reader}: ${progress[0]} of ${runs}, ${told.part}`),
      progressMs,
    )
    worker.on('message', (message: FuzzTold) => (told = message))
    worker.once('error', (error) => end(`${told.part}, seed ${told.seed}: ${error.message}`))
    worker.once('exit', (code) => end(code === 0 ? undefined : `the thread ended with ${code}`))
  })
}

const textOf = ({ reader, inputs, wallS, cpuS, longestMs, failure, ...of }: Result): string =>
  `${reader}: ${inputs} inputs, seed ${of.seed}, ${wallS.toFixed(0)} s (processor ${cpuS.toFixed(0)} s, longest input ${longestMs.toFixed(0)} ms): ${failure ?? 'no crash, no hang, no partial effect'}`

const queue = new PQueue({ concurrency: availableParallelism() })
const results = await Promise.all(
  Object.entries(readers)
    .filter(([reader]) => only === undefined || reader === only)
    .map(([reader, module]) =>
      queue.add(async () => {
        const result = await fuzzed(reader, module)
        if (!json) console.log(textOf(result))
        return result
      }),
    ),
)
if (json) console.log(JSON.stringify(results))
if (results.some(({ failure, inputs }) => failure !== undefined || inputs < runs)) process.exitCode = 1
