import type { Failure } from '../domain/failure.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { fencedBy, fencedFor } from './fenced.ts'
import { frameLine, frameLimit, frameOf, scriptsNamed } from './frame.ts'
import type { HostLine, LineOptions } from './host-line.ts'
import { InFlight } from './in-flight.ts'
import type { Answer, Counters, Exchange } from './port.ts'
import type { Target } from './ssh/target.ts'
import { type Fenced, type FrameEnd, once as onceMark, type Reply, type Sender } from './wire.ts'

export type FrameOptions = LineOptions & {
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

/** A request as frames to one host: scripts that it asks for are sent once, a lost look is repeated once, and the door hears how it went. */
export class Frames {
  readonly #target: Target
  readonly #options: FrameOptions
  readonly #counters: Counters
  readonly #line: HostLine
  #frame = 0
  #nextId = 1

  constructor(target: Target, options: FrameOptions, counters: Counters, line: HostLine) {
    this.#target = target
    this.#options = options
    this.#counters = counters
    this.#line = line
  }

  async perform(
    request: Exchange,
    onReply: ((index: number, reply: Reply) => void) | undefined,
    abort: AbortSignal | undefined,
  ): Promise<Result<Answer, Failure>> {
    const host = this.#target.id
    const { memory } = this.#options
    this.#line.use()
    const heard = new Set<number>()
    const once = (index: number, reply: Reply): void => {
      if (heard.has(index)) return
      heard.add(index)
      onReply?.(index, reply)
    }
    const held = new Set(memory.get(host))
    let scripts = scriptsNamed(request).filter((hash) => !held.has(hash))
    let retries = 1
    let needs = 1
    for (;;) {
      const sent = await this.#send(request, scripts, once, { mayRetry: retries > 0, abort })
      if (sent.kind === 'failed') return this.#failed(sent.failure)
      if (sent.kind === 'again') {
        if (this.#line.closed) return this.#failed({ kind: 'interrupted', host })
        retries -= 1
        this.#options.emit({ kind: 'link', host, state: 'retrying' })
        continue
      }
      const { end, inFlight } = sent
      if (!end.ok && end.why === 'need' && needs > 0) {
        needs -= 1
        memory.forget(host, end.need)
        scripts = [...new Set([...scripts, ...end.need])]
        continue
      }
      if (!end.ok && end.why === 'need')
        return this.#failed({
          kind: 'protocol',
          host,
          detail: `the host keeps asking for scripts ${end.need.join(', ')}; nothing ran`,
        })
      if (end.ok || end.why !== 'bad-frame')
        memory.add(
          host,
          scripts.filter((hash) => request.scripts.get(hash)?.startsWith(onceMark) !== true),
        )
      this.#target.door.succeeded()
      this.#line.rest()
      return ok({ replies: inFlight.replies, end, noise: inFlight.noise })
    }
  }

  async #send(
    request: Exchange,
    scripts: readonly string[],
    heard: (index: number, reply: Reply) => void,
    { mayRetry, abort }: { readonly mayRetry: boolean; readonly abort: AbortSignal | undefined },
  ): Promise<Sent> {
    const { clock, emit, silenceMs } = this.#options
    const host = this.#target.id
    const started = clock.now()
    const firstId = this.#nextId
    this.#nextId += request.ops.length
    this.#frame += 1
    const inFlight = new InFlight(this.#frame, firstId, request.ops.length, heard)
    const line = frameLine(frameOf(request, this.#frame, firstId, scripts, this.#sender(request)))
    if (line === 'too-large') {
      const detail = `the request is longer than ${frameLimit} characters, more than a host can read; nothing was sent`
      return { kind: 'failed', failure: { kind: 'protocol', host, detail } }
    }
    const limits = request.ops.reduce((sum, op) => sum + 2 * ('limitMs' in op ? (op.limitMs ?? 0) : 0), 0)
    const before = { up: this.#counters.bytesUp, down: this.#counters.bytesDown }
    const end = await this.#line.talkAbout({
      line: `${line}\n`,
      inFlight,
      silenceMs: silenceMs + limits,
      mutates: request.ops.some((op) => op.op === 'apply'),
      abort,
    })
    if ('failure' in end)
      return mayRetry && end.again ? { kind: 'again' } : { kind: 'failed', failure: end.failure }
    if (!end.ok && end.why === 'fenced') return { kind: 'failed', failure: this.#fenced(end) }
    this.#counters.exchanges += 1
    this.#counters.hostMs += end.ms
    emit({
      kind: 'exchange',
      host,
      bytesUp: this.#counters.bytesUp - before.up,
      bytesDown: this.#counters.bytesDown - before.down,
      ms: clock.now() - started,
    })
    return { kind: 'ended', end, inFlight }
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
    const { id, door } = this.#target
    const { failure, lost } = fencedFor(id, door.id, managed, this.#options.sender?.from)
    if (lost !== undefined) {
      door.lose?.(lost)
      this.#line.giveUp(lost.message)
    }
    return failure
  }

  /** The breaker counts what the link did, not what a host refused. */
  #failed(cause: Failure): Result<never, Failure> {
    const { id, door } = this.#target
    // Nothing ran, because nothing may go out any more.
    const failure = (cause.kind === 'unreachable' ? fencedBy(id, door.lost) : undefined) ?? cause
    if (failure.kind === 'unreachable' || failure.kind === 'unknown') door.failed(failure.detail)
    else if (failure.kind !== 'interrupted') door.succeeded()
    this.#line.rest()
    return err(failure)
  }
}
