import { randomUUID } from 'node:crypto'
import type { Link } from '../../domain/site.ts'
import { admission } from '../../link/window.ts'
import { appendJournal, type JournalEntry } from '../history/journal.ts'
import { operatorOf } from '../operator.ts'
import { ownZone } from '../run/admit.ts'

/** What the restart of a host is taken to need of a window, ms. */
const restartMs = 10 * 60_000

/** Why a restart must wait for the site's window, and until when; undefined = it need not. */
export function restartWaits(link: Link, now: number): string | undefined {
  const admitted = admission(link, restartMs, now, { zone: ownZone() })
  return admitted === 'now'
    ? undefined
    : `${admitted.because}. Nothing was restarted. Run again then, or add --now --reason.`
}

/** Keeps why a window was overridden, before anything is done; what it gives keeps how that ended. */
export function keepReason(
  root: string,
  site: string,
  reason: string,
  env: { readonly [name: string]: string | undefined },
): (outcome: JournalEntry['outcome']) => void {
  const run = randomUUID()
  const by = operatorOf(env)
  const keep = (outcome: JournalEntry['outcome']): void =>
    appendJournal(root, [
      {
        at: new Date().toISOString(),
        run,
        operation: 'restart',
        stack: `restart.${site}`,
        by,
        outcome,
        reason,
        changes: {},
      },
    ])
  keep('started')
  return keep
}
