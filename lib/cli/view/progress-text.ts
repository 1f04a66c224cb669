import type { Event } from '../../domain/event.ts'
import { describeFailure } from '../../domain/failure.ts'
import type { SiteOutcome } from '../../domain/outcome.ts'
import { deliveryText } from './delivery-text.ts'
import { noPaint, type Paint } from './paint.ts'
import { type ProgressState, siteOf } from './progress-state.ts'
import { cut } from './text.ts'
import { bytes, duration, plural } from './units.ts'

export const outcomeColors = {
  done: 'green',
  failed: 'red',
  unreachable: 'yellow',
  deferred: 'cyan',
} as const

/** What a person reads later in a log: one line, or undefined for what is of interest only while it happens. */
export function logText(state: ProgressState, event: Event): string | undefined {
  const site = siteOf(state, event)
  const words = wordsOf(event)
  return site === undefined || words === undefined ? undefined : `${site}  ${words}`
}

function wordsOf(event: Event): string | undefined {
  switch (event.kind) {
    case 'link':
      if (event.state === 'waiting' || event.state === 'connecting' || closedByUs(event)) return undefined
      return `${event.host} ${event.state}${event.detail === undefined ? '' : `: ${event.detail}`}`
    case 'breaker':
      return event.state === 'half-open' ? undefined : `breaker ${event.state}: ${event.because}`
    case 'line':
      return `${event.state}: ${event.because}`
    case 'exchange':
    case 'step':
      return undefined
    case 'delivery':
      return event.state === 'sending' && event.tenth !== true
        ? undefined
        : `${event.host} ${deliveryText(event)}`
    case 'warning':
      return `${event.host} ${event.resource} warns: ${event.message}`
    case 'resource':
      if (event.result === 'same') return undefined
      // The site's own line says it once.
      if (typeof event.result === 'object' && event.result.kind === 'interrupted') return undefined
      return event.result === 'done' ? `${event.host} ${event.resource} done` : describeFailure(event.result)
    case 'site':
      return `${event.outcome}${event.because === undefined ? '' : `: ${event.because}`}`
  }
}

/** A connection that this program ended, being idle or done, is no news. */
const closedByUs = (event: Extract<Event, { kind: 'link' }>): boolean =>
  event.state === 'closed' && (event.detail === 'idle' || event.detail === 'closed by this program')

/** The lines that are redrawn: a line over all sites, then the sites at work, at most `rows` of them. */
export function liveText(
  state: ProgressState,
  view: { readonly width: number; readonly rows: number; readonly elapsedMs: number; readonly paint?: Paint },
): readonly string[] {
  const paint = view.paint ?? noPaint
  const all = [...state.sites.entries()]
  const working = all.filter(([, site]) => site.outcome === undefined && site.doing !== 'waiting')
  const shown = working.slice(0, view.rows)
  const idWidth = Math.max(0, ...shown.map(([id]) => id.length))
  const hidden = working.length - shown.length
  return [
    paint('bold', cut(headline(state, view.elapsedMs), view.width)),
    ...shown.map(([id, site]) => cut(`  ${id.padEnd(idWidth)}  ${tally(site)}${site.doing}`, view.width)),
    ...(hidden > 0 ? [paint('dim', cut(`  and ${plural(hidden, 'more site')} at work`, view.width))] : []),
  ]
}

const tally = ({ settled, failed }: { readonly settled: number; readonly failed: number }): string =>
  settled + failed === 0 ? '' : `${settled} settled${failed > 0 ? `, ${failed} failed` : ''}; `

function headline(state: ProgressState, elapsedMs: number): string {
  const all = [...state.sites.values()]
  const outcomes: readonly SiteOutcome[] = ['done', 'failed', 'unreachable', 'deferred']
  const ended = outcomes.flatMap((outcome) => {
    const count = all.filter((site) => site.outcome === outcome).length
    return count > 0 ? [`${count} ${outcome}`] : []
  })
  const open = all.filter((site) => site.outcome === undefined).length
  const up = all.reduce((sum, site) => sum + site.bytesUp, 0)
  const down = all.reduce((sum, site) => sum + site.bytesDown, 0)
  return [
    plural(all.length, 'site'),
    duration(elapsedMs),
    ...ended,
    ...(open > 0 ? [`${open} open`] : []),
    `${bytes(up)} up`,
    `${bytes(down)} down`,
  ].join(' · ')
}
