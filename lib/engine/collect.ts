import { fork, type ChildProcess } from 'node:child_process'
import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { err, ok, type Result } from '../domain/result.ts'
import { answerShape, type Collection, type CollectOrder, type CollectProblem } from './collect-messages.ts'

export {
  type CollectedResource,
  type Collection,
  type CollectOrder,
  type CollectProblem,
  tracesIn,
} from './collect-messages.ts'

export type CollectRequest = CollectOrder & {
  readonly env: NodeJS.ProcessEnv
  readonly abort?: AbortSignal
}

/** Why nothing could be collected at all. */
export type CollectFailure =
  /** The module can't be loaded, or has no program. */
  | { readonly kind: 'program'; readonly problem: CollectProblem }
  /** The process ended before it had answered; `output` is the end of what it printed. */
  | { readonly kind: 'crashed'; readonly how: string; readonly output: string }
  | { readonly kind: 'interrupted' }

type Ended = Result<readonly Collection[], CollectFailure>

const childModule = fileURLToPath(new URL(`collect-child${import.meta.url.slice(-3)}`, import.meta.url))

/**
 * Runs a program without an engine, once for each call, and says which resources it declares; dependants too, with unknown
 * inputs as in a preview. One process of its own for all calls, because a program may do anything to it, and starting one takes
 * a third of a second. A program that throws spoils only its own call. Answers in the order of the calls.
 */
export function collect({ env, abort, ...order }: CollectRequest): Promise<Ended> {
  if (abort?.aborted) return Promise.resolve(err({ kind: 'interrupted' }))
  // In a process group of its own, where a terminal's Ctrl-C doesn't reach it.
  const child = fork(childModule, {
    env: { ...compiled(), ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const printed = tail(child)
  const collections: Collection[] = []
  return new Promise((resolve) => {
    const stop = () => end(err({ kind: 'interrupted' }))
    const end = (ended: Ended) => {
      abort?.removeEventListener('abort', stop)
      // What the program left running is of no use to anybody.
      child.kill('SIGKILL')
      resolve(ended)
    }
    abort?.addEventListener('abort', stop, { once: true })
    child.on('message', (message) => {
      const answer = answerShape.parse(message)
      if (answer.kind === 'collected') collections.push(answer.collection)
      else end(answer.kind === 'done' ? ok(collections) : err({ kind: 'program', problem: answer.problem }))
    })
    child.once('error', (error) => end(err({ kind: 'crashed', how: error.message, output: printed() })))
    child.once('close', (code, signal) =>
      end(err({ kind: 'crashed', how: `it ended with ${code ?? signal}`, output: printed() })),
    )
    // An error here is followed by `close`.
    child.send(order, () => undefined)
  })
}

/** Where this process keeps compiled code, its child finds it: that halves the start. */
function compiled(): NodeJS.ProcessEnv {
  // Below the folder that was asked for is one of this version of Node.
  const folder = getCompileCacheDir()
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}

const keptOutput = 4_000

/** The end of what a child printed. */
function tail(child: ChildProcess): () => string {
  let text = ''
  const keep = (piece: string) => (text = (text + piece).slice(-keptOutput))
  child.stdout?.setEncoding('utf8').on('data', keep)
  child.stderr?.setEncoding('utf8').on('data', keep)
  return () => text
}
