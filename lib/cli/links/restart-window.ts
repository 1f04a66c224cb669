import type { Link } from '../../domain/site.ts'
import { admission } from '../../link/window.ts'
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
