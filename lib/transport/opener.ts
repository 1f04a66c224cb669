import type { Clock } from '../domain/clock.ts'
import type { Emit } from '../domain/event.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { LineTalk } from './line-talk.ts'
import { MannerChoice } from './manner.ts'
import type { HostMemory } from './memory.ts'
import type { Counters } from './port.ts'
import { type OpenFailure, openWorker } from './ssh/connect.ts'
import type { SshOptions, Stops, Target } from './ssh/target.ts'
import { workerCommand, workerLine } from './worker/payload.ts'

export type OpenerOptions = {
  readonly ssh: SshOptions
  readonly clock: Clock
  readonly emit: Emit
  readonly memory: HostMemory
}

/** Makes connections to one host, in the manner that it takes. */
export class Opener {
  readonly #target: Target
  readonly #options: OpenerOptions
  readonly #counters: Counters
  readonly #manner: MannerChoice

  constructor(target: Target, options: OpenerOptions, counters: Counters) {
    this.#target = target
    this.#options = options
    this.#counters = counters
    this.#manner = new MannerChoice(target.id, options.memory)
  }

  /** A connection to a new worker, its first frame sent with it. */
  async open(frame: string, stops: Stops): Promise<Result<LineTalk, OpenFailure>> {
    const { clock, emit, ssh } = this.#options
    const host = this.#target.id
    const first = Buffer.from(`${workerLine()}\n${frame}`, 'latin1')
    for (;;) {
      const manner = this.#manner.next()
      const detail = manner === 'waiting' ? { detail: 'waiting for each answer' } : {}
      emit({ kind: 'link', host, state: 'connecting', ...detail })
      this.#counters.bytesUp += first.length
      const opened = await openWorker(this.#target, { command: workerCommand, first, manner }, ssh, stops)
      if (opened.ok) {
        this.#manner.opened(manner)
        this.#counters.connections += 1
        emit({ kind: 'link', host, state: 'connected' })
        const closed = (why: string): void => emit({ kind: 'link', host, state: 'closed', detail: why })
        return ok(new LineTalk(opened.value, clock, this.#counters, closed))
      }
      const { ran, wait } = opened.error
      if (ran === 'unknown') this.#manner.lost(manner)
      else if (this.#manner.refused(manner, wait)) continue
      return err(opened.error)
    }
  }
}
