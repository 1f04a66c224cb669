import type { Clock } from '../domain/clock.ts'
import type { Lease } from './lease.ts'
import type { SentLately } from './sent-lately.ts'

/** A lease that was taken less than this ago is kept for a moment after the last job, ms: the next one comes soon, most often. */
const sliceMs = 2_000
/** That moment, ms. */
export const lingerMs = 100

/**
 * One lease that the jobs of a process share: taken for the first, given back after the last.
 *
 *   none ── first job ──► taking ── taken ──► held (n jobs) ── last job ends ──► none, after a moment where it was taken just now
 *                           │                   ├── another process waits ──► ending: new jobs wait for the last one's end
 *                           │                   └── lost ──► lost: nothing goes out and no job starts, until `again`
 *                           └── refused: the jobs that wait for it fail likewise
 */
export class SharedLease {
  readonly #take: (abort: AbortSignal) => Promise<Lease>
  readonly #clock: Clock
  readonly #sent: () => SentLately
  #takenAt = 0
  #lingering = new AbortController()
  #users = 0
  #stop = new AbortController()
  #lease: Promise<Lease> | undefined
  #held: Lease | undefined
  #lost: unknown
  #ended: Promise<void> = Promise.resolve()
  #end = (): void => undefined

  /** @param sent what went out until now, for the next holder */
  constructor(take: (abort: AbortSignal) => Promise<Lease>, clock: Clock, sent: () => SentLately) {
    this.#take = take
    this.#clock = clock
    this.#sent = sent
  }

  /** Runs a job while the lease is held. Rejects once the lease was lost: whoever planned on it must look again first. */
  async run<T>(job: () => Promise<T>, abort?: AbortSignal): Promise<T> {
    this.#refuseLost()
    while (this.#held?.wanted === true && this.#users > 0) await untilAborted(this.#ended, abort)
    this.#users++
    this.#lingering.abort()
    if (this.#users === 1) this.#ended = new Promise((resolve) => (this.#end = resolve))
    try {
      await untilAborted(this.#hold(), abort)
      this.#refuseLost()
      return await job()
    } finally {
      this.#users--
      if (this.#users === 0) {
        this.#end()
        const fresh = elapsed(this.#clock) - this.#takenAt < sliceMs
        if (this.#held?.wanted === false && fresh) void this.#linger()
        else await this.#giveBack()
      }
    }
  }

  /** Before anything goes out. Rejects when the lease was lost. */
  async confirm(): Promise<void> {
    this.#refuseLost()
    await this.#held?.confirm()
  }

  /** Whether another process waits for the link. */
  async wanted(): Promise<boolean> {
    return (await this.#held?.ask()) ?? false
  }

  /** The lease that is held. */
  get lease(): Lease | undefined {
    return this.#held
  }

  /** Why the lease was lost; undefined = it was not. */
  get lost(): unknown {
    return this.#lost
  }

  /** It is lost: somebody who knows says that another has come after. */
  lose(why: unknown): void {
    this.#lost ??= why
  }

  /** The next job takes the lease anew: what was planned before the loss is planned again. */
  again(): void {
    this.#lost = undefined
  }

  #refuseLost(): void {
    if (this.#lost !== undefined) throw this.#lost
  }

  #hold(): Promise<Lease> {
    return (this.#lease ??= this.#take(this.#stop.signal).then((lease) => {
      this.#held = lease
      this.#takenAt = elapsed(this.#clock)
      lease.lost.addEventListener('abort', () => this.lose(lease.lost.reason), { once: true })
      return lease
    }))
  }

  async #linger(): Promise<void> {
    const lingering = new AbortController()
    this.#lingering = lingering
    if ((await this.#clock.sleep(lingerMs, lingering.signal)) && this.#users === 0) await this.#giveBack()
  }

  async #giveBack(): Promise<void> {
    const lease = this.#lease
    this.#lease = undefined
    this.#held = undefined
    this.#stop.abort(new Error('nobody waits for the lease any more'))
    this.#stop = new AbortController()
    try {
      await (await lease)?.release(this.#sent())
    } catch {
      // It was never taken, or can't be given back: then it runs out.
    }
  }
}

const elapsed = (clock: Clock): number => clock.elapsed?.() ?? clock.now()

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
