import type { Clock } from '../domain/clock.ts'

/**
 * One holder a link across processes. A lease is taken with a token that only grows; whoever takes the link over has a
 * higher one, so that work of an earlier holder can be told from it. A store that several machines share fits the same port.
 *
 *   free ── take ──► held ── renew, at a third of its time ──► held
 *    ▲                │ │
 *    └── release ─────┘ └── not renewed in time, or the holder's process is gone ──► taken by another: lost to the first
 */
export interface LeaseStore {
  /** Takes a link that is free, whose lease ran out, or whose holder is gone; or says who has it. */
  take(link: string, holder: Holder, now: number, forMs: number): Taken
  /** True: the lease holds for `forMs` from now. False: it is another's, or nobody's. */
  renew(link: string, token: number, now: number, forMs: number): boolean
  /** Gives a link back; without effect when the token is not the holder's. */
  release(link: string, token: number): void
  close(): void
}

/** Which process holds a link, in words that help to find it. */
export type Holder = { readonly machine: string; readonly pid: number; readonly since: number }

export type Taken =
  | { readonly taken: true; readonly token: number }
  | { readonly taken: false; readonly by: Holder; readonly until: number }

/** How long a lease holds unless renewed, ms: a crashed holder on another machine blocks a link for this long. */
export const leaseMs = 15_000
/** How often a waiting process asks again, ms. */
const askAgainMs = 500

/** A link that this process holds. */
export interface Lease {
  readonly token: number
  /** Aborts when the lease was lost: another process may be using the link. */
  readonly lost: AbortSignal
  release(): void
}

export type LeaseOptions = {
  readonly store: LeaseStore
  readonly clock: Clock
  readonly machine: string
  readonly pid: number
  /** Hears once that it has to wait, and for whom. */
  readonly waiting?: (link: string, by: Holder) => void
}

/** Waits until the link is this process's; rejects with the abort's reason. */
export async function holdLease(link: string, options: LeaseOptions, abort?: AbortSignal): Promise<Lease> {
  const { store, clock, machine, pid } = options
  for (let told = false; ;) {
    abort?.throwIfAborted()
    const now = clock.now()
    const taken = store.take(link, { machine, pid, since: now }, now, leaseMs)
    if (taken.taken) return keep(link, taken.token, options)
    if (!told) options.waiting?.(link, taken.by)
    told = true
    await clock.sleep(askAgainMs, abort)
  }
}

/** Renews until released or lost. A process that was stopped longer than the lease lasts finds it lost when it wakes. */
function keep(link: string, token: number, { store, clock }: LeaseOptions): Lease {
  const lost = new AbortController()
  const released = new AbortController()
  const renewing = async () => {
    while (await clock.sleep(leaseMs / 3, released.signal)) {
      if (store.renew(link, token, clock.now(), leaseMs)) continue
      lost.abort(new LeaseLost(link))
      return
    }
  }
  void renewing()
  return {
    token,
    lost: lost.signal,
    release: () => {
      if (released.signal.aborted) return
      released.abort()
      store.release(link, token)
    },
  }
}

/** The link was taken over by another process while this one was not looking. */
export class LeaseLost extends Error {
  constructor(link: string) {
    super(`the lease of link ${link} was taken over by another process`)
  }
}
