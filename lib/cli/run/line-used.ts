import { budgetAt } from '../../link/timetable.ts'
import type { SiteRun } from './one-site.ts'
import type { LineUsed } from './types.ts'

/** The line that carries for a site at this moment, with what it is and what may be used of it. */
export function lineUsed({ fleet, site, request }: Pick<SiteRun, 'fleet' | 'site' | 'request'>): LineUsed {
  const { line, link } = fleet.lineInUse(site.id)
  const { medium, kbitPerS, rttMs } = link
  return { line, medium, kbitPerS, rttMs, budgetKbitPerS: budgetAt(link, request.clock.now()).kbitPerS }
}
