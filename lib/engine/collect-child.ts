/** The process in which programs are collected: takes one order over IPC, answers each call, and says when it is done. */
import { flushCompileCache } from 'node:module'
import './light-sdk.ts'
import { disconnect } from '@pulumi/pulumi/runtime/settings.js'
import { orderShape, type CollectAnswer, type CollectOrder, type CollectProblem } from './collect-messages.ts'
import { startCollecting } from './collecting-monitor.ts'

type Program = (context: unknown) => unknown

const rejected: unknown[] = []
process.on('unhandledRejection', (reason) => rejected.push(reason))
process.on('uncaughtException', (error) => rejected.push(error))

// Whoever gave the order is gone.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.once('message', (message) => void work(orderShape.parse(message)))

async function work(order: CollectOrder): Promise<void> {
  const program = await load(order.program)
  if (typeof program !== 'function') await answer({ kind: 'unusable', problem: program })
  else for (const call of order.calls) await collectOne(program, call, order.trace)
  // Nothing is written at the end, for it is killed.
  flushCompileCache()
  await answer({ kind: 'done' })
}

async function load(url: string): Promise<Program | CollectProblem> {
  try {
    const loaded: unknown = await import(url)
    if (isProgram(loaded)) return loaded.default
    return { message: `${url}: expected a default export that is a function, found none`, stack: '' }
  } catch (error) {
    return problemOf(error)
  }
}

const isProgram = (loaded: unknown): loaded is { default: Program } =>
  typeof loaded === 'object' && loaded !== null && 'default' in loaded && typeof loaded.default === 'function'

async function collectOne(
  program: Program,
  call: CollectOrder['calls'][number],
  trace: CollectOrder['trace'],
): Promise<void> {
  rejected.length = 0
  const resources = await startCollecting(call.project, call.stack, trace)
  const thrown: unknown[] = []
  try {
    await program(call.context)
  } catch (error) {
    thrown.push(error)
  }
  await disconnect()
  // Rejections that nobody handled are told of after the promises of this turn.
  await new Promise((resolve) => setImmediate(resolve))
  const [first] = [...thrown, ...rejected]
  const problem = first === undefined ? {} : { problem: problemOf(first) }
  await answer({ kind: 'collected', collection: { id: call.id, resources: [...resources], ...problem } })
}

const problemOf = (error: unknown): CollectProblem =>
  error instanceof Error
    ? { message: error.message, stack: error.stack ?? '' }
    : { message: String(error), stack: '' }

function answer(message: CollectAnswer): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, undefined, {}, (error) => (error === null ? resolve() : reject(error)))
  })
}
