import type { Clock } from '../../domain/clock.ts'
import type { LinkDoor } from '../../link/door.ts'
import type { WindowState } from '../../link/window.ts'
import type { BulkPort } from './bulk-port.ts'
import type { Deliver, DeliverOptions, DeliveryProgress } from './contract.ts'

/** The line that a content crosses, and how long somebody waits for it. */
export type BringOptions = {
  readonly port: BulkPort
  readonly door: LinkDoor
  readonly clock: Clock
  /** From 0 to just below 1; spreads the back-off. */
  readonly random: () => number
  readonly deliver: Deliver
  /** The longest round trip to reckon with, ms. */
  readonly rttMs: number
  /** What may be used of the line now, kbit/s. */
  readonly budget: () => number
  /** Whether bulk may cross now. Undefined = always. */
  readonly window?: (now: number) => WindowState
  /**
   * Why what is left waits for another line, by the bytes that it would take of this one; undefined = it goes. Asked before each try and
   * after each chunk; before the first has arrived with what that will take.
   */
  readonly hold?: (leftBytes: number) => Hold | undefined
  readonly delivery: Omit<DeliverOptions, 'chunkBytes' | 'onProgress' | 'abort' | 'sender'>
  /** Organisation and state backend that this comes from, as `Sender` says it. Undefined: nobody says, and a host takes it. */
  readonly from?: string
  /** Tries end when nothing more arrived for this long, the time in which a window was closed not counted, ms. Default 300,000. */
  readonly patienceMs?: number
  readonly onState?: (state: BringState) => void
  readonly abort?: AbortSignal
}

/** Why what is left waits; `ends`: what to do, where it is not waited for. */
export type Hold = { readonly because: string; readonly ends?: string }

/** What a person sees of a content on its way. */
export type BringState =
  /** A window is closed, a connection was lost, what is left is too much for the line. `until`: the next try (ms), where that is known. */
  | { readonly kind: 'waiting'; readonly because: string; readonly at: number; readonly until?: number }
  | ({ readonly kind: 'sending' } & DeliveryProgress)
