import { describeFailure } from '../../domain/failure.ts'
import type { RunReport, SiteReport } from '../run/types.ts'
import { changedTexts } from './changed.ts'
import { noPaint, type Paint } from './paint.ts'
import { outcomeColors } from './progress-text.ts'
import { table } from './table.ts'
import { paragraph } from './text.ts'
import { plural } from './units.ts'

/** How a run ended: a line a site, then what went wrong where, then the sum. */
export function summaryText(report: RunReport, width: number | undefined, paint: Paint = noPaint): string {
  const sites = table<SiteReport>(
    [
      { title: 'site', cell: ({ site }) => site },
      { title: 'outcome', cell: ({ outcome }) => paint(outcomeColors[outcome], outcome) },
      { title: 'planned', cell: changesText, wrapTo: 12 },
    ],
    report.sites,
    width,
  )
  const troubled = report.sites.filter(
    ({ failures, because }) => failures.length > 0 || because !== undefined,
  )
  return [
    sites,
    ...troubled.map((site) => trouble(site, width, paint)),
    paragraph(sumText(report), width),
  ].join('\n\n')
}

/** `2 done, 1 unreachable.`, and that it was cut short where it was. */
export function sumText(report: RunReport): string {
  const outcomes = ['done', 'failed', 'unreachable', 'deferred'] as const
  const counts = outcomes.flatMap((outcome) => {
    const count = report.sites.filter((site) => site.outcome === outcome).length
    return count > 0 ? [`${plural(count, 'site')} ${outcome}`] : []
  })
  return `${counts.join(', ') || 'No site was touched'}.${report.interrupted ? ' Interrupted: run again to go on.' : ''}`
}

/** `2 create, 1 update`; `none` where nothing was to do. */
function changesText({ changes }: SiteReport): string {
  const parts = Object.entries(changes).flatMap(([change, count]) =>
    change !== 'same' && count !== undefined && count > 0 ? [`${count} ${change}`] : [],
  )
  return parts.length === 0 ? 'none' : parts.join(', ')
}

function trouble(
  { site, outcome, because, failures }: SiteReport,
  width: number | undefined,
  paint: Paint,
): string {
  const changed = failures.filter((failure) => failure.kind === 'changed')
  const inTables = new Set(changed.map(describeFailure))
  const others = failures.filter(({ kind }) => kind !== 'changed').map(describeFailure)
  const told = [...new Set([...(because === undefined ? [] : [because]), ...others])]
  return [
    paint('bold', `${site}: ${outcome}`),
    ...told.filter((text) => !inTables.has(text)).map((text) => paragraph(text, width, '  ')),
    ...changed.flatMap((failure) => changedTexts(failure, width)),
    ...(changed.length > 0 ? [paragraph('Nothing ran on these hosts. Preview again.', width, '  ')] : []),
  ].join('\n')
}
