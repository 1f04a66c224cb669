import { err, ok, type Result } from '../../domain/result.ts'
import type { Site } from '../../domain/site.ts'
import { type Board, openBoard } from '../../link/board.ts'
import { localTime, wallOf } from '../../link/local-time.ts'
import { Zone } from '../../link/zone.ts'
import { boardFile } from './machine-folder.ts'

const dayMs = 86_400_000

/** An instant as a person names it on the site's clock: `17:30` is the next one, `2026-11-24T17:30` that one. The error is a sentence. */
export function parseUntil(text: string, zone: string, now: number): Result<number, string> {
  const clock = Zone.of(zone)
  const example = 'Write 17:30 or 2026-11-24T17:30, on the site’s clock.'
  if (/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) {
    const day = Math.floor(clock.wall(now) / dayMs)
    for (const offset of [0, 1]) {
      const at = clock.instant((day + offset) * dayMs + wallOf(`1970-01-01T${text}`))
      if (at > now) return ok(at)
    }
  }
  const wall = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d$/.test(text) ? wallOf(text) : NaN
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(text))
    return err(`expected a time, got "${text}". ${example}`)
  const at = clock.instant(wall)
  return at > now
    ? ok(at)
    : err(`expected a time to come, got ${localTime(zone, at)}, which is past. ${example}`)
}

/** Says on this machine's board that live video uses a link, or takes that back; what it answers to whoever said so. */
export function switchVideo({
  folder,
  site,
  now,
  by,
  on,
}: {
  /** See `linkFolder`. */
  readonly folder: string
  readonly site: Site
  readonly now: number
  readonly by: string
  readonly on: { readonly atMostKbitPerS: number; readonly until: number | null } | undefined
}): Result<{ readonly json: object; readonly text: string }, string> {
  let board: Board
  try {
    board = openBoard(boardFile(folder))
  } catch (cause) {
    return err(
      `${boardFile(folder)}: expected a file that can be written, got: ${cause instanceof Error ? cause.message : String(cause)}. Nothing was switched. Give this account the right to write it and its folder, or set CHANCERY_MACHINE_FOLDER to one that it may write.`,
    )
  }
  try {
    const { probe } = site.link.video ?? {}
    const asks = probe === undefined ? '' : ' The conference system is asked as well.'
    if (on === undefined) {
      board.remove('switch', site.id)
      return ok({
        json: { site: site.id, live: false },
        text: `${site.id}: no live video by command; the timetable decides.${asks}`,
      })
    }
    board.put('switch', site.id, { ...on, by, since: now }, now)
    const until =
      on.until === null ? 'until it is switched off' : `until ${localTime(site.timeZone, on.until)}`
    return ok({
      json: { site: site.id, live: true, ...on },
      text: `${site.id}: live video, at most ${on.atMostKbitPerS} kbit/s ${until}.${asks}`,
    })
  } finally {
    board.close()
  }
}
