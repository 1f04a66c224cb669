import type { Failure } from '../domain/failure.ts'
import type { InFlight } from './in-flight.ts'
import { afterLoss, type LineTalk, type TalkEnd } from './line-talk.ts'
import { Opener, type OpenerOptions } from './opener.ts'
import type { Counters } from './port.ts'
import type { Target } from './ssh/target.ts'
import type { Fenced, FrameEnd, Hello } from './wire.ts'

export type LineOptions = OpenerOptions & {
  /** The connection is kept this long after the last exchange, ms. */
  readonly idleMs: number
}

/** A frame as it goes out. */
export type Outgoing = {
  /** With its end of line. */
  readonly line: string
  readonly inFlight: InFlight
  /** Without a byte for so long the connection counts as lost, ms. */
  readonly silenceMs: number
  /** It acts: once it has left, only a look can tell what became of it. */
  readonly mutates: boolean
  readonly abort: AbortSignal | undefined
}

/** What the host answered, or why not; `again`: it may be sent once more. */
export type Heard = FrameEnd | Fenced | { readonly failure: Failure; readonly again: boolean }

/**
 * The connection to one host: opened with the first frame, kept while there is work and a while after, ended from here for a reason.
 *
 *   none ── a frame goes ──► opening ──► going ── idle for long enough, ended, lost ──► none
 *                              └── another line carries: opened again ──┘
 */
export class HostLine {
  readonly #target: Target
  readonly #options: LineOptions
  readonly #counters: Counters
  readonly #opener: Opener
  readonly #cut = new AbortController()
  #talk: LineTalk | undefined
  /** A conversation that was ended from here: nothing more is said in it, also while its end is not heard yet. */
  #ended: LineTalk | undefined
  #idle = new AbortController()
  /** Ends a connection that is being opened, for another one to be tried. */
  #opening = new AbortController()
  /** Channels beside the worker's: the connection stays while there is one. */
  #beside = 0
  /** Why the connection ends once no frame is on it. */
  #stale: string | undefined

  constructor(target: Target, options: LineOptions, counters: Counters) {
    this.#target = target
    this.#options = options
    this.#counters = counters
    this.#opener = new Opener(target, options, counters)
  }

  get closed(): boolean {
    return this.#cut.signal.aborted
  }

  /** The conversation that is going on. */
  get going(): LineTalk | undefined {
    return this.#talk?.open === true && this.#talk !== this.#ended ? this.#talk : undefined
  }

  get hello(): Hello | undefined {
    return this.#talk?.hello
  }

  /** Sends a frame, over a new connection where none is going, and hears its answers. */
  async talkAbout({ line, inFlight, silenceMs, mutates, abort }: Outgoing): Promise<Heard> {
    const host = this.#target.id
    let end: TalkEnd
    let talk = this.going
    if (talk !== undefined) {
      this.#counters.bytesUp += line.length
      end = await talk.ask(line, inFlight, silenceMs)
    } else {
      const opening = this.#opening.signal
      const cut = AbortSignal.any([this.#cut.signal, opening])
      const opened = await this.#opener.open(line, { abort, cut })
      if (!opened.ok) {
        const { failure, ran } = opened.error
        if (ran === 'nothing' && opening.aborted && !this.closed && !abort?.aborted)
          return { failure: { kind: 'unreachable', host, detail: String(opening.reason) }, again: true }
        if (ran === 'nothing' || mutates) return { failure, again: false }
        const detail = 'detail' in failure ? failure.detail : failure.kind
        return { failure: { kind: 'unreachable', host, detail }, again: true }
      }
      talk = opened.value
      this.#talk = talk
      end = await talk.await(inFlight, silenceMs)
    }
    if (end.ok) return end.value
    const { kind, detail } = end.error
    if (kind === 'garbage') return { failure: { kind: 'protocol', host, detail }, again: false }
    return { failure: afterLoss(host, detail, talk.left, mutates), again: !mutates || !talk.left }
  }

  /** The connection is in use: it does not end for idleness. */
  use(): void {
    this.#idle.abort()
  }

  /** Nothing is on the connection: it ends once it has been idle long enough, and there is no channel beside. */
  rest(): void {
    const idle = new AbortController()
    this.#idle.abort()
    this.#idle = idle
    if (this.#beside > 0 || this.closed || this.#talk === undefined) return
    void this.#options.clock.sleep(this.#options.idleMs, idle.signal).then((over) => {
      if (over) this.#talk?.close('idle')
    })
  }

  /** Keeps the connection for a channel beside the worker's, until what is returned is called. */
  holdBeside(): () => void {
    this.#beside += 1
    // It was idle, and is no more.
    this.use()
    return () => {
      this.#beside -= 1
      this.rest()
    }
  }

  /** Ends the connection at once, also one that is being opened; the next frame opens another. */
  reopen(why: string): void {
    this.#end(why)
    this.#opening.abort(why)
    this.#opening = new AbortController()
  }

  /** Ends the connection once no frame is on it. */
  endAfterFrame(why: string): void {
    this.#stale = why
  }

  /** No frame is on the connection. */
  betweenFrames(): void {
    if (this.#stale !== undefined) this.#end(this.#stale)
  }

  /** Nothing more may go over it. */
  giveUp(why: string): void {
    this.#talk?.close(why)
  }

  /** Cuts the connection, for good. */
  close(): void {
    this.#cut.abort()
    this.#idle.abort()
    this.#talk?.close('closed by this program')
  }

  #end(why: string): void {
    this.#stale = undefined
    this.#ended = this.#talk
    this.#talk?.close(why)
  }
}
