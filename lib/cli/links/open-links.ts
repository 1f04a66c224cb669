import type { Clock } from '../../domain/clock.ts'
import type { Emit, Event } from '../../domain/event.ts'
import type { Result } from '../../domain/result.ts'
import type { Link, Site } from '../../domain/site.ts'
import { type Board, openBoard } from '../../link/board.ts'
import type { Lease } from '../../link/lease.ts'
import type { Rules } from '../../link/window.ts'
import { createLink, type LineName, type OpenLink } from '../../link/link.ts'
import { overBackup } from '../../link/on-backup.ts'
import { dialLine } from '../../link/probe-line.ts'
import { thisProcess } from '../../link/this-process.ts'
import { askHttp, type AskHttp } from '../../link/video.ts'
import { type LinkWatch, watchLinks } from '../../link/watch.ts'
import { boardFile } from './machine-folder.ts'

/** What a person said beside the timetable. */
export type LinkLeave = {
  /** `--now`: bulk goes on outside the window. */
  readonly anytime: boolean
  /** `--on-backup`: bulk goes on over the backup line. */
  readonly onBackup: boolean
}

/** The links of an estate as this process uses them: one door each, kept to what is known on this machine. */
export type Links = {
  link(site: string): OpenLink
  /** The site's link with the figures of the line that carries. */
  inUse(site: string): Link
  line(site: string): LineName
  /** Tries the primary line until it is sure which one carries. */
  decide(site: string, abort?: AbortSignal): Promise<LineName>
  /** Learns round trips from what is exchanged. */
  hear(event: Event, site: string): void
  close(): void
}

export function openLinks({
  sites,
  clock,
  emit,
  folder,
  lease,
  leave,
  rules,
  switched,
  ask = askHttp,
}: {
  readonly sites: readonly Site[]
  readonly clock: Clock
  readonly emit: Emit
  /** See `linkFolder`. */
  readonly folder: Result<string, string>
  readonly lease: (link: string, abort: AbortSignal) => Promise<Lease>
  readonly leave: LinkLeave
  /** Windows and blackouts of a site beside its own: those of the rollout that the work is part of. Default: none. */
  readonly rules?: (site: string) => readonly Rules[]
  readonly switched: (link: string, line: LineName) => void
  readonly ask?: AskHttp
}): Links {
  const byId = new Map(sites.map((site) => [site.id, site]))
  const links = new Map<string, OpenLink>()
  const me = thisProcess()
  /** Why nothing is shared with other processes. */
  let alone: string | undefined
  const watch: LinkWatch = watchLinks({
    board: () => boardOf(folder, (because) => (alone = because)),
    clock,
    emit,
    ask,
    dial: dialLine(clock),
    self: {
      pid: me.pid,
      started: me.started,
      place: me.place,
      by: `${me.user}@${me.machine}`,
      // What was asked for, without its operands.
      command: process.argv[2] ?? 'chancery',
    },
    switched,
  })
  /** Hosts whose next exchange carries the opening of a connection too. */
  const fresh = new Set<string>()
  const siteOf = (id: string): Site => {
    const site = byId.get(id)
    if (site === undefined) throw new Error(`Internal error: site ${id} is not in the inventory`)
    return site
  }
  const link = (id: string): OpenLink => {
    const known = links.get(id)
    if (known !== undefined) return known
    const declared = siteOf(id).link
    const made = createLink({
      link: declared,
      clock,
      emit,
      random: Math.random,
      lease,
      bulkAnytime: leave.anytime,
      bulkOnBackup: leave.onBackup,
      ...(rules === undefined ? {} : { rules: rules(id) }),
    })
    links.set(id, made)
    watch.add(declared, made)
    if (alone !== undefined) emit({ kind: 'line', link: id, state: 'alone', because: alone })
    return made
  }
  const line = (id: string): LineName => (links.has(id) ? watch.line(id) : 'primary')
  const inUse = (id: string): Link => {
    const declared = siteOf(id).link
    return line(id) === 'backup' ? overBackup(declared) : declared
  }
  return {
    link,
    inUse,
    line,
    decide: (id, abort) => watch.decide(id, abort),
    hear: (event, site) => {
      if (event.kind === 'link' && event.state === 'connected') fresh.add(event.host)
      if (event.kind !== 'exchange' || fresh.delete(event.host)) return
      const { kbitPerS } = inUse(site)
      const rttMs = Math.round(event.ms - ((event.bytesUp + event.bytesDown) * 8) / kbitPerS)
      if (rttMs > 0) link(site).measured(rttMs)
    },
    close: () => watch.close(),
  }
}

/** Where the file can't be used this process goes by what it learns itself, and says so. */
function boardOf(folder: Result<string, string>, alone: (because: string) => void): Board {
  const said = (where: string, because: string): Board => {
    alone(
      `${where}: ${because}. What other processes say of this link (live video, the line in use) is not known here, nor do they hear of this one`,
    )
    return openBoard(':memory:')
  }
  if (!folder.ok) return said('links of this machine', folder.error)
  const file = boardFile(folder.value)
  try {
    return openBoard(file)
  } catch (cause) {
    return said(file, cause instanceof Error ? cause.message : String(cause))
  }
}
