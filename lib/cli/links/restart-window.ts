import { admission, type Rules } from '../../link/window.ts'
import { ownZone } from '../run/admit.ts'

/** What the restart of a host is taken to need of a window, ms. */
const restartMs = 10 * 60_000

/** Why a restart must wait for the windows of a site and of its rollout, and until when; undefined = it need not. */
export function restartWaits(rules: readonly Rules[], now: number): string | undefined {
  const admitted = admission(rules, restartMs, now, { zone: ownZone() })
  return admitted === 'now'
    ? undefined
    : `${admitted.because}. Nothing was restarted. Run again then, or add --now --reason.`
}
