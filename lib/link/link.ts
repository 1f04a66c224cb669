import type PQueue from 'p-queue'
import type { Clock } from '../domain/clock.ts'
import type { Emit } from '../domain/event.ts'
import type { Link, LinkMedium } from '../domain/site.ts'
import {
  ask,
  closed,
  defaultBreaker,
  failed,
  released,
  succeeded,
  type Breaker,
  type BreakerOptions,
} from './breaker.ts'
import { BreakerOpen, type LinkDoor, type Priority } from './door.ts'
import { Pacer } from './pacer.ts'
import type { Lease } from './lease.ts'
import { LinkQueue, overallQueue } from './queue.ts'
import { SharedLease } from './shared-lease.ts'
import { budgetAt } from './timetable.ts'
import { windowAt, type WindowState } from './window.ts'

export type LinkOptions = {
  readonly link: Link
  readonly clock: Clock
  readonly emit: Emit
  /** From 0 to just below 1; spreads the breaker's back-off. */
  readonly random: () => number
  /** The queue that all links share; default: one a process. */
  readonly overall?: PQueue
  readonly breaker?: BreakerOptions
  /** Takes the link's lease among the processes that may use it; absent = this process is the only one. */
  readonly lease?: (link: string, abort: AbortSignal) => Promise<Lease>
}

/** A link's door with what `chancery links` shows of it. */
export interface OpenLink extends LinkDoor {
  state(): LinkState
  /** At most this rate while something live uses the line, kbit/s; undefined = as the timetable says. */
  limit(kbitPerS: number | undefined): void
  /** A round trip that was measured, ms. */
  measured(rttMs: number): void
}

export type LinkState = {
  readonly id: string
  readonly medium: LinkMedium
  readonly secondLine: Link['secondLine']
  readonly lineKbitPerS: number
  /** What may be used now. */
  readonly budgetKbitPerS: number
  /** What may be used next, and from when; undefined = it stays. */
  readonly next: { readonly at: number; readonly kbitPerS: number } | undefined
  /** As declared. */
  readonly rttMs: number
  /** The last one; undefined = none yet. */
  readonly measuredRttMs: number | undefined
  readonly window: WindowState
  readonly breaker: Breaker
  readonly jobs: { readonly running: number; readonly control: number; readonly bulk: number }
  readonly writes: { readonly control: number; readonly bulk: number }
  readonly bytesSent: number
}

let processQueue: PQueue | undefined

/** The one door of a link in this process. */
export function createLink({
  link,
  clock,
  emit,
  random,
  overall,
  breaker: options = defaultBreaker,
  lease,
}: LinkOptions): OpenLink {
  const queue = new LinkQueue(link.medium, overall ?? (processQueue ??= overallQueue()))
  const pacer = new Pacer(clock, (instant) => budgetAt(link, instant))
  const shared = lease && new SharedLease((abort) => lease(link.id, abort))
  let breaker: Breaker = closed
  let measuredRttMs: number | undefined

  const become = (next: Breaker, because: string): void => {
    const changed = next.state !== breaker.state
    breaker = next
    if (changed) emit({ kind: 'breaker', link: link.id, state: next.state, because })
  }
  /** Refuses by throwing; true = this job is the probe. */
  const enter = (): boolean => {
    const pass = ask(breaker, clock.now())
    if (!pass.go) throw new BreakerOpen(pass.until, pass.because)
    if (pass.probe) become(pass.next, 'one try after the pause')
    return pass.probe
  }

  return {
    id: link.id,
    async run<T>(priority: Priority, job: () => Promise<T>, abort?: AbortSignal): Promise<T> {
      const now = clock.now()
      // Asked before queueing too, so that nobody waits in line only to be refused.
      const pass = ask(breaker, now)
      if (!pass.go && pass.until > now) throw new BreakerOpen(pass.until, pass.because)
      return queue.run(
        priority,
        async () => {
          const probe = enter()
          try {
            return await (shared === undefined ? job() : shared.run(job, abort))
          } finally {
            if (probe) become(released(breaker), 'the try told nothing')
          }
        },
        abort,
      )
    },
    async pace(bytes, lane, abort) {
      shared?.check()
      await pacer.pace(bytes, lane, abort)
      // It may have been lost during the wait.
      shared?.check()
    },
    succeeded: () => become(succeeded(), 'the link carries again'),
    failed: (because) => become(failed(breaker, because, clock.now(), random(), options), because),
    limit: (kbitPerS) => pacer.limit(kbitPerS),
    measured: (rttMs) => {
      measuredRttMs = rttMs
    },
    state: () => {
      const now = clock.now()
      const { kbitPerS, until } = pacer.budget
      return {
        id: link.id,
        medium: link.medium,
        secondLine: link.secondLine,
        lineKbitPerS: link.kbitPerS,
        budgetKbitPerS: kbitPerS,
        next: until === undefined ? undefined : { at: until, kbitPerS: budgetAt(link, until).kbitPerS },
        rttMs: link.rttMs,
        measuredRttMs,
        window: windowAt(link, now),
        breaker,
        jobs: queue.lengths,
        writes: pacer.waiting,
        bytesSent: pacer.sent,
      }
    },
  }
}
