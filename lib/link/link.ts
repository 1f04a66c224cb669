import type PQueue from 'p-queue'
import type { Clock } from '../domain/clock.ts'
import type { Emit } from '../domain/event.ts'
import type { BackupLine, Link, LinkMedium } from '../domain/site.ts'
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
import { budgetAt, type Timed } from './timetable.ts'
import { localTime, whyClosed, windowAt, type Rules, type WindowState } from './window.ts'

/** Which of a site's lines carries now. */
export type LineName = 'primary' | 'backup'

export type LinkOptions = {
  readonly link: Link
  readonly clock: Clock
  readonly emit: Emit
  /** From 0 to just below 1; spreads the breaker's back-off. */
  readonly random: () => number
  /** The queue that all links share; default: one a process. */
  readonly overall?: PQueue
  readonly breaker?: BreakerOptions
  /** True: bulk transfers go on outside the window, for which somebody gave a reason. */
  readonly bulkAnytime?: boolean
  /** True: bulk transfers go on over the backup line beyond `largeBytes`. */
  readonly bulkOnBackup?: boolean
  /** Windows and blackouts beside the site's own: a rollout's. */
  readonly rules?: readonly Rules[]
  /** Takes the link's lease among the processes that may use it; absent = this process is the only one. */
  readonly lease?: (link: string, abort: AbortSignal) => Promise<Lease>
}

/** A link's door with what `chancery links` shows of it. */
export interface OpenLink extends LinkDoor {
  state(): LinkState
  /** At most this rate while something live uses the line, kbit/s; undefined = as the timetable says. */
  limit(kbitPerS: number | undefined): void
  /** The line that carries from now on: its budget, its round trip, its number of jobs at once. */
  use(line: LineName): void
  /** A round trip that was measured, ms. */
  measured(rttMs: number): void
  /** Bulk bytes that may still go over the line in use: less than what is left means that it waits for the primary. Infinity = any. */
  bulkLeft(): number
  /** A content that is to cross, and why it waits; undefined = it does not, or no more. */
  holds(content: string, because: string | undefined): void
  /** After the lease was lost: jobs may take it anew, for what is looked at and planned from now on. */
  again(): void
}

export type LinkState = {
  readonly id: string
  readonly medium: LinkMedium
  readonly secondLine: Link['secondLine']
  readonly line: LineName
  /** Rate that something live leaves, kbit/s; undefined = nothing live uses the line. */
  readonly limitKbitPerS: number | undefined
  /** Why bulk transfers wait; undefined = they don't have to. */
  readonly bulkHeld: string | undefined
  readonly lineKbitPerS: number
  /** Contents that wait to cross, and why. */
  readonly held: readonly { readonly content: string; readonly because: string }[]
  /** What may be used now. */
  readonly budgetKbitPerS: number
  /** What may be used next, and from when; undefined = it stays. */
  readonly next: { readonly at: number; readonly kbitPerS: number } | undefined
  /** As declared. */
  readonly rttMs: number
  /** The last one; undefined = none yet. */
  readonly measuredRttMs: number | undefined
  /** Of the last stretch in which something waited to go out, kbit/s; undefined = none yet. */
  readonly measuredKbitPerS: number | undefined
  readonly window: WindowState
  readonly breaker: Breaker
  /** This process holds the link among those that may use it; jobs that run without it wait for it. */
  readonly leased: boolean
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
  bulkAnytime = false,
  bulkOnBackup = false,
  rules = [],
}: LinkOptions): OpenLink {
  const queue = new LinkQueue(link.medium, overall ?? (processQueue ??= overallQueue()))
  const allRules = [link, ...rules]
  const timed: { readonly [line in LineName]: Timed } = { primary: link, backup: timedBackup(link) }
  let line: LineName = 'primary'
  let limitKbitPerS: number | undefined
  let bulkTold: string | undefined
  /** Bulk bytes that had gone out when the line in use began to carry. */
  let bulkBefore = 0
  /** Bulk bytes that may still go over the backup line. */
  const backupLeft = (): number =>
    line === 'primary' || bulkOnBackup
      ? Infinity
      : Math.max(0, (link.backup?.largeBytes ?? 0) - (pacer.sentBulk - bulkBefore))
  const bulkHeld = (instant: number): string | undefined => {
    if (backupLeft() === 0) return 'the backup line is in use, and has carried as much as it may'
    if (bulkAnytime) return undefined
    const window = windowAt(allRules, instant)
    if (window.open) return undefined
    const opens = window.opens === undefined ? '' : ` until ${localTime(link.timeZone, window.opens)}`
    return `${whyClosed(allRules, instant)}${opens}`
  }
  const holdsBulk = (instant: number): boolean => {
    const because = bulkHeld(instant)
    if ((because === undefined) !== (bulkTold === undefined))
      emit({
        kind: 'line',
        link: link.id,
        state: because === undefined ? 'bulk goes on' : 'bulk paused',
        because: because ?? 'nothing holds it any more',
      })
    bulkTold = because
    return because !== undefined
  }
  const pacer = new Pacer(clock, (instant) => budgetAt(timed.primary, instant), { holdsBulk })
  const shared =
    lease &&
    new SharedLease(
      async (abort) => {
        const taken = await lease(link.id, abort)
        if (taken.token !== lastToken + 1) pacer.takeOver(taken.restedMs, taken.sent)
        lastToken = taken.token
        return taken
      },
      clock,
      () => pacer.handOver(),
    )
  let lastToken = 0
  let breaker: Breaker = closed
  const held = new Map<string, string>()
  /** The probe under way is a transfer. */
  let bulkProbes = false
  let measuredRttMs: number | undefined

  const become = (next: Breaker, because: string): void => {
    const changed = next.state !== breaker.state
    breaker = next
    if (changed) emit({ kind: 'breaker', link: link.id, state: next.state, because })
  }
  /** Refuses by throwing; true = this job is the probe. A transfer opens its connection by a control job, which is part of its probe. */
  const enter = (priority: Priority): boolean => {
    const pass = ask(breaker, clock.now(), options)
    if (!pass.go) {
      if (breaker.state === 'half-open' && bulkProbes && priority === 'control') return false
      throw new BreakerOpen(pass.until, pass.because)
    }
    if (!pass.probe) return false
    bulkProbes = priority === 'bulk'
    become(pass.next, 'one try after the pause')
    return true
  }

  return {
    id: link.id,
    async run<T>(priority: Priority, job: () => Promise<T>, abort?: AbortSignal): Promise<T> {
      const now = clock.now()
      // Asked before queueing too, so that nobody waits in line only to be refused.
      const pass = ask(breaker, now, options)
      if (!pass.go && pass.until > now) throw new BreakerOpen(pass.until, pass.because)
      return queue.run(
        priority,
        async () => {
          const probe = enter(priority)
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
      await pacer.pace(bytes, lane, abort)
      // The wait may have been long: it is made sure of right before the bytes go out.
      await shared?.confirm()
    },
    get lease() {
      return shared?.lease
    },
    get lost() {
      return shared?.lost
    },
    wanted: async () => (await shared?.wanted()) ?? false,
    lose: (why) => shared?.lose(why),
    again: () => shared?.again(),
    succeeded: () => become(succeeded(), 'the link carries again'),
    failed: (because) => {
      const next = failed(breaker, because, clock.now(), random(), options)
      const again =
        next.state === 'open' ? `; the next try in ${Math.ceil((next.until - clock.now()) / 1000)} s` : ''
      become(next, `${because}${again}`)
    },
    limit: (kbitPerS) => {
      limitKbitPerS = kbitPerS
      pacer.limit(kbitPerS)
    },
    use: (next) => {
      if (next === line) return
      line = next
      bulkBefore = pacer.sentBulk
      pacer.follow((instant) => budgetAt(timed[next], instant))
      // What failed was the other line.
      become(closed, `the ${next} line carries`)
      queue.carry(next === 'backup' ? (link.backup?.medium ?? link.medium) : link.medium)
    },
    bulkLeft: backupLeft,
    holds: (content, because) => {
      if (because === undefined) held.delete(content)
      else held.set(content, because)
    },
    measured: (rttMs) => {
      measuredRttMs = rttMs
    },
    state: () => {
      const now = clock.now()
      const { kbitPerS, until } = pacer.budget
      const inUse: Pick<BackupLine, 'medium' | 'kbitPerS' | 'rttMs'> =
        line === 'backup' ? (link.backup ?? link) : link
      const nextRate = (at: number): number =>
        Math.min(budgetAt(timed[line], at).kbitPerS, limitKbitPerS ?? Infinity)
      return {
        id: link.id,
        medium: inUse.medium,
        secondLine: link.secondLine,
        line,
        limitKbitPerS,
        bulkHeld: bulkHeld(now),
        held: [...held].map(([content, because]) => ({ content, because })),
        lineKbitPerS: inUse.kbitPerS,
        budgetKbitPerS: kbitPerS,
        next: until === undefined ? undefined : { at: until, kbitPerS: nextRate(until) },
        rttMs: inUse.rttMs,
        measuredRttMs,
        measuredKbitPerS: pacer.measuredKbitPerS,
        window: windowAt(allRules, now),
        breaker,
        leased: shared === undefined || shared.lease !== undefined,
        jobs: queue.lengths,
        writes: pacer.waiting,
        bytesSent: pacer.sent,
      }
    },
  }
}

/** The timetable of the second line; a link without one keeps its own. */
const timedBackup = (link: Link): Timed =>
  link.backup === undefined
    ? link
    : {
        timeZone: link.timeZone,
        budget: link.backup.budget,
        ...(link.holidays === undefined ? {} : { holidays: link.holidays }),
      }
