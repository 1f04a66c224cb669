import PQueue from 'p-queue'
import type { LinkMedium } from '../domain/site.ts'
import type { Priority } from './door.ts'

/** Jobs at once over all links of a process. */
const defaultOverall = 64
/** Starts of jobs in a second on one link: a loop gone wild must not become a flood of connections. */
const startsPerSecond = 50

const atOnce = (medium: LinkMedium): number => (medium === 'satellite' ? 1 : 2)

const rank = { control: 1, bulk: 0 } as const

/**
 * Where jobs wait their turn: first for the link, then for a place among all links. Bulk jobs take neither place: they last for
 * hours, and their bytes wait for control's in the pacer. One of them runs at a time on a link.
 */
export class LinkQueue {
  readonly #own: PQueue
  readonly #bulk = new PQueue({ concurrency: 1 })
  readonly #overall: PQueue
  readonly #waiting = { control: 0, bulk: 0 }
  #running = 0

  constructor(medium: LinkMedium, overall: PQueue) {
    this.#own = new PQueue({
      concurrency: atOnce(medium),
      intervalCap: startsPerSecond,
      interval: 1000,
    })
    this.#overall = overall
  }

  /** Another line carries from now on; what runs goes on. */
  carry(medium: LinkMedium): void {
    this.#own.concurrency = atOnce(medium)
  }

  /** Runs a job in its turn. An abort takes it out of the queue, with the abort's reason; once started, the job alone ends it. */
  async run<T>(priority: Priority, job: () => Promise<T>, abort?: AbortSignal): Promise<T> {
    // The queue rejects a running job on its signal and frees the place; a job that started keeps its place until it ends.
    const waiting = new AbortController()
    const stop = () => waiting.abort(abort?.reason)
    if (abort?.aborted) stop()
    abort?.addEventListener('abort', stop, { once: true })
    const options = { priority: rank[priority], signal: waiting.signal }
    let counted = true
    this.#waiting[priority]++
    const uncount = () => {
      if (counted) this.#waiting[priority]--
      counted = false
    }
    const start = async (): Promise<T> => {
      abort?.removeEventListener('abort', stop)
      uncount()
      this.#running++
      try {
        return await job()
      } finally {
        this.#running--
      }
    }
    try {
      return await (priority === 'bulk'
        ? this.#bulk.add(start, options)
        : this.#own.add(() => this.#overall.add(start, options), options))
    } finally {
      abort?.removeEventListener('abort', stop)
      uncount()
    }
  }

  /** Jobs that run, and those that wait, by priority. */
  get lengths(): { readonly running: number; readonly control: number; readonly bulk: number } {
    return { running: this.#running, ...this.#waiting }
  }
}

/** The queue that all links of a process share. */
export const overallQueue = (concurrency = defaultOverall): PQueue => new PQueue({ concurrency })
