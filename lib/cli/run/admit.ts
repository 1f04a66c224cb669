import type { Profile } from '../../domain/profile.ts'
import { durationFrom } from '../../link/duration.ts'
import { backupVerdict, type Needs } from '../../link/on-backup.ts'
import { admission } from '../../link/window.ts'
import type { SiteRun } from './one-site.ts'
import type { RunRequest, SitePreview, Waits } from './types.ts'

/** Whether the whole plan of a site may start now. */
export type Admitted = 'go' | Waits

/**
 * Decides by the windows of the site and of the rollout, and by the line that carries. `--now` overrides windows, `--on-backup` the size of
 * work over the backup line; nothing overrides what needs the primary line. Refreshing changes no host and may happen at any time.
 */
export function admitSite(request: RunRequest, run: SiteRun, preview: SitePreview): Admitted {
  const { site } = run
  const { line, link } = run.fleet.lineInUse(site.id)
  if (line === 'backup' && request.operation !== 'refresh') {
    const needs = needsOf(request.estate.siteProfiles.get(site.id))
    const at = { users: site.users, ...(needs === undefined ? {} : { needs }) }
    const verdict = backupVerdict(site.link, preview.cost, at, request.leave?.onBackup === true)
    if (verdict !== 'go')
      return {
        outcome: verdict.rule === 'needs-primary' ? 'failed' : 'deferred',
        because: `rule ${verdict.rule}: ${verdict.because}`,
        fix: verdict.fix,
        fitsAt: undefined,
      }
  }
  if (request.operation === 'refresh' || request.leave?.reason !== undefined) return 'go'
  const now = request.clock.now()
  const admitted = admission(run.fleet.startRules(site.id), durationFrom(link, preview.cost, now), now, {
    zone: ownZone(),
  })
  return admitted === 'now'
    ? 'go'
    : {
        outcome: 'deferred',
        because: admitted.because,
        fix:
          admitted.deferredUntil === undefined
            ? 'Give the link a longer window in the inventory, or add --now --reason.'
            : 'Run again then, or add --now --reason.',
        fitsAt: admitted.deferredUntil,
      }
}

/** The zone of whoever reads this. */
export const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone

const needsOf = (profile: Profile | undefined): Needs | undefined =>
  profile?.model === 'serverless' ? profile.requires : undefined
