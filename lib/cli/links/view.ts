import { localTime } from '../../link/local-time.ts'
import { duration, rate } from '../view/units.ts'
import { table } from '../view/table.ts'
import type { LinkRow } from './rows.ts'

/** Links as a table: what is so now, and when it changes next, in each site's own time. */
export function linksText(rows: readonly LinkRow[], now: number, width: number | undefined): string {
  const any = (pick: (row: LinkRow) => string): boolean => rows.some((row) => pick(row) !== '')
  return table<LinkRow>(
    [
      { title: 'site', cell: ({ site }) => site.id },
      { title: 'line', cell: lineText, wrapTo: 9, drop: 3 },
      { title: 'carries', cell: ({ inUse }) => rate(inUse.kbitPerS), align: 'right' },
      { title: 'rtt', cell: rttText, align: 'right', wrapTo: 8 },
      { title: 'budget', cell: ({ budgetKbitPerS }) => rate(budgetKbitPerS), align: 'right' },
      { title: 'then', cell: (row) => nextText(row, now), wrapTo: 16, drop: 2 },
      { title: 'window', cell: windowText, wrapTo: 14, drop: 1 },
      ...(any(usedText) ? [{ title: 'used by', cell: usedText, wrapTo: 16 }] : []),
      ...(any(notesText) ? [{ title: 'note', cell: notesText, wrapTo: 18 }] : []),
    ],
    rows,
    width,
  )
}

const lineText = ({ site: { link }, line, inUse }: LinkRow): string =>
  link.secondLine === 'none' ? inUse.medium : `${inUse.medium} (${line})`

const rttText = ({ inUse, measured }: LinkRow): string =>
  measured.rttMs === null ? `${inUse.rttMs} ms` : `${inUse.rttMs} ms, seen ${measured.rttMs}`

/** `480 kbit/s in 4 h, 18:00`: the site's own time. */
const nextText = ({ site, next }: LinkRow, now: number): string =>
  next === undefined
    ? ''
    : `${rate(next.kbitPerS)} in ${duration(next.at - now)}, ${next.at - now < 72_000_000 ? clockText(site.timeZone, next.at) : dayText(site.timeZone, next.at)}`

const windowText = ({ site, window }: LinkRow): string => {
  if (window.open)
    return window.until === undefined ? 'open' : `open until ${dayText(site.timeZone, window.until)}`
  const because = window.because === undefined ? '' : ` (${window.because})`
  return window.opens === undefined
    ? `never open${because}`
    : `closed until ${dayText(site.timeZone, window.opens)}${because}`
}

const usedText = ({ holders }: LinkRow): string =>
  holders
    .map(({ pid, command, by, running, leased, waiting }) => {
      const waits = waiting.control + waiting.bulk
      return [
        `${command}, process ${pid} of ${by}`,
        running === 0 ? 'idle' : leased ? 'at work' : 'waits for the link',
        ...(waits > 0 ? [`${waiting.control} + ${waiting.bulk} bulk wait`] : []),
      ].join(', ')
    })
    .join('; ')

const notesText = ({ site, video, lineBecause, breaker, measured, holders }: LinkRow): string =>
  [
    ...(video === undefined ? [] : [`video: ${video.because}`]),
    ...(lineBecause === undefined ? [] : [lineBecause]),
    ...(breaker.state === 'closed'
      ? []
      : [
          `breaker ${breaker.state}${breaker.because === undefined ? '' : `: ${breaker.because}`}${
            breaker.until === undefined ? '' : `, tried at ${clockText(site.timeZone, breaker.until)}`
          }`,
        ]),
    ...holders.flatMap(({ bulkHeld }) => (bulkHeld === undefined ? [] : [`bulk waits: ${bulkHeld}`])),
    ...(measured.kbitPerS === null ? [] : [`seen ${rate(measured.kbitPerS)}`]),
  ].join('; ')

/** `18:00` of the site's clock. */
const clockText = (zone: string, instant: number): string => localTime(zone, instant).slice(11, 16)

/** `2026-11-24 18:00` of the site's clock. */
const dayText = (zone: string, instant: number): string => localTime(zone, instant).slice(0, 16)

/** Links as data: what the inventory says of each, and under `now` what is so. */
export const linksJson = (rows: readonly LinkRow[], now: number): object =>
  rows.map(({ site, inUse, window, video, next, lineBecause, ...row }) => ({
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
      window,
    },
  }))
