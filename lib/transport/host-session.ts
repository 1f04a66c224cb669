import PQueue from 'p-queue'
import type { Failure } from '../domain/failure.ts'
import { err, type Result } from '../domain/result.ts'
import { BreakerOpen } from '../link/door.ts'
import type { BesideOrder, BulkPort, ByteChannel } from './delivery/bulk-port.ts'
import { fencedBy } from './fenced.ts'
import { type FrameOptions, Frames } from './frames.ts'
import { HostLine } from './host-line.ts'
import { openBeside } from './open-beside.ts'
import type { Answer, Counters, Exchange, HostPort } from './port.ts'
import type { Target } from './ssh/target.ts'
import type { Hello, Reply } from './wire.ts'

/** Waits after each refused channel, ms: another session of the connection may be ending. */
const sessionWaits = [250, 500, 1000, 2000] as const

/** A host over SSH: one connection, one worker, one frame at a time, each in its turn on the link. */
export class HostSession implements HostPort, BulkPort {
  readonly host: string
  readonly counters: Counters = { connections: 0, exchanges: 0, bytesUp: 0, bytesDown: 0, hostMs: 0 }
  readonly #target: Target
  readonly #options: FrameOptions
  readonly #queue = new PQueue({ concurrency: 1 })
  readonly #line: HostLine
  readonly #frames: Frames

  constructor(target: Target, options: FrameOptions) {
    this.host = target.id
    this.#target = target
    this.#options = options
    this.#line = new HostLine(target, options, this.counters)
    this.#frames = new Frames(target, options, this.counters, this.#line)
  }

  get hello(): Hello | undefined {
    return this.#line.hello
  }

  async exchange(
    request: Exchange,
    onReply?: (index: number, reply: Reply) => void,
    abort?: AbortSignal,
  ): Promise<Result<Answer, Failure>> {
    const interrupted = err<Failure>({ kind: 'interrupted', host: this.host })
    // The queue would reject a running job on its signal; once it runs, only its own end says what happened.
    const waiting = new AbortController()
    const stop = (): void => waiting.abort()
    if (abort?.aborted) stop()
    abort?.addEventListener('abort', stop, { once: true })
    const frame = async (): Promise<Result<Answer, Failure>> => {
      if (abort?.aborted || this.#line.closed) return interrupted
      this.#line.betweenFrames()
      try {
        return await this.#frames.perform(request, onReply, abort)
      } finally {
        this.#line.betweenFrames()
      }
    }
    try {
      const job = (): Promise<Result<Answer, Failure>> => {
        abort?.removeEventListener('abort', stop)
        return this.#target.door.run('control', frame, abort)
      }
      return await this.#queue.add(job, { signal: waiting.signal })
    } catch (cause) {
      if (cause instanceof BreakerOpen)
        return err({ kind: 'unreachable', host: this.host, detail: cause.message })
      if (abort?.aborted) return interrupted
      const failure = fencedBy(this.host, cause)
      if (failure !== undefined) return err(failure)
      throw cause
    } finally {
      abort?.removeEventListener('abort', stop)
    }
  }

  async beside(order: BesideOrder, abort?: AbortSignal): Promise<Result<ByteChannel, Failure>> {
    const { door } = this.#target
    const leave = this.#line.holdBeside()
    for (let refusals = 0; ; refusals += 1) {
      if (this.#line.going === undefined) {
        const up = await this.exchange(
          { scripts: new Map(), guards: [], ops: [{ op: 'ping' }] },
          undefined,
          abort,
        )
        if (!up.ok) {
          leave()
          return up
        }
      }
      const talk = this.#line.going
      const opened =
        talk &&
        (await openBeside(talk, order, {
          clock: this.#options.clock,
          pace: (bytes, stop) => door.pace(bytes, 'bulk', stop),
          ...(abort === undefined ? {} : { abort }),
        }))
      if (opened?.ok === true) {
        opened.value.gone.addEventListener('abort', leave, { once: true })
        return opened
      }
      const wait = sessionWaits[refusals]
      if (opened?.error.refused === true && wait !== undefined) {
        if (await this.#options.clock.sleep(wait, abort)) continue
      }
      leave()
      if (abort?.aborted || this.#line.closed) return err({ kind: 'interrupted', host: this.host })
      const detail =
        opened?.error.refused === true
          ? `its SSH server takes no second channel on the connection (${opened.error.detail}); MaxSessions in sshd_config must be 2 or more`
          : (opened?.error.detail ?? 'connection lost')
      return err({ kind: 'unreachable', host: this.host, detail })
    }
  }

  /**
   * Ends the connection at once (what is on the wire ends as `unknown` or `unreachable`), or once no frame is on it; the next exchange opens
   * another. A channel beside the worker's ends with it.
   */
  reconnect(why: string, which: 'any' | 'idle'): void {
    if (which === 'idle' && this.#queue.pending > 0) this.#line.endAfterFrame(why)
    else this.#line.reopen(why)
  }

  /** Cuts the connection; what is on the wire ends as `unknown` or `unreachable`. */
  async close(): Promise<void> {
    this.#line.close()
    await this.#queue.onIdle()
  }
}
