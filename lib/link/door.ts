/** What the transport needs of a link. `createLink` gives one for each site; tests give an open door. */
export interface LinkDoor {
  readonly id: string
  /**
   * Runs a job under the link's concurrency, breaker and lease. Control passes bulk.
   * Rejects with `BreakerOpen` while the breaker is open, with the abort's reason when aborted before it started.
   */
  run<T>(priority: Priority, job: () => Promise<T>, abort?: AbortSignal): Promise<T>
  /** Resolves when `bytes` may go out without exceeding the budget. Callers write at most 4096 bytes a call. */
  pace(bytes: number, lane: Priority, abort?: AbortSignal): Promise<void>
  /** The breaker learns from these. */
  succeeded(): void
  failed(because: string): void
  /** The lease under which running jobs use the link: what is sent to a host names it. Absent = no other process may use the link. */
  readonly lease?: LeaseToken | undefined
  /** Why nothing goes out any more: the lease was lost. Undefined = it was not. */
  readonly lost?: unknown
  /**
   * Whether another process waits for the link, asked anew where the last answer is older than half a second. A job that lasts ends at its
   * next resting place then, and runs again: it comes behind that process. Absent = there is no other.
   */
  wanted?(): Promise<boolean>
  /** A host says that another holder has come after: from now on nothing goes out and nothing runs, as when the lease is found lost. */
  lose?(why: Error): void
}

/** A token grows with each holder of a link; only tokens of one store can be compared. */
export type LeaseToken = { readonly store: string; readonly token: number }

export type Priority = 'control' | 'bulk'

/** Thrown by `run` while the breaker is open. */
export class BreakerOpen extends Error {
  readonly until: number
  readonly because: string
  constructor(until: number, because: string) {
    super(`link closed after repeated failures (${because})`)
    this.until = until
    this.because = because
  }
}
