import type { Clock } from '../domain/clock.ts'
import type { Holder } from './holder.ts'
import { LeaseLost, LeaseStoreUnusable } from './lease-failure.ts'
import type { SentLately } from './sent-lately.ts'

/**
 * One holder a link across processes. A lease is taken with a token that only grows; whoever takes the link over has a
 * higher one, so that work of an earlier holder can be told from it.
 *
 *   free ── take, in the order of asking ──► held ── renew, at a third of its time ──► held
 *    ▲                                       │ │
 *    └── release ────────────────────────────┘ └── not renewed in time, or the holder's process is gone ──► taken by another
 *
 * No clock on a wall decides anything: a store counts renewals, and time is what has passed since one was seen.
 * Each operation rejects with `LeaseStoreUnusable` when the store can't be read or written.
 */
export interface LeaseStore {
  /** Names the store: tokens of one store can be compared, and no others. Kept with it. */
  readonly id: string
  /**
   * Takes a link that is free, whose lease ran out, or whose holder is gone; or says who has it, and stands in line for it until
   * asked again or `leave`. Who asked first is first; who doesn't ask for a few seconds loses its place.
   * @param unmoved a beat that the caller has seen unchanged for as long as a lease lasts: its holder is taken for gone
   */
  take(link: string, unmoved?: Beat): Promise<Taken>
  /** Holds the lease for another `leaseMs`, unless it is another's by now. */
  renew(link: string, token: number): Promise<Renewed>
  /** Gives a link back, with what went out over it lately; without effect when the token is not the holder's. */
  release(link: string, token: number, sent?: SentLately): Promise<void>
  /** Stands in line no more. */
  leave(link: string): Promise<void>
  /** Every link that is held or waited for, whoever holds it. */
  holders(): Promise<readonly HeldLink[]>
  close(): Promise<void>
}

/** A link as its holder left it at the last renewal. */
export type Beat = { readonly token: number; readonly beat: number }

export type Taken =
  /**
   * `restedMs`: since its last holder gave it back, ms; infinite = not known to have been used, 0 = the holder is gone without a word.
   * `sent`: what that holder had sent when it gave it back; undefined = it did not say.
   */
  | {
      readonly taken: true
      readonly token: number
      readonly restedMs: number
      readonly sent: SentLately | undefined
    }
  /** `beat` is undefined where the link is free and somebody else is first in line. */
  | { readonly taken: false; readonly by: Holder; readonly beat: Beat | undefined }

export type Renewed =
  /** `wanted`: another process waits for the link. */
  | { readonly held: true; readonly wanted: boolean }
  /** `by`: who has it; undefined = nobody. */
  | { readonly held: false; readonly by: Holder | undefined }

export type HeldLink = {
  readonly link: string
  readonly token: number
  /** Undefined: nobody has it yet. */
  readonly holder: Holder | undefined
  /** First in line first. */
  readonly waiting: readonly Holder[]
}

/** How long a lease holds unless renewed, ms: what a holder that hangs blocks a link for. */
export const leaseMs = 15_000
/** A holder stops by itself this long before others may take its link, ms. */
const marginMs = 1_000
/** Whether another process waits is known for so long, ms. */
const freshMs = 500
/** How often a waiting process asks again, ms. */
const askAgainMs = 250

/** A link that this process holds. */
export interface Lease {
  readonly store: string
  readonly token: number
  /** Since another holder gave the link back, ms. */
  readonly restedMs: number
  /** What it had sent by then; undefined = it did not say. */
  readonly sent: SentLately | undefined
  /** Another process waits for the link, as of the last renewal. */
  readonly wanted: boolean
  /** The same, as of half a second ago at most. */
  ask(): Promise<boolean>
  /** Aborts when the lease was lost: another process may be using the link. */
  readonly lost: AbortSignal
  /** Makes sure of it before something goes out: free of cost unless the last renewal is long past. Rejects with `LeaseLost`. */
  confirm(): Promise<void>
  /** @param sent what went out lately, for the next holder */
  release(sent?: SentLately): Promise<void>
}

export type LeaseOptions = {
  readonly store: LeaseStore
  readonly clock: Clock
  /** Hears once that it has to wait, and for whom. */
  readonly waiting?: (link: string, by: Holder) => void
}

/** Waits until the link is this process's. Rejects with the abort's reason, or `LeaseStoreUnusable`. */
export async function holdLease(link: string, options: LeaseOptions, abort?: AbortSignal): Promise<Lease> {
  const { store, clock } = options
  let seen: (Beat & { readonly at: number }) | undefined
  for (let told = false; ;) {
    abort?.throwIfAborted()
    const unmoved = seen !== undefined && elapsed(clock) - seen.at > leaseMs ? seen : undefined
    const asked = elapsed(clock)
    const taken = await store.take(link, unmoved)
    if (taken.taken) return new HeldLease(link, taken, options, asked)
    if (!told) options.waiting?.(link, taken.by)
    told = true
    const { beat } = taken
    if (beat === undefined || seen?.token !== beat.token || seen.beat !== beat.beat)
      seen = beat && { ...beat, at: elapsed(clock) }
    if (!(await clock.sleep(askAgainMs, abort))) await store.leave(link)
  }
}

const elapsed = (clock: Clock): number => clock.elapsed?.() ?? clock.now()

/** Renews until released or lost. */
class HeldLease implements Lease {
  readonly store: string
  readonly token: number
  readonly restedMs: number
  readonly sent: SentLately | undefined
  readonly #link: string
  readonly #options: LeaseOptions
  readonly #lost = new AbortController()
  readonly #released = new AbortController()
  #renewedAt: number
  #wanted = false
  #renewing: Promise<void> | undefined

  constructor(
    link: string,
    { token, restedMs, sent }: Extract<Taken, { taken: true }>,
    options: LeaseOptions,
    askedAt: number,
  ) {
    this.#link = link
    this.token = token
    this.restedMs = restedMs
    this.sent = sent
    this.store = options.store.id
    this.#options = options
    this.#renewedAt = askedAt
    void this.#keep()
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  get wanted(): boolean {
    return this.#wanted
  }

  async ask(): Promise<boolean> {
    if (elapsed(this.#options.clock) - this.#renewedAt > freshMs) await this.#renew()
    return this.#wanted
  }

  async confirm(): Promise<void> {
    this.lost.throwIfAborted()
    // A process that was stopped finds this long past before its timers run: it asks before anything goes out.
    if (elapsed(this.#options.clock) - this.#renewedAt > leaseMs / 2) await this.#renew()
    this.lost.throwIfAborted()
  }

  async release(sent?: SentLately): Promise<void> {
    if (this.#released.signal.aborted) return
    this.#released.abort()
    await this.#options.store.release(this.#link, this.token, sent)
  }

  async #keep(): Promise<void> {
    const { clock } = this.#options
    while (await clock.sleep(leaseMs / 3, this.#released.signal)) {
      await this.#renew()
      if (this.lost.aborted) return
    }
  }

  #renew(): Promise<void> {
    return (this.#renewing ??= this.#renewOnce().finally(() => (this.#renewing = undefined)))
  }

  async #renewOnce(): Promise<void> {
    const { store, clock } = this.#options
    const asked = elapsed(clock)
    try {
      const renewed = await store.renew(this.#link, this.token)
      if (this.#released.signal.aborted) return
      if (!renewed.held) return this.#lost.abort(new LeaseLost(this.#link, renewed.by))
      this.#renewedAt = asked
      this.#wanted = renewed.wanted
    } catch (cause) {
      if (!(cause instanceof LeaseStoreUnusable)) return this.#lost.abort(cause)
      // It may be had again before others may take the link.
      if (elapsed(clock) - this.#renewedAt > leaseMs - marginMs) this.#lost.abort(cause)
    }
  }
}
