import type { Fenced, FrameEnd, Hello, Line, Reply } from './wire.ts'
import { wireVersion } from './wire.ts'

/** How a frame ended, as far as the lines tell. `garbage`: not our protocol. */
export type FrameOutcome =
  | { readonly kind: 'ended'; readonly end: FrameEnd | Fenced }
  | { readonly kind: 'garbage'; readonly detail: string }

/** Noise kept for one frame, lines. */
const noiseLimit = 200

/** Collects what a host answers to one frame: pure of time and transport. */
export class InFlight {
  readonly frame: number
  readonly #firstId: number
  readonly replies: (Reply | undefined)[]
  readonly noise: string[] = []
  readonly #heard: (index: number, reply: Reply) => void

  constructor(frame: number, firstId: number, ops: number, heard: (index: number, reply: Reply) => void) {
    this.frame = frame
    this.#firstId = firstId
    this.replies = Array<Reply | undefined>(ops).fill(undefined)
    this.#heard = heard
  }

  take(line: Exclude<Line, Hello>): FrameOutcome | undefined {
    if ('frame' in line) return this.#end(line)
    const index = line.id - this.#firstId
    if (!Number.isInteger(index) || index < 0 || index >= this.replies.length)
      return { kind: 'garbage', detail: `a reply to operation ${line.id}, which was not asked for` }
    if (this.replies[index] !== undefined)
      return { kind: 'garbage', detail: `a second reply to operation ${line.id}` }
    this.replies[index] = line
    this.#heard(index, line)
    return undefined
  }

  takeNoise(text: string): void {
    if (this.noise.length < noiseLimit) this.noise.push(text.slice(0, 2000))
  }

  #end(end: FrameEnd | Fenced): FrameOutcome {
    const unread = !end.ok && end.why === 'bad-frame'
    if (end.frame !== this.frame && !(unread && end.frame === -1))
      return { kind: 'garbage', detail: `the end of frame ${end.frame} while frame ${this.frame} was asked` }
    const missing = this.replies.indexOf(undefined)
    if (end.ok && missing >= 0)
      return {
        kind: 'garbage',
        detail: `the end of frame ${this.frame} without a reply to operation ${this.#firstId + missing}`,
      }
    return { kind: 'ended', end }
  }
}

/** What is wrong with a worker's first line; undefined when it is one of ours. */
export const complaintAbout = (hello: Hello): string | undefined =>
  hello.hello === wireVersion
    ? undefined
    : `the worker speaks version ${hello.hello}, expected ${wireVersion}`
