import { existsSync } from 'node:fs'
import type { Clock } from '../../domain/clock.ts'
import type { Rollout } from '../../domain/rollout.ts'
import type { Site } from '../../domain/site.ts'
import { type Board, openBoard } from '../../link/board.ts'
import type { Output, Surroundings } from '../output.ts'
import type { HeldLinks } from './held-links.ts'
import { boardFile } from './machine-folder.ts'
import { linkRows } from './rows.ts'
import { linksJson, linksText } from './view.ts'

export type Source = {
  readonly sites: readonly Site[]
  /** Its windows count too; undefined = each site's own alone. */
  readonly rollout: Rollout | undefined
  /** See `linkFolder`. */ readonly folder: string
  readonly clock: Clock
  /** Who holds links by the store of leases. */
  readonly held: () => Promise<HeldLinks>
}

const everyMs = 1_000

/** Shows the links once; false: the store of leases could not be asked. */
export async function showLinks(source: Source, output: Output): Promise<boolean> {
  const held = await source.held()
  const board = boardOf(source.folder)
  try {
    const now = source.clock.now()
    const rows = linkRows(source.sites, board, now, source.rollout, held)
    output.answer(linksJson(rows, now), () => linksText(rows, now, output.width))
    return held.because === undefined
  } finally {
    board?.close()
  }
}

/**
 * Shows the links once a second until told to stop: redrawn in place on a terminal; elsewhere, and as JSON a line each time, only when
 * something but the time has changed.
 */
export async function watchShown(
  source: Source,
  { output, stdout }: { readonly output: Output } & Pick<Surroundings, 'stdout'>,
  stop: AbortSignal,
): Promise<void> {
  let board: Board | undefined
  let last = ''
  let drawn = 0
  // A database that does not answer keeps nothing else from being shown.
  let held = await source.held()
  let asking = false
  let broken: { readonly cause: unknown } | undefined
  const ask = (): void => {
    if (asking) return
    asking = true
    source
      .held()
      .then(
        (now) => (held = now),
        (cause: unknown) => (broken = { cause }),
      )
      .finally(() => (asking = false))
  }
  try {
    do {
      if (broken !== undefined) throw broken.cause
      board ??= boardOf(source.folder)
      const now = source.clock.now()
      const rows = linkRows(source.sites, board, now, source.rollout, held)
      const text = linksText(rows, now, output.width)
      // Of what changes by itself as time passes nothing is news.
      const news = linksText(rows, 0, undefined)
      if (output.json) {
        if (news !== last) output.answer(linksJson(rows, now), () => '')
      } else if (stdout.isTTY === true) {
        const lines = fitting(text.split('\n'), stdout.rows)
        stdout.write(`${drawn === 0 ? '' : `\x1b[${drawn}A\x1b[0J`}${lines.join('\n')}\n`)
        drawn = lines.length
      } else if (news !== last) output.answer({}, () => `${new Date(now).toISOString()}\n${text}`)
      last = news
      ask()
    } while (await source.clock.sleep(everyMs, stop))
  } finally {
    board?.close()
  }
}

/** As many lines as a terminal of so many rows can draw anew. */
export const fitting = (lines: readonly string[], rows: number | undefined): readonly string[] =>
  rows === undefined || lines.length < rows
    ? lines
    : [...lines.slice(0, Math.max(0, rows - 2)), '(more than fits: name fewer links)']

/** What processes of this machine said; undefined: none ever did, and looking makes no file. */
const boardOf = (folder: string): Board | undefined =>
  existsSync(boardFile(folder)) ? openBoard(boardFile(folder)) : undefined
