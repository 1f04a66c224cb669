import { isDrift, type DriftReport, type PropertyDrift, type ResourceDrift, type Since } from './types.ts'

/** The report as `--json` prints it. Instants are RFC 3339; nothing of a secret is in it but that it differs. */
export const driftJson = (report: DriftReport): object => ({
  at: instant(report.at),
  drift: report.sites.some(({ resources }) => resources.some(isDrift)),
  interrupted: report.interrupted,
  sites: report.sites.map(({ site, at, outcome, because, failures, resources, commands, applied }) => ({
    site: site.id,
    at: instant(at),
    outcome,
    because: because ?? null,
    applied,
    failures,
    commands,
    asDeclared: resources.filter(({ verdict }) => verdict.is === 'as-declared').length,
    resources: resources.filter(isWorthTelling).map(resourceJson),
  })),
})

const isWorthTelling = ({ verdict, accepted, ignored }: ResourceDrift): boolean =>
  verdict.is !== 'as-declared' || accepted.length > 0 || ignored.length > 0

function resourceJson({ host, name, urn, verdict, accepted, ignored, since }: ResourceDrift): object {
  const base = { host, name, urn, is: verdict.is, since: sinceJson(since.get('')) }
  return {
    ...base,
    because: 'because' in verdict ? verdict.because : null,
    failure: 'failure' in verdict ? verdict.failure : 'refused' in verdict ? verdict.refused : null,
    properties: verdict.is === 'drifted' ? verdict.properties.map((one) => propertyJson(one, since)) : [],
    accepted: accepted.map(({ drift, reason, until }) => ({ ...propertyJson(drift, since), reason, until })),
    ignored,
  }
}

function propertyJson(one: PropertyDrift, since: ReadonlyMap<string, Since>): object {
  const at = sinceJson(since.get(one.property))
  if (one.secret) return { property: one.property, secret: true, since: at }
  const { property, declared, found, because } = one
  return { property, secret: false, declared: declared ?? null, found: found ?? null, because, since: at }
}

const sinceJson = (since: Since | undefined): object | null =>
  since === undefined
    ? null
    : {
        seen: instant(since.seen),
        asDeclared: since.asDeclared === undefined ? null : instant(since.asDeclared),
      }

const instant = (ms: number): string => new Date(ms).toISOString()
