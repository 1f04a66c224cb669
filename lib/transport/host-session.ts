import PQueue from 'p-queue'
import type { Clock } from '../domain/clock.ts'
import type { Emit } from '../domain/event.ts'
import type { Failure } from '../domain/failure.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { BreakerOpen } from '../link/door.ts'
import { LeaseStoreUnusable } from '../link/lease-failure.ts'
import { frameLine, frameLimit, frameOf, scriptsNamed } from './frame.ts'
import { fencedBy, fencedFor } from './fenced.ts'
import { InFlight } from './in-flight.ts'
import { afterLoss, type LineTalk, type TalkEnd } from './line-talk.ts'
import type { HostMemory } from './memory.ts'
import type { Answer, Counters, Exchange, HostPort } from './port.ts'
import { Opener } from './opener.ts'
import type { BesideOrder, BulkPort, ByteChannel } from './delivery/bulk-port.ts'
import type { SshOptions, Target } from './ssh/target.ts'
import { type Fenced, type FrameEnd, type Hello, once as onceMark, type Reply, type Sender } from './wire.ts'
import { openBeside } from './open-beside.ts'

export type SessionOptions = {
  readonly ssh: SshOptions
  readonly clock: Clock
  readonly emit: Emit
  readonly memory: HostMemory
  /** The connection is kept this long after the last exchange, ms. */
  readonly idleMs: number
  /** Without a byte for this long (and the time limits that the operations name) the connection counts as lost, ms. */
  readonly silenceMs: number
  /** Who frames say they are from; absent = nobody. */
  readonly sender?: Pick<Sender, 'from' | 'by'>
}

/** What became of one frame. */
type Sent =
  | { readonly kind: 'ended'; readonly end: FrameEnd; readonly inFlight: InFlight }
  | { readonly kind: 'again' }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** Waits after each refused channel, ms: another session of the connection may be ending. */
const sessionWaits = [250, 500, 1000, 2000] as const

/** A host over SSH: one connection, one worker, one frame at a time. */
export class HostSession implements HostPort, BulkPort {
  readonly host: string
  readonly counters: Counters = { connections: 0, exchanges: 0, bytesUp: 0, bytesDown: 0, hostMs: 0 }
  readonly #target: Target
  readonly #options: SessionOptions
  readonly #queue = new PQueue({ concurrency: 1 })
  readonly #opener: Opener
  #talk: LineTalk | undefined
  readonly #cut = new AbortController()
  #idle = new AbortController()
  /** Ends a connection that is being opened, for another one to be tried. */
  #opening = new AbortController()
  #frame = 0
  #nextId = 1
  /** Channels beside the worker's: the connection stays while there is one. */
  #beside = 0
  /** Why the connection ends once no frame is on it. */
  #stale: string | undefined
  /** A conversation that was ended from here: nothing more is said in it, also while its end is not heard yet. */
  #ended: LineTalk | undefined

  constructor(target: Target, options: SessionOptions) {
    this.host = target.id
    this.#target = target
    this.#options = options
    this.#opener = new Opener(target, options, this.counters)
  }

  get #closed(): boolean {
    return this.#cut.signal.aborted
  }

  /** The conversation that is going on. */
  get #going(): LineTalk | undefined {
    return this.#talk?.open === true && this.#talk !== this.#ended ? this.#talk : undefined
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
    // The queue would reject a running job on its signal; once it runs, only its own end says what happened.
    const waiting = new AbortController()
    const stop = (): void => waiting.abort()
    if (abort?.aborted) stop()
    abort?.addEventListener('abort', stop, { once: true })
    try {
      const job = (): Promise<Result<Answer, Failure>> => {
        abort?.removeEventListener('abort', stop)
        return door.run(
          'control',
          async () => {
            if (abort?.aborted || this.#closed) return interrupted
            this.#endStale()
            try {
              return await this.#perform(request, onReply, abort)
            } finally {
              this.#endStale()
            }
          },
          abort,
        )
      }
      return await this.#queue.add(job, { signal: waiting.signal })
    } catch (cause) {
      if (cause instanceof BreakerOpen)
        return err({ kind: 'unreachable', host: this.host, detail: cause.message })
      if (abort?.aborted) return interrupted
      const fenced = fencedBy(this.host, cause)
      if (fenced !== undefined) return err(fenced)
      if (cause instanceof LeaseStoreUnusable)
        return err({ kind: 'leases', host: this.host, detail: cause.message })
      throw cause
    } finally {
      abort?.removeEventListener('abort', stop)
    }
  }

  async beside(order: BesideOrder, abort?: AbortSignal): Promise<Result<ByteChannel, Failure>> {
    const { door } = this.#target
    this.#beside += 1
    // The connection was idle, and is no more.
    this.#idle.abort()
    const leave = (): void => {
      this.#beside -= 1
      this.#keep()
    }
    for (let refusals = 0; ; refusals += 1) {
      if (this.#going === undefined) {
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
      const talk = this.#going
      const opened =
        talk &&
        (await openBeside(talk, order, {
          clock: this.#options.clock,
          pace: (bytes, stop) => door.pace(bytes, 'bulk', stop),
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
      if (abort?.aborted || this.#closed) return err({ kind: 'interrupted', host: this.host })
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
    if (which === 'idle' && this.#queue.pending > 0) {
      this.#stale = why
      return
    }
    this.#end(why)
    this.#opening.abort(why)
    this.#opening = new AbortController()
  }

  #endStale(): void {
    if (this.#stale !== undefined) this.#end(this.#stale)
  }

  #end(why: string): void {
    this.#stale = undefined
    this.#ended = this.#talk
    this.#talk?.close(why)
  }

  /** Cuts the connection; what is on the wire ends as `unknown` or `unreachable`. */
  async close(): Promise<void> {
    this.#cut.abort()
    this.#idle.abort()
    this.#talk?.close('closed by this program')
    await this.#queue.onIdle()
  }

  async #perform(
    request: Exchange,
    onReply: ((index: number, reply: Reply) => void) | undefined,
    abort: AbortSignal | undefined,
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
      const sent = await this.#send(request, scripts, once, { mayRetry: retries > 0, abort })
      if (sent.kind === 'failed') return this.#failed(sent.failure)
      if (sent.kind === 'again') {
        if (this.#closed) return this.#failed({ kind: 'interrupted', host: this.host })
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
      if (end.ok || end.why !== 'bad-frame')
        this.#options.memory.add(
          this.host,
          scripts.filter((hash) => request.scripts.get(hash)?.startsWith(onceMark) !== true),
        )
      this.#target.door.succeeded()
      this.#keep()
      return ok({ replies: inFlight.replies, end, noise: inFlight.noise })
    }
  }

  async #send(
    request: Exchange,
    scripts: readonly string[],
    heard: (index: number, reply: Reply) => void,
    { mayRetry, abort }: { readonly mayRetry: boolean; readonly abort: AbortSignal | undefined },
  ): Promise<Sent> {
    const started = this.#options.clock.now()
    const firstId = this.#nextId
    this.#nextId += request.ops.length
    this.#frame += 1
    const inFlight = new InFlight(this.#frame, firstId, request.ops.length, heard)
    const line = frameLine(frameOf(request, this.#frame, firstId, scripts, this.#sender(request)))
    if (line === 'too-large')
      return this.#protocol(
        `the request is longer than ${frameLimit} characters, more than a host can read; nothing was sent`,
      )
    const mutates = request.ops.some((op) => op.op === 'apply')
    const limits = request.ops.reduce((sum, op) => sum + 2 * ('limitMs' in op ? (op.limitMs ?? 0) : 0), 0)
    const before = { up: this.counters.bytesUp, down: this.counters.bytesDown }
    const silenceMs = this.#options.silenceMs + limits
    const end = await this.#talkAbout(`${line}\n`, inFlight, silenceMs, { mutates, abort })
    if ('failure' in end)
      return mayRetry && end.again ? { kind: 'again' } : { kind: 'failed', failure: end.failure }
    if (!end.ok && end.why === 'fenced') return { kind: 'failed', failure: this.#fenced(end) }
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
    { mutates, abort }: { readonly mutates: boolean; readonly abort: AbortSignal | undefined },
  ): Promise<FrameEnd | Fenced | { failure: Failure; again: boolean }> {
    let end: TalkEnd
    let talk = this.#going
    if (talk !== undefined) {
      this.counters.bytesUp += line.length
      end = await talk.ask(line, inFlight, silenceMs)
    } else {
      const opening = this.#opening.signal
      const cut = AbortSignal.any([this.#cut.signal, opening])
      const opened = await this.#opener.open(line, { abort, cut })
      if (!opened.ok) {
        const { failure, ran } = opened.error
        if (ran === 'nothing' && opening.aborted && !this.#closed && !abort?.aborted)
          return {
            failure: { kind: 'unreachable', host: this.host, detail: String(opening.reason) },
            again: true,
          }
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
      this.#talk = talk
      end = await talk.await(inFlight, silenceMs)
    }
    if (end.ok) return end.value
    if (end.error.kind === 'garbage')
      return { failure: { kind: 'protocol', host: this.host, detail: end.error.detail }, again: false }
    return {
      failure: afterLoss(this.host, end.error.detail, talk.left, mutates),
      again: !mutates || !talk.left,
    }
  }

  /** Who this frame says it is from. */
  #sender({ takeover }: Exchange): Sender | undefined {
    const { sender } = this.#options
    if (sender === undefined) return undefined
    const { store, token } = this.#target.door.lease ?? { store: 'none', token: 0 }
    const over = takeover && { over: takeover.at, because: takeover.because }
    return { ...sender, store, token, ...over }
  }

  /** A later holder of the lease has been there: nothing more of this process goes over the link. */
  #fenced({ managed }: Fenced): Failure {
    const { failure, lost } = fencedFor(this.host, this.#target.door.id, managed, this.#options.sender?.from)
    if (lost !== undefined) {
      this.#target.door.lose?.(lost)
      this.#talk?.close(lost.message)
    }
    return failure
  }

  #protocol(detail: string): Sent {
    return { kind: 'failed', failure: { kind: 'protocol', host: this.host, detail } }
  }

  /** The breaker counts what the link did, not what a host refused. */
  #failed(cause: Failure): Result<never, Failure> {
    // Nothing ran, because nothing may go out any more.
    const failure =
      (cause.kind === 'unreachable' ? fencedBy(this.host, this.#target.door.lost) : undefined) ?? cause
    if (failure.kind === 'unreachable' || failure.kind === 'unknown') this.#target.door.failed(failure.detail)
    else if (failure.kind !== 'interrupted') this.#target.door.succeeded()
    this.#keep()
    return err(failure)
  }

  /** Closes the connection once it has been idle long enough. */
  #keep(): void {
    const idle = new AbortController()
    this.#idle.abort()
    this.#idle = idle
    if (this.#beside > 0) return
    if (this.#closed || this.#talk === undefined) return
    void this.#options.clock.sleep(this.#options.idleMs, idle.signal).then((over) => {
      if (over) this.#talk?.close('idle')
    })
  }
}
