import type { Link } from '../domain/site.ts'
import type { Estimate } from './cost.ts'

/** A link as it is while its second line carries: that line's rate, round trip and timetable. */
export const overBackup = (link: Link): Link =>
  link.backup === undefined
    ? link
    : {
        ...link,
        medium: link.backup.medium,
        kbitPerS: link.backup.kbitPerS,
        rttMs: link.backup.rttMs,
        budget: link.backup.budget,
      }

/** What a site's model needs of its line; a serverless site has such limits. */
export type Needs = { readonly minKbitPerSPerUser: number; readonly maxRttMs: number }

/** Whether work may go over the backup line; otherwise by which rule not, why, and what to do. */
export type BackupVerdict =
  | 'go'
  | {
      /** `needs-primary`: the site can't be run over the backup at all; `large-waits-for-primary`: this work is too large for it. */
      readonly rule: 'needs-primary' | 'large-waits-for-primary'
      readonly because: string
      readonly fix: string
    }

/**
 * The precheck of a site whose backup line carries.
 * @param anyway `--on-backup`: large work goes all the same; what needs the primary does not
 */
export function backupVerdict(
  link: Link,
  cost: Pick<Estimate, 'bytesUp' | 'bytesDown'>,
  site: { readonly users: number; readonly needs?: Needs },
  anyway: boolean,
): BackupVerdict {
  const { backup } = link
  if (backup === undefined) return 'go'
  const { needs, users } = site
  const perUser = backup.kbitPerS / Math.max(1, users)
  if (needs !== undefined && (perUser < needs.minKbitPerSPerUser || backup.rttMs > needs.maxRttMs))
    return {
      rule: 'needs-primary',
      because: `the backup line has ${Math.floor(perUser)} kbit/s a user and ${backup.rttMs} ms, the site's profile needs ${needs.minKbitPerSPerUser} kbit/s a user and at most ${needs.maxRttMs} ms`,
      fix: 'Run again when the primary line is back. Nothing overrides this.',
    }
  const bytes = cost.bytesUp + cost.bytesDown
  if (bytes > backup.largeBytes && !anyway)
    return {
      rule: 'large-waits-for-primary',
      because: `it takes ${bytes} bytes, over the backup line at most ${backup.largeBytes} go`,
      fix: 'Run again when the primary line is back, or add --on-backup.',
    }
  return 'go'
}
