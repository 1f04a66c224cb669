import type { z } from 'zod'
import type { VideoRule } from '../domain/site.ts'
import type { conferenceSchema, LinkClass } from './schemas.ts'

/** What live video leaves at a site, and how its conference system is asked about that site. */
export function videoRule(
  { atMostKbitPerS }: NonNullable<LinkClass['video']>,
  conference: z.infer<typeof conferenceSchema> | undefined,
  site: string,
): VideoRule {
  if (conference === undefined) return { atMostKbitPerS }
  const { url, pointer, live, everySeconds, timeoutSeconds, onFailure } = conference
  return {
    atMostKbitPerS,
    probe: {
      url: url.replaceAll('{site}', encodeURIComponent(site)),
      pointer: pointer.replaceAll('{site}', site),
      live,
      everyMs: everySeconds * 1000,
      timeoutMs: timeoutSeconds * 1000,
      onFailure,
    },
  }
}
