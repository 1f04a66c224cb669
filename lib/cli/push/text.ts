import { paragraph } from '../view/text.ts'
import { table } from '../view/table.ts'
import { bytes, plural } from '../view/units.ts'
import type { PushedContent, PushedReport } from './push.ts'

/** How a push ended: a line a content and host, then what went wrong where. */
export function pushText(reports: readonly PushedReport[], width: number | undefined): string {
  const rows = reports.flatMap((report) => report.contents.map((content) => ({ report, content })))
  type Row = (typeof rows)[number]
  const troubled = reports.filter(({ because }) => because !== undefined)
  const outcomes = ['done', 'failed', 'unreachable', 'deferred'] as const
  const sum = outcomes.flatMap((outcome) => {
    const count = reports.filter((report) => report.outcome === outcome).length
    return count > 0 ? [`${plural(count, 'site')} ${outcome}`] : []
  })
  return [
    ...(rows.length === 0
      ? []
      : [
          table<Row>(
            [
              { title: 'site', cell: ({ report }) => report.site },
              { title: 'host', cell: ({ content }) => content.host, drop: 2 },
              { title: 'content', cell: ({ content }) => content.name },
              { title: 'size', cell: ({ content }) => bytes(content.size), align: 'right' },
              { title: 'crossed', cell: ({ content }) => crossedText(content), align: 'right' },
              { title: '', cell: ({ content }) => howText(content), wrapTo: 24 },
            ],
            rows,
            width,
          ),
        ]),
    ...troubled.map(
      ({ site, outcome, because }) => `${site}: ${outcome}\n${paragraph(because ?? '', width, '  ')}`,
    ),
    `${sum.join(', ') || 'No site was touched'}.`,
  ].join('\n\n')
}

const crossedText = (content: PushedContent): string =>
  'delivered' in content ? bytes(content.delivered.sent) : ''

function howText(content: PushedContent): string {
  if ('failure' in content)
    return content.failure.kind === 'refused' ? content.failure.because : content.failure.kind
  const { how, resumedAt, notes } = content.delivered
  const words = {
    held: 'was there already',
    delta: 'as a difference from the version before',
    signature: 'as a difference from what the host has',
    whole: 'whole',
    bundle: 'picked up from the bundle',
  }[how]
  const resumed = resumedAt > 0 && how !== 'held' ? [`from ${bytes(resumedAt)} on`] : []
  return [words, ...resumed, ...notes].join('; ')
}
