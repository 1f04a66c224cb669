import type { LinkRequirement } from '../domain/profile.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { Site } from '../domain/site.ts'

/** Whether a link can carry a site that has no server of its own: users, rate and latency. The error is a sentence with each reason. */
export function canCarry(
  site: Pick<Site, 'id' | 'users' | 'link'>,
  requires: LinkRequirement,
): Result<void, string> {
  const { kbitPerS, rttMs } = site.link
  const perUser = kbitPerS / Math.max(1, site.users)
  const reasons = [
    ...(perUser < requires.minKbitPerSPerUser
      ? [
          `${kbitPerS} kbit/s for ${site.users} users is ${Math.floor(perUser)} kbit/s a user, ${requires.minKbitPerSPerUser} are needed`,
        ]
      : []),
    ...(rttMs > requires.maxRttMs
      ? [`a round trip of ${rttMs} ms is longer than ${requires.maxRttMs} ms`]
      : []),
  ]
  if (reasons.length === 0) return ok(undefined)
  return err(
    `${site.id}: the link cannot carry a serverless mission: ${reasons.join('; ')}. Nothing was changed. Choose the profile mission-server for it in sites.csv, or a faster line.`,
  )
}
