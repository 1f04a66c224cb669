import { describeHolder } from '../../link/holder.ts'
import { localTime } from '../../link/local-time.ts'
import type { Closed } from '../../link/window.ts'
import { duration, plural, rate } from '../view/units.ts'
import { table } from '../view/table.ts'
import { paragraph } from '../view/text.ts'
import type { LeaseHolder, LinkLease } from './held-links.ts'
import type { Holding, LinkRow } from './rows.ts'

/** Links as a table: what is so now, and when it changes next, in each site's own time; then what there is to say of single ones. */
export function linksText(rows: readonly LinkRow[], now: number, width: number | undefined): string {
  const any = (pick: (row: LinkRow) => string): boolean => rows.some((row) => pick(row) !== '')
  const shown = table<LinkRow>(
    [
      { title: 'site', cell: ({ site }) => site.id },
      { title: 'line', cell: lineText, wrapTo: 11, drop: 3 },
      { title: 'carries', cell: ({ inUse }) => rate(inUse.kbitPerS), align: 'right', drop: 5 },
      { title: 'rtt', cell: ({ inUse }) => `${inUse.rttMs} ms`, align: 'right', drop: 5 },
      { title: 'budget', cell: ({ budgetKbitPerS }) => rate(budgetKbitPerS), align: 'right' },
      { title: 'then', cell: (row) => nextText(row, now), wrapTo: 11, drop: 2 },
      { title: 'window', cell: windowText, wrapTo: any(openingsText) ? 9 : 12, drop: 1 },
      ...(any(openingsText) ? [{ title: 'openings', cell: openingsText, wrapTo: 23 }] : []),
      ...(any(measuredText) ? [{ title: 'seen', cell: measuredText, wrapTo: 10, drop: 4 }] : []),
    ],
    rows,
    width,
  )
  const notes = rows.flatMap((row) => {
    const lines = notesOf(row)
    return lines.length === 0
      ? []
      : [[row.site.id, ...lines.map((line) => paragraph(line, width, '  '))].join('\n')]
  })
  const leases = [...new Set(rows.flatMap(({ lease }) => (lease === undefined ? [] : [leasesText(lease)])))]
  return [
    shown,
    ...(notes.length === 0 ? [] : ['', ...notes]),
    ...(leases.length === 0 ? [] : ['', ...leases.map((text) => paragraph(text, width))]),
  ].join('\n')
}

/** Where it is kept who uses which link. */
const leasesText = ({ store, because }: LinkLease): string =>
  because === undefined
    ? `Leases lie in ${store}.`
    : `Leases lie in ${store}. Who holds links elsewhere is not known now: ${because}`

const lineText = ({ site: { link }, line, inUse }: LinkRow): string =>
  link.secondLine === 'none' ? inUse.medium : `${inUse.medium} (${line})`

/** `480 kbit/s in 4 h, 18:00`: the site's own time. */
const nextText = ({ site, next }: LinkRow, now: number): string =>
  next === undefined
    ? ''
    : `${rate(next.kbitPerS)} in ${duration(next.at - now)}, ${next.at - now < 72_000_000 ? clockText(site.timeZone, next.at) : dayText(site.timeZone, next.at)}`

const windowText = ({ site, window, closedBy, openings }: LinkRow): string => {
  const why = whyText(closedBy, openings !== undefined)
  // The instants are among the openings.
  if (openings !== undefined) return window.open ? 'open' : `closed${why}`
  if (window.open)
    return window.until === undefined ? 'open' : `open until ${dayText(site.timeZone, window.until)}`
  return window.opens === undefined
    ? `never open${why}`
    : `closed until ${dayText(site.timeZone, window.opens)}${why}`
}

/** ` (site, rollout)`, ` (blackout: Elections)`; nothing where only the site's own windows can be it. */
function whyText(closedBy: readonly Closed[], beside: boolean): string {
  const parts = closedBy.flatMap(({ of, blackouts }) => {
    if (blackouts.length > 0)
      return [`${of === undefined ? 'blackout' : 'blackout of rollout'}: ${blackouts.join('; ')}`]
    return beside ? [of === undefined ? 'site' : 'rollout'] : []
  })
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

/** `2026-11-24 22:00-05:00, 2026-11-25 22:00-05:00`: the site's own time. */
const openingsText = ({ site: { timeZone }, openings }: LinkRow): string => {
  if (openings === undefined) return ''
  if (openings.length === 0) return 'none in 400 days'
  return openings
    .map(({ from, to }) => {
      const begin = from === -Infinity ? 'now' : dayText(timeZone, from)
      if (to === Infinity) return `${begin} on`
      return to - from < 86_400_000
        ? `${begin}-${clockText(timeZone, to)}`
        : `${begin} to ${dayText(timeZone, to)}`
    })
    .join(', ')
}

const measuredText = ({ measured: { rttMs, kbitPerS } }: LinkRow): string =>
  [
    ...(rttMs === null ? [] : [`${rttMs} ms`]),
    ...(kbitPerS === null ? [] : [rate(Math.round(kbitPerS))]),
  ].join(', ')

/** A line each: what limits the link, and who uses it. */
const notesOf = ({ site, video, lineBecause, breaker, holders, lease }: LinkRow): readonly string[] => [
  ...(lineBecause === undefined ? [] : [`backup line: ${lineBecause}`]),
  ...(breaker.state === 'closed'
    ? []
    : [
        `breaker ${breaker.state}${breaker.because === undefined ? '' : `: ${breaker.because}`}${
          breaker.until === undefined ? '' : `, tried at ${clockText(site.timeZone, breaker.until)}`
        }`,
      ]),
  ...(video === undefined ? [] : [`video: ${video.because}`]),
  ...holders.flatMap(holdingLines),
  ...(lease?.processes ?? [])
    .filter((one) => !holders.some((own) => isSame(own, one)))
    .map((one) => leaseLine(one, site.timeZone)),
]

/** Whether a process of this machine, as it says itself, is one that the store of leases knows. */
const isSame = ({ pid, by }: Holding, { user, machine, pid: other }: LeaseHolder): boolean =>
  pid === other && by === `${user}@${machine}`

/** `anna on ops2, process 4711, holds the link since 2026-11-24 14:02`: the site's time. */
const leaseLine = (one: LeaseHolder, zone: string): string =>
  `${describeHolder(one)}, ${one.holds ? 'holds the link' : 'waits for the link'} since ${dayText(zone, one.since)}`

function holdingLines({
  pid,
  command,
  by,
  running,
  leased,
  waiting,
  bulkHeld,
  held,
}: Holding): readonly string[] {
  const waits = [
    ...(waiting.control > 0 ? [plural(waiting.control, 'exchange')] : []),
    ...(waiting.bulk > 0 ? [plural(waiting.bulk, 'bulk write')] : []),
  ]
  return [
    [
      `${command}, process ${pid} of ${by}`,
      running === 0 ? 'idle' : leased ? 'at work' : 'waits for the link',
      ...(waits.length > 0
        ? [`${waits.join(' and ')} ${waiting.control + waiting.bulk === 1 ? 'waits' : 'wait'}`]
        : []),
    ].join(', '),
    ...(bulkHeld === undefined ? [] : [`bulk waits: ${bulkHeld}`]),
    ...held.map(({ content, because }) => `${content} waits: ${because}`),
  ]
}

/** `18:00` of the site's clock. */
const clockText = (zone: string, instant: number): string => localTime(zone, instant).slice(11, 16)

/** `2026-11-24 18:00` of the site's clock. */
const dayText = (zone: string, instant: number): string => localTime(zone, instant).slice(0, 16)

/** Links as data: what the inventory says of each, and under `now` what is so. */
export const linksJson = (rows: readonly LinkRow[], now: number): object =>
  rows.map(({ site, inUse, window, video, next, lineBecause, closedBy, openings, lease, ...row }) => ({
    ...site.link,
    now: {
      at: now,
      localTime: localTime(site.timeZone, now),
      ...row,
      ...(lineBecause === undefined ? {} : { lineBecause }),
      medium: inUse.medium,
      kbitPerS: inUse.kbitPerS,
      rttMs: inUse.rttMs,
      budget: { kbitPerS: row.budgetKbitPerS, ...(next === undefined ? {} : { until: next.at, next }) },
      video: video ?? null,
      window: { ...window, closedBy },
      lease: lease ?? null,
      // Without an end, `to` is null.
      ...(openings === undefined ? {} : { openings }),
    },
  }))
