import { z } from 'zod'
import { nameInUrn, stackInUrn } from '../domain/urn.ts'
import type { Failure } from '../domain/failure.ts'
import type { Owner } from '../transport/wire.ts'
import type { Sight } from './observation.ts'
import { type Adopt, nameOf, type Target } from './target.ts'

/** Who a record on the host names: what a caller of this flow says of itself. */
export type { Owner } from '../transport/wire.ts'

/** Two records name the same owner when organisation, backend and resource agree. */
export const sameOwner = (a: Owner, b: Owner): boolean =>
  a.organisation === b.organisation && a.backend === b.backend && a.urn === b.urn

/** Who acts, and the URNs that the same resource had before by the program's word (Pulumi's `aliases`). */
export type Me = Owner & { readonly formerly?: readonly string[] }

/** A record of this resource, under its URN of today or one that it had before. */
export const isOurs = (owner: Owner, me: Me): boolean =>
  sameOwner(owner, me) || me.formerly?.some((urn) => sameOwner(owner, { ...me, urn })) === true

/** `ministry (urn:…, state in file:///…), since 2026-11-24 08:40 UTC`. */
export function describeOwner(o: Owner): string {
  const since = o.since === undefined ? '' : `, since ${minuteOf(o.since)} UTC`
  return `${o.organisation} (${o.urn}, state in ${o.backend})${since}`
}

/** `seconds`: since 1970. */
const minuteOf = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')

/** What `adopt` must be for a thing to be taken from its owner: the URN, or the backend where the URNs are the same. */
export const nameToTakeFrom = (owner: Owner, me: Owner): string =>
  owner.urn === me.urn ? owner.backend : owner.urn

const names = (adopt: Adopt, owner: Owner): boolean => adopt === owner.urn || adopt === owner.backend

/** The record that an act writes: since when it is ours, and whether it was there before. */
export function recordOf(
  { formerly = [], since: now, ...base }: Me,
  { found, owner }: Sight,
  operation: string,
): Owner {
  const ours = owner !== null && isOurs(owner, { ...base, formerly })
  const since = ours ? owner.since : now
  // What was there and gone since is made anew, so it is of our making from then on.
  const adopted = found !== null && (ours ? owner.adopted === true : true)
  return {
    ...base,
    operation,
    ...(since === undefined ? {} : { since }),
    ...(adopted ? { adopted } : {}),
  }
}

/** It was there before, was taken over, and nobody has made it anew since. */
export const wasAdopted = (sight: Sight): boolean => sight.owner?.adopted === true

/** Something that exists must be ours on the host's own record before anything is done to it, or be adopted. */
export function foreignTo(target: Target, sight: Sight, me: Me): Failure | undefined {
  const base = { kind: 'exists', host: target.host, resource: nameOf(target) } as const
  const { owner } = sight
  if (owner !== null) {
    if (isOurs(owner, me) || names(target.adopt, owner)) return undefined
    if (sameStack(owner, me)) return anotherResource(target, owner)
    const theirs = { ...base, owner: describeOwner(owner), takeFrom: nameToTakeFrom(owner, me) }
    return sight.found === null ? { ...theirs, gone: true } : theirs
  }
  return sight.found === null || adopts(target, sight) ? undefined : { ...base, owner: undefined }
}

const sameStack = (owner: Owner, me: Owner): boolean =>
  sameOwner({ ...owner, urn: me.urn }, me) && stackInUrn(owner.urn) === stackInUrn(me.urn)

/** What has this name on the host is another resource of the same stack: also where two change places. */
function anotherResource(target: Target, { urn }: Owner): Failure {
  const other = nameInUrn(urn)
  return {
    kind: 'refused',
    host: target.host,
    resource: nameOf(target),
    rule: 'another-resource',
    because: `it is there as ${other} of this same stack`,
    fix: `A name on a host is free only once what has it is gone or goes by another one: let ${other} go (two that change places: one of them to a third name) in an up of its own, then run this. If it is ${other} by a new name, say so: aliases: [{ name: '${other}' }].`,
  }
}

/** What is no longer ours is not removed, whatever the program once said of adopting it. */
export function notOursToRemove(target: Target, { found, owner }: Sight, me: Me): Failure | undefined {
  if (found === null || (owner !== null && isOurs(owner, me))) return undefined
  if (owner === null && target.loaded.kind.builtIn === true) return undefined
  return {
    kind: 'refused',
    host: target.host,
    resource: nameOf(target),
    rule: 'not-ours',
    because:
      owner === null
        ? 'it is there, but the host has no record that it is ours'
        : `it belongs to ${describeOwner(owner)} now`,
    fix: `It stays. Take it out of this stack's state only: pulumi state delete '${target.urn}'.`,
  }
}

/** A thing without a record is taken over when told so; what is part of Windows, without being told. */
export const adopts = (target: Target, sight: Sight): boolean =>
  target.adopt !== false || (target.loaded.kind.builtIn === true && sight.owner === null)

/** The host was installed anew since: nothing on it is what the state knows. */
export function anotherMachine(target: Target, sight: Sight): Failure | undefined {
  if (target.machine === undefined || sight.machine === undefined || target.machine === sight.machine) {
    return undefined
  }
  return {
    kind: 'refused',
    host: target.host,
    resource: nameOf(target),
    rule: 'another-machine',
    because: `${target.host} is another installation of Windows (${sight.machine}) than the one that the state knows (${target.machine}), so it ${sight.found === null ? 'is not there' : 'is another one'}`,
    fix: 'If the host was re-installed, run chancery refresh for its site: the state then knows what is there now, and up makes the rest.',
  }
}

/** What can't be had again, and is gone though nobody of ours removed it: our record of it is still there. */
export function goneByHand(target: Target, { found, owner }: Sight): Failure | undefined {
  const removedByUs = owner === null || owner.operation === 'delete'
  if (!target.loaded.kind.irreplaceable || target.recorded === undefined || found !== null || removedByUs) {
    return undefined
  }
  return {
    kind: 'refused',
    host: target.host,
    resource: nameOf(target),
    rule: 'gone',
    because: 'it was there and is gone: moved, renamed or removed by hand',
    fix: `Bring it back to where it is declared, or declare where it is now. If another one, new and empty, is meant to take its place, name it: --allow-data-loss '${nameOf(target)}'.`,
  }
}

/** A record as it lies in a file. */
export const ownerShape = z.object({
  organisation: z.string(),
  backend: z.string(),
  urn: z.string(),
  operation: z.string(),
  since: z.number().exactOptional(),
  adopted: z.boolean().exactOptional(),
})
