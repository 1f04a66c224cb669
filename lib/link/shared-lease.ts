import type { Lease } from './lease.ts'

/**
 * One lease that the jobs of a process share: taken for the first, given back after the last.
 *
 *   none ── first job ──► taking ── taken ──► held (n jobs) ── last job ends ──► none
 *                           └── refused: the jobs that wait for it fail likewise
 */
export class SharedLease {
  readonly #take: (abort: AbortSignal) => Promise<Lease>
  #users = 0
  #stop = new AbortController()
  #lease: Promise<Lease> | undefined
  #lost: unknown

  constructor(take: (abort: AbortSignal) => Promise<Lease>) {
    this.#take = take
  }

  /** Runs a job while the lease is held. A lease found lost is taken anew, unless jobs still run on it. */
  async run<T>(job: () => Promise<T>, abort?: AbortSignal): Promise<T> {
    this.#users++
    try {
      await untilAborted(this.#hold(), abort)
      return await job()
    } finally {
      this.#users--
      if (this.#users === 0) await this.#giveBack()
    }
  }

  /** Throws when the lease was lost while jobs run on it: nothing more may go out for them. */
  check(): void {
    if (this.#lost !== undefined) throw this.#lost
  }

  #hold(): Promise<Lease> {
    return (this.#lease ??= this.#take(this.#stop.signal).then((lease) => {
      lease.lost.addEventListener('abort', () => (this.#lost = lease.lost.reason), { once: true })
      return lease
    }))
  }

  async #giveBack(): Promise<void> {
    const lease = this.#lease
    this.#lease = undefined
    this.#lost = undefined
    this.#stop.abort(new Error('nobody waits for the lease any more'))
    this.#stop = new AbortController()
    try {
      ;(await lease)?.release()
    } catch {
      // It was never taken: nothing to give back.
    }
  }
}

/** The promise, or a rejection with the abort's reason. */
function untilAborted<T>(promise: Promise<T>, abort: AbortSignal | undefined): Promise<T> {
  if (abort === undefined) return promise
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(abort.reason)
    if (abort.aborted) stop()
    abort.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => abort.removeEventListener('abort', stop))
  })
}
