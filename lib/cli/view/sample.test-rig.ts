import type { Host, Link, LinkMedium, Site } from '../../domain/site.ts'
import type { PreviewRow, SitePreview } from '../run/types.ts'

/** A site with as many hosts as asked for, on a link of its own. */
export function sampleSite(
  id: string,
  link: { medium: LinkMedium; kbitPerS: number; rttMs: number },
  hosts = 1,
): Site {
  const line: Link = { id, secondLine: 'none', timeZone: 'Asia/Beirut', budget: [], windows: [], ...link }
  const host = (n: number): Host => ({
    id: `${id}-hv${n}`,
    site: id,
    address: '192.0.2.1',
    port: 22,
    account: 'chancery',
  })
  return {
    id,
    name: id,
    kind: 'embassy',
    city: id,
    country: 'LB',
    timeZone: 'Asia/Beirut',
    weekend: ['sat', 'sun'],
    users: 8,
    size: 'small',
    link: line,
    profile: 'mission-server',
    hosts: Array.from({ length: hosts }, (_, n) => host(n + 1)),
    provenance: 'synthetic',
  }
}

export const beirut = sampleSite('beirut', { medium: 'satellite', kbitPerS: 512, rttMs: 600 })
export const nairobi = sampleSite('nairobi', { medium: 'terrestrial', kbitPerS: 2048, rttMs: 180 })

export const sampleRow = (row: Partial<PreviewRow> & Pick<PreviewRow, 'name' | 'change'>): PreviewRow => ({
  host: 'beirut-hv1',
  urn: `urn:pulumi:mission.beirut::chancery::chancery:windows:File::${row.name}`,
  because: [],
  effects: [],
  ...row,
})

export const samplePreview = (site: Site, rows: readonly PreviewRow[]): SitePreview => ({
  site,
  line: {
    line: 'primary',
    medium: site.link.medium,
    kbitPerS: site.link.kbitPerS,
    rttMs: site.link.rttMs,
    budgetKbitPerS: site.link.kbitPerS,
  },
  rows,
  cost: { bytesUp: 6200, bytesDown: 3100, roundTrips: 4, ms: 2700 },
})
