import { describeFailure } from '../../domain/failure.ts'
import type { Json } from '../../domain/json.ts'
import type { Site } from '../../domain/site.ts'
import { localTime } from '../../link/local-time.ts'
import type { Paint } from '../view/paint.ts'
import { type Column, table } from '../view/table.ts'
import { cut, paragraph } from '../view/text.ts'
import { bytes, plural } from '../view/units.ts'
import {
  type DriftReport,
  isDrift,
  type PropertyDrift,
  type ResourceDrift,
  type Since,
  type SiteDrift,
} from './types.ts'

/** One line of the table of drift: an input, or a resource as a whole. */
export type DriftRow = {
  readonly site: Site
  readonly resource: ResourceDrift
  /** Empty for the resource as a whole. */
  readonly property: string
  readonly declared: string
  readonly found: string
  readonly since: Since | undefined
}

export type View = { readonly width: number | undefined; readonly paint: Paint }

/** The whole answer: what is not as declared, what of it is accepted, what could not be seen, and the sum. */
export function driftText(report: DriftReport, view: View): string {
  const rows = report.sites.flatMap(rowsOf)
  const accepted = report.sites.flatMap(acceptedOf)
  const troubled = report.sites.filter(({ because }) => because !== undefined)
  const parts = [
    ...(rows.length === 0 ? [] : [driftTable(rows, view)]),
    ...(accepted.length === 0 ? [] : [`${view.paint('bold', 'Accepted')}\n${acceptedTable(accepted, view)}`]),
    ...troubled.map((site) => troubleText(site, view)),
    paragraph(sumText(report), view.width),
  ]
  return parts.join('\n\n')
}

/** What is not as declared at a site, an input a row. */
export const rowsOf = ({ site, resources }: SiteDrift): readonly DriftRow[] =>
  resources.filter(isDrift).flatMap((resource) => resourceRows(site, resource))

function resourceRows(site: Site, resource: ResourceDrift): readonly DriftRow[] {
  const { verdict, since } = resource
  const whole = (found: string): readonly DriftRow[] => [
    { site, resource, property: '', declared: 'present', found, since: since.get('') },
  ]
  switch (verdict.is) {
    case 'drifted':
      return verdict.properties.map((one) => ({
        site,
        resource,
        property: one.property,
        ...cells(one),
        since: since.get(one.property),
      }))
    case 'absent':
      return whole('absent')
    case 'unrecorded':
      return whole('not on our record')
    case 'foreign':
      return whole(verdict.failure.kind === 'exists' ? ownerText(verdict.failure.owner) : '')
    case 'refused':
      return whole(verdict.failure.kind === 'refused' ? verdict.failure.because : '')
    default:
      return []
  }
}

const ownerText = (owner: string | undefined): string =>
  owner === undefined ? 'nobody’s on record' : `owned by ${owner}`

/** A drift in two cells; where the host can't tell a value in the words of the input, the preview's reason stands for it. */
function cells(one: PropertyDrift): { readonly declared: string; readonly found: string } {
  if (one.secret) return { declared: '(secret)', found: '(secret, differs)' }
  return {
    declared: one.declared === undefined ? '' : valueText(one.declared),
    found: one.found === undefined ? one.because : valueText(one.found),
  }
}

const longest = 60

/** A value on one line, cut where it is long. */
export function valueText(value: Json): string {
  if (typeof value !== 'string') return cut(JSON.stringify(value), longest)
  const line = /[\r\n\t]/.test(value) || value === '' ? JSON.stringify(value) : value
  return line.length <= longest ? line : `${cut(line, 40)} (${bytes(Buffer.byteLength(value))})`
}

const manyHosts = (rows: readonly { readonly site: Site }[]): boolean =>
  rows.some(({ site }) => site.hosts.length > 1)

function driftTable(rows: readonly DriftRow[], { width }: View): string {
  const columns: readonly Column<DriftRow>[] = [
    { title: 'site', cell: ({ site }) => site.id },
    ...(manyHosts(rows) ? [{ title: 'host', cell: ({ resource }: DriftRow) => resource.host, drop: 1 }] : []),
    { title: 'resource', cell: ({ resource }) => resource.name, wrapTo: 16 },
    { title: 'property', cell: ({ property }) => property },
    { title: 'declared', cell: ({ declared }) => declared, wrapTo: 12 },
    { title: 'found', cell: ({ found }) => found, wrapTo: 12 },
    {
      title: 'since',
      cell: ({ site, since }) => (since === undefined ? '' : localTime(site.timeZone, since.seen)),
      wrapTo: 16,
    },
    { title: 'as declared', cell: lastSeen, wrapTo: 16, drop: 2 },
  ]
  return table(columns, rows, width)
}

const lastSeen = ({ site, since }: DriftRow): string =>
  since?.asDeclared === undefined ? 'not known' : `at ${localTime(site.timeZone, since.asDeclared)}`

type AcceptedRow = DriftRow & { readonly reason: string; readonly until: string }

const acceptedOf = ({ site, resources }: SiteDrift): readonly AcceptedRow[] =>
  resources.flatMap((resource) =>
    resource.accepted.map(({ drift, reason, until }) => ({
      site,
      resource,
      property: drift.property,
      ...cells(drift),
      since: resource.since.get(drift.property),
      reason,
      until,
    })),
  )

function acceptedTable(rows: readonly AcceptedRow[], { width }: View): string {
  const columns: readonly Column<AcceptedRow>[] = [
    { title: 'site', cell: ({ site }) => site.id },
    { title: 'resource', cell: ({ resource }) => resource.name, wrapTo: 16 },
    { title: 'property', cell: ({ property }) => property },
    { title: 'declared', cell: ({ declared }) => declared, wrapTo: 12, drop: 1 },
    { title: 'found', cell: ({ found }) => found, wrapTo: 12 },
    { title: 'until', cell: ({ until }) => until },
    { title: 'reason', cell: ({ reason }) => reason, wrapTo: 16 },
  ]
  return table(columns, rows, width)
}

function troubleText({ site, outcome, because, failures }: SiteDrift, { width, paint }: View): string {
  const told = [...new Set([...(because === undefined ? [] : [because]), ...failures.map(describeFailure)])]
  return [paint('bold', `${site.id}: ${outcome}`), ...told.map((text) => paragraph(text, width, '  '))].join(
    '\n',
  )
}

/** `3 differences at 2 sites, 1 accepted. 104 sites as declared, 1 unreachable.` */
export function sumText(report: DriftReport): string {
  const rows = report.sites.flatMap(rowsOf)
  const drifted = new Set(rows.map(({ site }) => site.id))
  const accepted = report.sites.flatMap(acceptedOf).length
  const ignored = report.sites.flatMap(({ resources }) => resources.flatMap((r) => r.ignored)).length
  const done = report.sites.filter(({ outcome, site }) => outcome === 'done' && !drifted.has(site.id))
  const empty = done.filter(({ applied }) => !applied).length
  const commands = report.sites.reduce((sum, site) => sum + site.commands, 0)
  const outcome = (name: SiteDrift['outcome']) => report.sites.filter((site) => site.outcome === name).length
  const counts = [
    [done.length - empty, 'as declared'],
    [empty, 'where nothing was applied yet'],
    [outcome('failed'), 'failed'],
    [outcome('unreachable'), 'unreachable'],
    [outcome('deferred'), 'unsettled'],
  ] as const
  const others = [
    ...(accepted > 0 ? [`${accepted} accepted`] : []),
    ...(ignored > 0 ? [`${ignored} left by ignoreChanges`] : []),
  ]
  const judged = report.sites.length === 0 || report.sites.some((site) => site.outcome === 'done')
  const none = judged ? 'No drift' : 'Whether there is drift is not known'
  const found =
    rows.length === 0 ? none : `${plural(rows.length, 'difference')} at ${plural(drifted.size, 'site')}`
  const where = counts.flatMap(([count, what]) => (count > 0 ? [`${plural(count, 'site')} ${what}`] : []))
  return [
    `${[found, ...others].join(', ')}.`,
    ...(where.length === 0 ? [] : [`${where.join(', ')}.`]),
    ...(commands > 0 ? [`${plural(commands, 'free command')} not looked at.`] : []),
    ...(report.interrupted ? ['Interrupted: the rest was not looked at.'] : []),
  ].join(' ')
}
