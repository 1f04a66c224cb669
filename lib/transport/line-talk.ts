import type { Clock } from '../domain/clock.ts'
import type { Failure } from '../domain/failure.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { complaintAbout, type InFlight } from './in-flight.ts'
import { LineDecoder, lineLimit } from './lines.ts'
import { passed } from './passing.ts'
import type { Counters } from './port.ts'
import type { WorkerChannel } from './ssh/worker-channel.ts'
import type { Fenced, FrameEnd, Hello } from './wire.ts'

/** How the talk about one frame ended. `lost`: the connection went before the frame's end. */
export type TalkEnd = Result<
  FrameEnd | Fenced,
  { readonly kind: 'lost'; readonly detail: string } | { readonly kind: 'garbage'; readonly detail: string }
>

/** One connection's conversation with the worker: one frame at a time, in lines. */
export class LineTalk {
  readonly #channel: WorkerChannel
  readonly #clock: Clock
  readonly #counters: Counters
  readonly #decoder = new LineDecoder()
  #hello: Hello | undefined
  #lastByte: number
  #waiting: { readonly inFlight: InFlight; readonly done: (end: TalkEnd) => void } | undefined
  #early: string[] = []
  #over: string | undefined

  constructor(channel: WorkerChannel, clock: Clock, counters: Counters, closed: (detail: string) => void) {
    this.#channel = channel
    this.#clock = clock
    this.#counters = counters
    this.#lastByte = passed(clock)
    channel.listen({
      bytes: (bytes) => this.#take(bytes),
      noise: (bytes) => this.#noise(bytes.toString('latin1')),
      closed: (detail) => {
        this.#over = detail
        this.#finish(err({ kind: 'lost', detail: this.#withNoise(detail) }))
        closed(detail)
      },
    })
  }

  /** What the worker said of itself; undefined until it did. */
  get hello(): Hello | undefined {
    return this.#hello
  }

  get open(): boolean {
    return this.#over === undefined && this.#channel.open
  }

  /** Writes a frame and hears its answers. */
  ask(line: string, inFlight: InFlight, silenceMs: number): Promise<TalkEnd> {
    const end = this.await(inFlight, silenceMs)
    if (this.open) this.#channel.write(line)
    return end
  }

  /** Hears the answers to a frame that was written with the connection. Silence longer than `silenceMs` ends the connection. */
  await(inFlight: InFlight, silenceMs: number): Promise<TalkEnd> {
    const over = this.#over
    if (over !== undefined) return Promise.resolve(err({ kind: 'lost', detail: this.#withNoise(over) }))
    const stop = new AbortController()
    this.#lastByte = passed(this.#clock)
    return new Promise<TalkEnd>((resolve) => {
      const done = (end: TalkEnd): void => {
        stop.abort()
        resolve(end)
      }
      this.#waiting = { inFlight, done }
      for (const text of this.#early.splice(0)) inFlight.takeNoise(text)
      void this.#watch(silenceMs, stop.signal)
    })
  }

  /** Whether any byte of the last frame may have left this machine. */
  get left(): boolean {
    return this.#channel.left
  }

  /** A second command on the same connection, its bytes paced by `pace`. */
  beside(...order: Parameters<WorkerChannel['beside']>): ReturnType<WorkerChannel['beside']> {
    return this.#channel.beside(...order)
  }

  close(detail: string): void {
    this.#channel.close(detail)
  }

  async #watch(silenceMs: number, abort: AbortSignal): Promise<void> {
    for (;;) {
      const left = this.#lastByte + silenceMs - passed(this.#clock)
      if (left <= 0) return this.close(`no byte for ${Math.round(silenceMs / 1000)} s`)
      if (!(await this.#clock.sleep(left, abort))) return
    }
  }

  #take(bytes: Buffer): void {
    this.#lastByte = passed(this.#clock)
    this.#counters.bytesDown += bytes.length
    const lines = this.#decoder.push(bytes)
    if (lines === 'oversized') return this.#garbage(`a line longer than ${lineLimit} bytes`)
    for (const decoded of lines) {
      if (decoded.kind === 'noise') this.#noise(decoded.text)
      else if ('hello' in decoded.line) {
        const complaint = complaintAbout(decoded.line)
        if (complaint !== undefined) return this.#garbage(complaint)
        this.#hello = decoded.line
      } else if (this.#hello === undefined)
        return this.#garbage('a reply before the worker said which version it speaks')
      else {
        const outcome = this.#waiting?.inFlight.take(decoded.line) ?? undefined
        if (outcome?.kind === 'garbage') return this.#garbage(outcome.detail)
        if (outcome?.kind === 'ended') this.#finish(ok(outcome.end))
      }
    }
  }

  #noise(text: string): void {
    for (const line of text.split(/\r?\n/)) {
      if (line === '') continue
      if (this.#waiting !== undefined) this.#waiting.inFlight.takeNoise(line)
      else if (this.#early.length < 50) this.#early.push(line)
    }
  }

  #garbage(detail: string): void {
    this.#finish(err({ kind: 'garbage', detail }))
    this.close(detail)
  }

  #finish(end: TalkEnd): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.done(end)
  }

  /** A worker that never said hello: what it printed instead says why (no PowerShell, a policy, a login shell that talks). */
  #withNoise(detail: string): string {
    if (this.#hello !== undefined) return detail
    const noise = [...(this.#waiting?.inFlight.noise ?? this.#early), this.#decoder.rest()].filter(
      (l) => l.trim() !== '',
    )
    return noise.length > 0
      ? `${detail}; the worker did not start, the host said: ${noise.slice(-5).join(' ').slice(0, 500)}`
      : detail
  }
}

/** A failure that says what is known of a frame after its connection went. */
export function afterLoss(host: string, detail: string, left: boolean, mutates: boolean): Failure {
  return left && mutates ? { kind: 'unknown', host, detail } : { kind: 'unreachable', host, detail }
}
