import type { Failure } from '../domain/failure.ts'
import { describeHolder } from '../link/holder.ts'
import { LeaseLost, LeaseStoreUnusable } from '../link/lease-failure.ts'
import type { Managed } from './wire.ts'

/** What a lost lease, or a store of leases that can't be used, means to a person; nothing when the cause is another. */
export function fencedBy(host: string, cause: unknown): Failure | undefined {
  if (cause instanceof FencedByHost) return { kind: 'fenced', host, by: cause.by, at: cause.at }
  if (cause instanceof LeaseStoreUnusable) return { kind: 'leases', host, detail: cause.message }
  if (!(cause instanceof LeaseLost)) return undefined
  const { by } = cause
  return {
    kind: 'fenced',
    host,
    by: by && describeHolder(by),
    at: by && new Date(by.since).toISOString(),
  }
}

/** What a host's refusal of a frame for its sender means. `lost`: a later holder of the lease has come, so the link is used no more. */
export function fencedFor(
  host: string,
  link: string,
  managed: Partial<Managed>,
  from: string | undefined,
): { readonly failure: Failure; readonly lost?: FencedByHost } {
  if (managed.from !== from || managed.from === undefined) {
    const { from: elsewhere, by, since } = managed
    return { failure: { kind: 'managed', host, from: elsewhere, by, since } }
  }
  const at = managed.at === undefined ? undefined : `${managed.at} (its clock, UTC)`
  const lost = new FencedByHost(host, link, managed.by, at)
  return { failure: { kind: 'fenced', host, by: managed.by, at }, lost }
}

/** A host has seen a later holder of its link's lease. */
class FencedByHost extends Error {
  readonly by: string | undefined
  readonly at: string | undefined
  constructor(host: string, link: string, by: string | undefined, at: string | undefined) {
    super(`${host} has heard of a later holder of link ${link}`)
    this.by = by
    this.at = at
  }
}
