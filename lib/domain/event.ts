import type { Failure } from './failure.ts'
import type { SiteOutcome } from './outcome.ts'

/** What a person can watch. Emitted by the parts, drawn by the command line, printed as JSON lines with `--json`. */
export type Event =
  | {
      readonly kind: 'link'
      readonly host: string
      readonly state: 'connecting' | 'connected' | 'waiting' | 'closed' | 'retrying'
      readonly detail?: string
    }
  | {
      readonly kind: 'breaker'
      readonly link: string
      readonly state: 'open' | 'half-open' | 'closed'
      readonly because: string
    }
  /** A link's circumstances changed: live video, the line in use, bulk transfers held back, nothing known of other processes. `state` is a word, `because` a sentence. */
  | {
      readonly kind: 'line'
      readonly link: string
      readonly state: 'video' | 'no video' | 'backup' | 'primary' | 'bulk paused' | 'bulk goes on' | 'alone'
      readonly because: string
    }
  | {
      readonly kind: 'exchange'
      readonly host: string
      readonly bytesUp: number
      readonly bytesDown: number
      readonly ms: number
    }
  /** A content on its way into the store of a host. `sent`: bytes of it that crossed the link in this run. */
  | {
      readonly kind: 'delivery'
      readonly host: string
      readonly content: string
      /** Bytes of it that the host has, and of all. */
      readonly at: number
      readonly size: number
      readonly sent: number
      /** `sending` comes with each chunk; `waiting`: why, and until which instant (ms) where that is known. */
      readonly state: 'waiting' | 'sending' | 'delivered' | 'held'
      readonly because?: string
      readonly until?: number
      /** Of what crossed lately, bytes a second, and how long the rest takes at that, ms; `sending` only, once they are known. */
      readonly bytesPerS?: number
      readonly leftMs?: number
      /** Another tenth of it has arrived: of interest in a log too. */
      readonly tenth?: true
    }
  | {
      readonly kind: 'step'
      readonly host: string
      readonly resource: string
      readonly step: string
      readonly state: 'started' | 'done'
    }
  | { readonly kind: 'warning'; readonly host: string; readonly resource: string; readonly message: string }
  | {
      readonly kind: 'resource'
      readonly host: string
      readonly resource: string
      readonly result: 'done' | 'same' | Failure
    }
  | { readonly kind: 'site'; readonly site: string; readonly outcome: SiteOutcome; readonly because?: string }

export type Emit = (event: Event) => void
