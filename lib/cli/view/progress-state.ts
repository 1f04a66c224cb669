import type { Event } from '../../domain/event.ts'
import type { Site } from '../../domain/site.ts'
import type { SiteOutcome } from '../../domain/outcome.ts'
import { deliveryText } from './delivery-text.ts'

/** Where a run over several sites stands: what each site is doing now, and what crossed its link so far. */
export type ProgressState = {
  readonly sites: ReadonlyMap<string, SiteProgress>
  readonly siteOfHost: ReadonlyMap<string, string>
}

export type SiteProgress = {
  /** `waiting` before its first event; then the last thing that happened, in words. */
  readonly doing: string
  /** Resources that are as wanted now, changed or not. */
  readonly settled: number
  readonly failed: number
  readonly bytesUp: number
  readonly bytesDown: number
  readonly outcome: SiteOutcome | undefined
}

export function startProgress(sites: readonly Pick<Site, 'id' | 'hosts'>[]): ProgressState {
  const fresh: SiteProgress = {
    doing: 'waiting',
    settled: 0,
    failed: 0,
    bytesUp: 0,
    bytesDown: 0,
    outcome: undefined,
  }
  return {
    sites: new Map(sites.map(({ id }) => [id, fresh])),
    siteOfHost: new Map(sites.flatMap(({ id, hosts }) => hosts.map((host) => [host.id, id]))),
  }
}

/** The site that an event is about; undefined for one that this run doesn't cover. */
export function siteOf(state: ProgressState, event: Event): string | undefined {
  switch (event.kind) {
    case 'site':
      return event.site
    case 'breaker':
    case 'line':
      return event.link
    default:
      return state.siteOfHost.get(event.host)
  }
}

/** The state after an event. */
export function advance(state: ProgressState, event: Event): ProgressState {
  const site = siteOf(state, event)
  const before = site === undefined ? undefined : state.sites.get(site)
  if (site === undefined || before === undefined) return state
  return { ...state, sites: new Map(state.sites).set(site, { ...before, ...changeBy(event, before) }) }
}

function changeBy(event: Event, before: SiteProgress): Partial<SiteProgress> {
  switch (event.kind) {
    case 'link':
      return { doing: event.detail === undefined ? event.state : `${event.state}: ${event.detail}` }
    case 'breaker':
      return event.state === 'open' ? { doing: `pausing: ${event.because}` } : {}
    case 'line':
      return { doing: `${event.state}: ${event.because}` }
    case 'exchange':
      return { bytesUp: before.bytesUp + event.bytesUp, bytesDown: before.bytesDown + event.bytesDown }
    case 'delivery':
      return { doing: deliveryText(event) }
    case 'step':
      return event.state === 'started' ? { doing: `${event.resource}: ${event.step}` } : {}
    case 'resource':
      return typeof event.result === 'string'
        ? { settled: before.settled + 1 }
        : { failed: before.failed + 1 }
    case 'site':
      return { outcome: event.outcome }
    case 'warning':
      return {}
  }
}
