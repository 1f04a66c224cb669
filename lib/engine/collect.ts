import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { answerShape, type CollectedResource, type CollectOrder } from './collect-messages.ts'

export type { CollectedResource } from './collect-messages.ts'

export type CollectRequest = {
  /** URL of the module whose default export is the program. */
  readonly module: string
  /** What the program is called with, once for each: plain data. */
  readonly contexts: readonly unknown[]
  /** Name of the stack of each context, for programs that ask for it; default: `stack`. */
  readonly stacks?: readonly string[]
  /** Default: `project`. */
  readonly project?: string
  readonly env: NodeJS.ProcessEnv
  readonly abort?: AbortSignal
}

/** What one call of the program declares, or why that can't be told; then `resources` are those declared all the same. */
export type Collected =
  | { readonly ok: true; readonly resources: readonly CollectedResource[] }
  | {
      readonly ok: false
      readonly message: string
      /** Where it was thrown; empty when it was not. */
      readonly stack: string
      readonly resources: readonly CollectedResource[]
    }

/**
 * Runs a program without an engine, once for each context, and says which resources it declares; dependants too, with unknown
 * inputs as in a preview. One process of its own for all calls, because a program may do anything to it, and starting one takes
 * half a second. A program that throws spoils only its own call. Answers in the order of the contexts, one for each.
 */
export async function collect(request: CollectRequest): Promise<readonly Collected[]> {
  const { module, contexts, project = 'project', stacks = [] } = request
  const calls = contexts.map((context, index) => ({ project, stack: stacks[index] ?? 'stack', context }))
  const collected: Collected[] = []
  const ended = await converse({ module, calls }, request, (answer) => collected.push(answer))
  const missing: Collected = { ok: false, resources: [], ...ended }
  return contexts.map((_, index) => collected[index] ?? missing)
}

type Ended = { readonly message: string; readonly stack: string }

const childModule = fileURLToPath(new URL(`collect-child${import.meta.url.slice(-3)}`, import.meta.url))

/** Gives the order to a child and hears it out; resolves with what to say of calls that were not answered. */
function converse(
  order: CollectOrder,
  { env, abort }: Pick<CollectRequest, 'env' | 'abort'>,
  onCollected: (answer: Collected) => void,
): Promise<Ended> {
  const interrupted: Ended = { message: 'interrupted before the program was collected', stack: '' }
  if (abort?.aborted) return Promise.resolve(interrupted)
  // In a process group of its own, where a terminal's Ctrl-C doesn't reach it.
  const child = fork(childModule, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const printed = tail(child)
  return new Promise((resolve) => {
    const stop = () => end(interrupted)
    const end = (ended: Ended) => {
      abort?.removeEventListener('abort', stop)
      // What the program left running is of no use to anybody.
      child.kill('SIGKILL')
      resolve(ended)
    }
    abort?.addEventListener('abort', stop, { once: true })
    child.on('message', (message) => {
      const answer = answerShape.parse(message)
      if (answer.kind === 'unusable') end(answer.problem)
      else if (answer.kind === 'done') end({ message: 'not collected', stack: '' })
      else if (answer.problem === undefined) onCollected({ ok: true, resources: answer.resources })
      else onCollected({ ok: false, resources: answer.resources, ...answer.problem })
    })
    child.once('error', (error) => end({ message: error.message, stack: '' }))
    child.once('close', (code, signal) =>
      end({ message: `its process ended with ${code ?? signal}: ${printed()}`.trimEnd(), stack: '' }),
    )
    // An error here is followed by `close`.
    child.send(order, () => undefined)
  })
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
