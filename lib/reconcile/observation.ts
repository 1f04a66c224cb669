import type { Failure } from '../domain/failure.ts'
import type { JsonObject } from '../domain/json.ts'
import { errorIds } from '../kinds/kind.ts'
import type { Owner, Reply, WireError } from '../transport/wire.ts'
import { nameOf, type Target } from './target.ts'

/** What a look at one thing gave. */
export type Observation =
  | Sight
  /** Neither absent nor present: it could not be looked at. */
  | { readonly state: 'unobservable'; readonly failure: Failure }

export type Sight = {
  readonly state: 'seen'
  readonly hash: string
  readonly found: JsonObject | null
  readonly owner: Owner | null
  /** MachineGuid of the host that was looked at, where it says it. */
  readonly machine?: string | undefined
}

/** Reads the host's answer to an observe. `machine`: which installation of Windows answered. */
export function observationOf(target: Target, reply: Reply, machine?: string): Observation {
  if (reply.ok && reply.op !== 'ping') {
    const seen = sightOf(target, reply)
    return machine === undefined || seen.state !== 'seen' ? seen : { ...seen, machine }
  }
  if (!reply.ok && reply.why === 'error')
    return { state: 'unobservable', failure: unobservable(target, reply.error) }
  throw new Error(`Internal error: an observe was answered with ${JSON.stringify(reply)}`)
}

/** Holds what the host printed against the shape that the kind declares. */
export function sightOf(
  target: Target,
  seen: { readonly hash: string; readonly seen: JsonObject | null; readonly owner: Owner | null },
): Observation {
  if (seen.seen === null) return { state: 'seen', hash: seen.hash, found: null, owner: seen.owner }
  const parsed = target.loaded.kind.found.safeParse(seen.seen)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    const failure: Failure = {
      kind: 'unobservable',
      host: target.host,
      resource: nameOf(target),
      because: `observe.ps1 of ${target.loaded.kind.token} printed ${issue.path.join('.')}: ${issue.message}`,
    }
    return { state: 'unobservable', failure }
  }
  return { state: 'seen', hash: seen.hash, found: parsed.data, owner: seen.owner }
}

/** A missing command means the feature is not active yet; anything else is said as it is. Never "absent". */
function unobservable(target: Target, error: WireError): Failure {
  const feature = target.loaded.kind.needsFeature
  const base = { host: target.host, resource: nameOf(target) }
  if (feature !== undefined && error.fqid.startsWith('CommandNotFoundException')) {
    return {
      kind: 'deferred',
      ...base,
      because: `the Windows feature ${feature} is not active on ${target.host} yet`,
      fix: `Install ${feature} (a Feature resource), restart with chancery restart, then run again.`,
    }
  }
  if (error.fqid.split(',')[0] === errorIds.notYet) {
    return { kind: 'deferred', ...base, because: error.message, fix: 'Run again when it is there.' }
  }
  return { kind: 'unobservable', ...base, because: `${error.message} (${error.fqid}, ${error.category})` }
}
