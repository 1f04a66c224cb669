import { z } from 'zod'
import type { Rollout } from '../../domain/rollout.ts'
import type { Link, Site } from '../../domain/site.ts'
import type { Board, Kept } from '../../link/board.ts'
import { overBackup } from '../../link/on-backup.ts'
import { budgetAt } from '../../link/timetable.ts'
import type { Span } from '../../link/local-time.ts'
import { videoLimit } from '../../link/video.ts'
import { type HeldLinks, leaseOf, type LinkLease } from './held-links.ts'
import { type Closed, closedBy, nextOpenings, windowAt, type WindowState } from '../../link/window.ts'

/** A link as `chancery links` shows it. Instants are ms since 1970. */
export type LinkRow = {
  readonly site: Site
  readonly line: 'primary' | 'backup'
  /** Why the backup carries. */
  readonly lineBecause: string | undefined
  /** The link with the figures of the line that carries. */
  readonly inUse: Link
  readonly budgetKbitPerS: number
  readonly next: { readonly at: number; readonly kbitPerS: number } | undefined
  readonly video: { readonly kbitPerS: number; readonly because: string } | undefined
  readonly window: WindowState
  /** What keeps the window closed; none = it is open. */
  readonly closedBy: readonly Closed[]
  /** Of a rollout that was asked about: when its work may start next, the opening that goes on among them. */
  readonly openings: readonly Span[] | undefined
  readonly holders: readonly Holding[]
  /** Who holds the link or waits for it by the store of leases, also on other machines; undefined = that was not asked. */
  readonly lease: LinkLease | undefined
  readonly measured: Measured
  readonly breaker: {
    readonly state: string
    readonly because: string | undefined
    readonly until: number | undefined
  }
}

export type Measured = { readonly rttMs: number | null; readonly kbitPerS: number | null }

/** A process that has the link open. */
export type Holding = {
  readonly pid: number
  readonly by: string
  readonly command: string
  readonly running: number
  /** It holds the link; without it what runs waits for another process. */
  readonly leased: boolean
  /** Jobs and writes that wait. */
  readonly waiting: { readonly control: number; readonly bulk: number }
  readonly bulkHeld: string | undefined
  /** Contents that wait to cross, and why. */
  readonly held: readonly { readonly content: string; readonly because: string }[]
  readonly bytesSent: number
}

/** Openings of a rollout that are shown of a site. */
const openingsShown = 2

const counts = z.object({ control: z.number(), bulk: z.number() })
/** The part of a link's state that other processes tell. */
const told = z.object({
  leased: z.boolean(),
  jobs: counts.extend({ running: z.number() }),
  writes: counts,
  bytesSent: z.number(),
  bulkHeld: z.string().optional(),
  held: z.array(z.object({ content: z.string(), because: z.string() })).default([]),
  breaker: z.object({
    state: z.string(),
    because: z.string().optional(),
    until: z.number().optional(),
  }),
})

/**
 * What is known of the links at an instant: from the inventory, and from what processes of this machine say. `board` undefined: none ever
 * said anything. `rollout`: its windows and blackouts count too. `held`: what the store of leases says.
 */
export function linkRows(
  sites: readonly Site[],
  board: Board | undefined,
  now: number,
  rollout?: Rollout,
  held?: HeldLinks,
): readonly LinkRow[] {
  const processes = Map.groupBy(board?.all('process') ?? [], ({ link }) => link)
  const lines = new Map(board?.all('line').map((kept) => [kept.link, kept]))
  const switches = new Map(board?.all('switch').map((kept) => [kept.link, kept]))
  const conferences = new Map(board?.all('conference').map((kept) => [kept.link, kept]))
  const measured = new Map(board?.all('measured').map((kept) => [kept.link, kept.fact]))
  return sites.map((site): LinkRow => {
    const { link } = site
    const rules = [link, ...(rollout?.rules.get(site.id) ?? [])]
    const window = windowAt(rules, now)
    const lineFact = lineKnown(link, lines.get(link.id), now)
    const line = lineFact?.state.line ?? 'primary'
    const inUse = line === 'backup' ? overBackup(link) : link
    const open = processes.get(link.id) ?? []
    // Nobody asks the conference system while nothing runs: then only what was said by command is known.
    const asked = open.length > 0 || conferences.has(link.id) ? link : {}
    const limit = videoLimit(asked, switches.get(link.id), conferences.get(link.id), now)
    const switched = switches.get(link.id)
    // What the conference system says is taken to stay so; what was said by command has its time.
    const byConference = videoLimit(asked, undefined, conferences.get(link.id), now)?.kbitPerS ?? Infinity
    const rateAt = (at: number): number =>
      Math.min(
        budgetAt(inUse, at).kbitPerS,
        byConference,
        videoLimit({}, switched, undefined, at)?.kbitPerS ?? Infinity,
      )
    const budgetKbitPerS = rateAt(now)
    const changes = [budgetAt(inUse, now).until, switched?.fact.until ?? undefined]
    const at = changes
      .filter((change) => change !== undefined && change > now)
      .toSorted((a, b) => a! - b!)
      .find((change) => rateAt(change!) !== budgetKbitPerS)
    return {
      site,
      line,
      lineBecause: line === 'backup' ? lineFact?.because : undefined,
      inUse,
      budgetKbitPerS,
      next: at === undefined ? undefined : { at, kbitPerS: rateAt(at) },
      video: limit,
      window,
      closedBy: closedBy(rules, now),
      openings: rollout === undefined ? undefined : nextOpenings(rules, now, openingsShown),
      holders: open.flatMap(holdingOf),
      lease: held === undefined ? undefined : leaseOf(held, link.id),
      measured: {
        rttMs: measured.get(link.id)?.rttMs ?? null,
        kbitPerS: measured.get(link.id)?.kbitPerS ?? null,
      },
      breaker: breakerOf(open),
    }
  })
}

/** Which line carries, where that was probed lately: whoever opens the link takes what is older for unknown, and begins on the primary. */
const lineKnown = (
  { backup }: Link,
  kept: Kept<'line'> | undefined,
  now: number,
): Kept<'line'>['fact'] | undefined =>
  backup === undefined || kept === undefined || Math.abs(now - kept.at) > backup.probe.holdMs
    ? undefined
    : kept.fact

function holdingOf({ fact }: Kept<'process'>): readonly Holding[] {
  const state = told.safeParse(fact.state)
  if (!state.success) return []
  const { jobs, leased, writes, bytesSent, bulkHeld, held } = state.data
  return [
    {
      pid: fact.pid,
      by: fact.by,
      command: fact.command,
      running: jobs.running,
      leased,
      waiting: { control: jobs.control + writes.control, bulk: jobs.bulk + writes.bulk },
      bulkHeld,
      held,
      bytesSent,
    },
  ]
}

/** The breaker that is open, where any process has one. */
function breakerOf(open: readonly Kept<'process'>[]): LinkRow['breaker'] {
  const all = open.flatMap(({ fact }) => told.safeParse(fact.state).data?.breaker ?? [])
  const worst = all.find(({ state }) => state !== 'closed')
  return { state: worst?.state ?? 'closed', because: worst?.because, until: worst?.until }
}
