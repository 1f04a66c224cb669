import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { JsonObject } from '../../../lib/domain/json.ts'
import { type Execution, type Executor, fault, timeUp } from '../../../lib/lab/executor.ts'
import type { World } from '../../../lib/lab/world/world.ts'
import type { WireError } from '../../../lib/transport/wire.ts'
import { findPwsh } from '../sshd.ts'
import { Answering } from './answering.ts'
import type { LineThread, Posted } from './line-thread.ts'
import { hostOf, type Line, outfit } from './order.ts'
import { toWire } from './wire-values.ts'
import { fromJson, type Host } from '../../../lib/powershell/index.ts'

/** The engine says nothing for so long: it hangs. */
const patienceMs = 60_000

/**
 * The real PowerShell as an executor of the lab's scripts: binding, pipelines and errors are its own; what reaches a machine is
 * answered by the simulation. One process for any number of worlds, one script at a time. While it runs, this thread waits.
 */
export class RealEngine {
  readonly #thread: Worker
  readonly #port: MessagePort
  readonly #posted = new Int32Array(new SharedArrayBuffer(4))

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#thread = new Worker(new URL('line-thread.ts', import.meta.url), {
      workerData: {
        program: findPwsh(),
        driver: fileURLToPath(new URL('driver.ps1', import.meta.url)),
        port: port2,
        posted: this.#posted.buffer as SharedArrayBuffer,
      } satisfies LineThread,
      transferList: [port2],
    })
    this.#next()
    this.#ask(outfit())
  }

  /** An executor for a world. `command`: what the stubs call instead of the simulation. */
  of(world: World, command?: Host['command']): Executor {
    return {
      version: '7',
      run: (_hash, text, params, limitMs) =>
        this.#run(world, text, params, limitMs, new Answering(world, command)),
    }
  }

  async close(): Promise<void> {
    const ended = once(this.#thread, 'exit')
    this.#port.postMessage(null)
    await ended
  }

  #run(world: World, text: string, params: JsonObject, limitMs: number, answering: Answering): Execution {
    world.sleepLeft = limitMs
    world.settle()
    try {
      if (world.hung) {
        world.sleep(limitMs)
        return stopped
      }
      let line = this.#ask({
        script: text,
        params: toWire(fromJson(params), answering.handed),
        ...hostOf(world, answering),
      })
      while (line['done'] === undefined) line = this.#ask(answering.answer(line))
      if (answering.defect !== undefined) throw answering.defect
      return answering.timeIsUp ? stopped : executionOf(line)
    } finally {
      world.sleepLeft = Infinity
    }
  }

  #ask(order: Line): Line {
    this.#port.postMessage(JSON.stringify(order))
    return this.#next()
  }

  #next(): Line {
    for (;;) {
      const posted = Atomics.load(this.#posted, 0)
      const received = receiveMessageOnPort(this.#port) as { readonly message: Posted } | undefined
      if (received !== undefined) {
        if ('lost' in received.message) throw new Error(received.message.lost)
        return JSON.parse(received.message.line) as Line
      }
      if (Atomics.wait(this.#posted, 0, posted, patienceMs) === 'timed-out')
        throw new Error(`PowerShell said nothing for ${patienceMs / 1000} s`)
    }
  }
}

const stopped: Execution = { out: [], warnings: [], fault: timeUp }

const leftEarly = fault(
  'Chancery.LeftEarly',
  'InvalidOperation',
  'The script ended by break, continue or exit',
)

function executionOf(line: Line): Execution {
  const failed = line['fault'] as WireError | null
  const ended = failed ?? (line['done'] === true ? undefined : leftEarly)
  return {
    out: ended === undefined ? (line['out'] as readonly string[]) : [],
    warnings: line['warnings'] as readonly string[],
    fault: ended,
  }
}
