import PQueue from 'p-queue'
import type { Clock } from '../domain/clock.ts'
import type { Emit } from '../domain/event.ts'
import type { Failure } from '../domain/failure.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { BreakerOpen } from '../link/door.ts'
import { frameLine, frameLimit, frameOf, scriptsNamed } from './frame.ts'
import { InFlight } from './in-flight.ts'
import { afterLoss, LineTalk, type TalkEnd } from './line-talk.ts'
import { MannerChoice } from './manner.ts'
import type { HostMemory } from './memory.ts'
import type { Answer, Counters, Exchange, HostPort } from './port.ts'
import { openWorker } from './ssh/connect.ts'
import type { SshOptions, Target } from './ssh/target.ts'
import type { FrameEnd, Hello, Reply } from './wire.ts'
import { workerCommand, workerLine } from './worker/payload.ts'

export type SessionOptions = {
  readonly ssh: SshOptions
  readonly clock: Clock
  readonly emit: Emit
  readonly memory: HostMemory
  /** The connection is kept this long after the last exchange, ms. */
  readonly idleMs: number
  /** Without a byte for this long (and the time limits that the operations name) the connection counts as lost, ms. */
  readonly silenceMs: number
}

/** What became of one frame. */
type Sent =
  | { readonly kind: 'ended'; readonly end: FrameEnd; readonly inFlight: InFlight }
  | { readonly kind: 'again' }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** A host over SSH: one connection, one worker, one frame at a time. */
export class HostSession implements HostPort {
  readonly host: string
  readonly counters: Counters = { connections: 0, exchanges: 0, bytesUp: 0, bytesDown: 0, hostMs: 0 }
  readonly #target: Target
  readonly #options: SessionOptions
  readonly #queue = new PQueue({ concurrency: 1 })
  readonly #manner: MannerChoice
  #talk: LineTalk | undefined
  #idle = new AbortController()
  #frame = 0
  #nextId = 1
  #closed = false

  constructor(target: Target, options: SessionOptions) {
    this.host = target.id
    this.#target = target
    this.#options = options
    this.#manner = new MannerChoice(target.id, options.memory)
  }

  get hello(): Hello | undefined {
    return this.#talk?.hello
  }

  async exchange(
    request: Exchange,
    onReply?: (index: number, reply: Reply) => void,
    abort?: AbortSignal,
  ): Promise<Result<Answer, Failure>> {
    const interrupted = err<Failure>({ kind: 'interrupted', host: this.host })
    const door = this.#target.door
    try {
      const job = (): Promise<Result<Answer, Failure>> =>
        door.run(
          'control',
          async () => (abort?.aborted || this.#closed ? interrupted : this.#perform(request, onReply)),
          abort,
        )
      return await this.#queue.add(job, abort === undefined ? {} : { signal: abort })
    } catch (cause) {
      if (cause instanceof BreakerOpen)
        return err({ kind: 'unreachable', host: this.host, detail: cause.message })
      if (abort?.aborted) return interrupted
      throw cause
    }
  }

  /** Cuts the connection; what is on the wire ends as `unknown` or `unreachable`. */
  async close(): Promise<void> {
    this.#closed = true
    this.#idle.abort()
    this.#talk?.close('closed by this program')
    await this.#queue.onIdle()
  }

  async #perform(
    request: Exchange,
    onReply?: (index: number, reply: Reply) => void,
  ): Promise<Result<Answer, Failure>> {
    this.#idle.abort()
    const heard = new Set<number>()
    const once = (index: number, reply: Reply): void => {
      if (heard.has(index)) return
      heard.add(index)
      onReply?.(index, reply)
    }
    const held = new Set(this.#options.memory.get(this.host))
    let scripts = scriptsNamed(request).filter((hash) => !held.has(hash))
    let retries = 1
    let needs = 1
    for (;;) {
      const sent = await this.#send(request, scripts, once, retries > 0)
      if (sent.kind === 'failed') return this.#failed(sent.failure)
      if (sent.kind === 'again') {
        retries -= 1
        this.#options.emit({ kind: 'link', host: this.host, state: 'retrying' })
        continue
      }
      const { end, inFlight } = sent
      if (!end.ok && end.why === 'need' && needs > 0) {
        needs -= 1
        this.#options.memory.forget(this.host, end.need)
        scripts = [...new Set([...scripts, ...end.need])]
        continue
      }
      if (!end.ok && end.why === 'need')
        return this.#failed({
          kind: 'protocol',
          host: this.host,
          detail: `the host keeps asking for scripts ${end.need.join(', ')}; nothing ran`,
        })
      if (end.ok || end.why !== 'bad-frame') this.#options.memory.add(this.host, scripts)
      this.#target.door.succeeded()
      this.#keep()
      return ok({ replies: inFlight.replies, end, noise: inFlight.noise })
    }
  }

  async #send(
    request: Exchange,
    scripts: readonly string[],
    heard: (index: number, reply: Reply) => void,
    mayRetry: boolean,
  ): Promise<Sent> {
    const started = this.#options.clock.now()
    const firstId = this.#nextId
    this.#nextId += request.ops.length
    this.#frame += 1
    const inFlight = new InFlight(this.#frame, firstId, request.ops.length, heard)
    const line = frameLine(frameOf(request, this.#frame, firstId, scripts))
    if (line === 'too-large')
      return this.#protocol(
        `the request is longer than ${frameLimit} characters, more than a host can read; nothing was sent`,
      )
    const mutates = request.ops.some((op) => op.op === 'apply')
    const limits = request.ops.reduce((sum, op) => sum + 2 * ('limitMs' in op ? (op.limitMs ?? 0) : 0), 0)
    const before = { up: this.counters.bytesUp, down: this.counters.bytesDown }
    const end = await this.#talkAbout(`${line}\n`, inFlight, this.#options.silenceMs + limits, mutates)
    if ('failure' in end)
      return mayRetry && end.again ? { kind: 'again' } : { kind: 'failed', failure: end.failure }
    this.counters.exchanges += 1
    this.counters.hostMs += end.ms
    const { up, down } = before
    const ms = this.#options.clock.now() - started
    this.#options.emit({
      kind: 'exchange',
      host: this.host,
      bytesUp: this.counters.bytesUp - up,
      bytesDown: this.counters.bytesDown - down,
      ms,
    })
    return { kind: 'ended', end, inFlight }
  }

  async #talkAbout(
    line: string,
    inFlight: InFlight,
    silenceMs: number,
    mutates: boolean,
  ): Promise<FrameEnd | { failure: Failure; again: boolean }> {
    let end: TalkEnd
    let talk = this.#talk
    if (talk?.open) {
      this.counters.bytesUp += line.length
      end = await talk.ask(line, inFlight, silenceMs)
    } else {
      const opened = await this.#open(`${workerLine()}\n${line}`)
      if (!opened.ok) {
        const { failure, ran } = opened.error
        if (ran === 'nothing' || mutates) return { failure, again: false }
        return {
          failure: {
            kind: 'unreachable',
            host: this.host,
            detail: 'detail' in failure ? failure.detail : failure.kind,
          },
          again: true,
        }
      }
      talk = opened.value
      end = await talk.await(inFlight, silenceMs)
    }
    if (end.ok) return end.value
    if (end.error.kind === 'garbage')
      return { failure: { kind: 'protocol', host: this.host, detail: end.error.detail }, again: false }
    return { failure: afterLoss(this.host, end.error.detail, talk.left, mutates), again: !mutates }
  }

  /** A connection, its first frame sent with it. */
  async #open(
    first: string,
  ): Promise<Result<LineTalk, { readonly failure: Failure; readonly ran: 'nothing' | 'unknown' }>> {
    const { clock, emit, ssh } = this.#options
    for (;;) {
      const manner = this.#manner.next()
      emit({
        kind: 'link',
        host: this.host,
        state: 'connecting',
        ...(manner === 'waiting' ? { detail: 'waiting for each answer' } : {}),
      })
      this.counters.bytesUp += first.length
      const opened = await openWorker(
        this.#target,
        { command: workerCommand, first: Buffer.from(first, 'latin1'), manner },
        ssh,
      )
      if (opened.ok) {
        this.#manner.opened(manner)
        this.counters.connections += 1
        emit({ kind: 'link', host: this.host, state: 'connected' })
        const talk = new LineTalk(opened.value, clock, this.counters, (detail) => {
          if (this.#talk === talk) this.#talk = undefined
          emit({ kind: 'link', host: this.host, state: 'closed', detail })
        })
        this.#talk = talk
        return ok(talk)
      }
      const { failure, ran, wait } = opened.error
      if (ran === 'unknown') this.#manner.lost(manner)
      else if (this.#manner.refused(manner, wait)) continue
      return err({ failure, ran })
    }
  }

  #protocol(detail: string): Sent {
    return { kind: 'failed', failure: { kind: 'protocol', host: this.host, detail } }
  }

  /** The breaker counts what the link did, not what a host refused. */
  #failed(failure: Failure): Result<never, Failure> {
    if (failure.kind === 'unreachable' || failure.kind === 'unknown') this.#target.door.failed(failure.detail)
    else this.#target.door.succeeded()
    this.#keep()
    return err(failure)
  }

  /** Closes the connection once it has been idle long enough. */
  #keep(): void {
    const idle = new AbortController()
    this.#idle = idle
    if (this.#closed || this.#talk === undefined) return
    void this.#options.clock.sleep(this.#options.idleMs, idle.signal).then((over) => {
      if (over) this.#talk?.close('idle')
    })
  }
}
