import type { Failure } from '../../domain/failure.ts'
import { ok, type Result } from '../../domain/result.ts'
import { nameInUrn, stackInUrn } from '../../domain/urn.ts'
import type { Made } from '../../engine/take-in.ts'
import { idOf } from '../../provider/resource-state.ts'
import { unwrap } from '../../provider/wire-values.ts'
import type { Observations } from '../../reconcile/look.ts'
import { lookAll } from '../../reconcile/look.ts'
import type { Owner } from '../../reconcile/ownership.ts'
import { keyOf, nameOf, type Target } from '../../reconcile/target.ts'
import { recordName } from '../import/host-list.ts'
import { brokenOff, programOption } from '../resolve/earlier.ts'
import { isCommand } from '../resolve/judge.ts'
import { openCommands } from '../resolve/open-commands.ts'
import type { HostRecords } from '../resolve/records.ts'
import type { Begun, SiteRun } from './one-site.ts'
import { targetOf } from './targets.ts'
import type { PreviewRow } from './types.ts'

/** What earlier runs made at a site, or began to, without its state knowing how that ended. */
export type Unstored = {
  /** Ours by the host's own record, dependencies first: a removal takes them with it. */
  readonly things: readonly { readonly resource: Begun; readonly made: Made }[]
  /** URNs of creations that the state has as begun and of which the host shows nothing of ours. */
  readonly gone: readonly string[]
  /** What can't be taken with it: the removal is refused, and says what to run first. */
  readonly refused: readonly PreviewRow[]
}

export const nothingUnstored: Unstored = { things: [], gone: [], refused: [] }

type Candidate = {
  readonly resource: Begun
  readonly target: Target
  readonly registered?: Made['registered']
}

/**
 * Finds what a removal would leave behind: things on record as this stack's on the hosts that its state does not have. What they are is
 * said by what the state has as begun, else by the program. `records` of each host, as they were read with the look.
 */
export async function findUnstored(
  run: SiteRun,
  observations: Observations,
  records: ReadonlyMap<string, HostRecords>,
): Promise<Result<Unstored, Failure>> {
  const begun = begunOf(run)
  const stored = new Set(storedTargets(run).map(placeOf))
  const orphans = [...records].flatMap(([host, owners]) =>
    [...owners]
      .filter(([name, owner]) => isOfStack(run, owner) && !stored.has(`${host}|${name}`))
      .map(([name, owner]) => ({ host, name, owner, place: `${host}|${name}` })),
  )
  const known = new Map(begun.map((one) => [placeOf(one.target), one]))
  const open = orphans.filter(({ place }) => !known.has(place))
  if (open.length > 0) {
    const declared = await declaredCandidates(run)
    const found = declared.filter(({ target }) => open.some(({ place }) => place === placeOf(target)))
    const looked = await lookAll(
      (host) => run.fleet.batch(host),
      found.map(({ target }) => target),
      observations,
      run.abort,
    )
    if (!looked.ok) return looked
    for (const one of found) known.set(placeOf(one.target), one)
  }
  const ours = orphans.flatMap(({ place }) => known.get(place) ?? [])
  const urns = new Set(ours.map(({ resource }) => resource.urn))
  return ok({
    things: dependenciesFirst(ours).map(({ resource, target, registered }) => ({
      resource,
      made: { urn: resource.urn, id: idOf(target), ...(registered === undefined ? {} : { registered }) },
    })),
    gone: begun.map(({ resource }) => resource.urn).filter((urn) => !urns.has(urn)),
    refused: [
      ...orphans.filter(({ place }) => !known.has(place)).map((one) => leftBehind(run, one)),
      ...ours.filter(needsTheState).map(({ target }) => notYetStored(run, target)),
      ...unknownCommands(run),
    ],
  })
}

/** What the state has as begun, by what it wants; a thing that was removed to be made anew, by what is known of either. */
function begunOf(run: SiteRun): readonly Candidate[] {
  const all = [
    ...run.recorded.filter(({ urn }) => run.halves.has(urn)).map((one) => ({ ...one, dependencies: [] })),
    ...run.begun,
  ]
  const candidates = all.flatMap((resource) =>
    // Nothing of it was ever seen under this name.
    targetOf(run.catalogue, resource, resource.urn, {}).map((target) => ({
      resource: { ...resource, outputs: resource.inputs },
      target,
    })),
  )
  return [...new Map(candidates.map((one) => [one.resource.urn, one])).values()]
}

/** Things that a look has to see so that it can be told which of them are there. */
export const begunTargets = (run: SiteRun): readonly Target[] => begunOf(run).map(({ target }) => target)

const storedTargets = ({ catalogue, recorded, halves }: SiteRun): readonly Target[] =>
  recorded
    .filter(({ urn }) => !halves.has(urn))
    .flatMap((one) => targetOf(catalogue, one, one.urn, one.outputs))

/** What the program declares. Secrets are not needed to remove a thing, and go into no state from here. */
async function declaredCandidates(run: SiteRun): Promise<readonly Candidate[]> {
  const collected = await run.collectNow()
  if (!collected.ok) return []
  return collected.value.flatMap(({ urn, type, name, inputs: all, parent, dependencies, protect }) => {
    const { secrets } = unwrap(all)
    const inputs = Object.fromEntries(Object.entries(all).filter(([property]) => !secrets.has(property)))
    const resource: Begun = { urn, type, name, inputs, outputs: inputs, protect, dependencies }
    return targetOf(run.catalogue, resource, urn, {}).map((target) => ({
      resource,
      target,
      registered: { type, inputs, parent, dependencies },
    }))
  })
}

/** A host and the name of a record on it. */
const placeOf = (target: Target): string => `${target.host}|${recordName(keyOf(target))}`

const isOfStack = ({ request, place }: SiteRun, owner: Owner): boolean =>
  owner.organisation === request.estate.organisation &&
  owner.backend === place.backendUrl &&
  stackInUrn(owner.urn) === place.stack

/** Pure. What depends on each other in a circle stays as it came. */
function dependenciesFirst(all: readonly Candidate[]): readonly Candidate[] {
  const left = [...all]
  const ordered: Candidate[] = []
  while (left.length > 0) {
    const waits = (one: Candidate): boolean =>
      one.resource.dependencies.some((urn) => left.some(({ resource }) => resource.urn === urn))
    const next = left.findIndex((one) => !waits(one))
    ordered.push(...left.splice(Math.max(0, next), 1))
  }
  return ordered
}

type Orphan = { readonly host: string; readonly name: string; readonly owner: Owner }

function leftBehind(run: SiteRun, { host, name, owner }: Orphan): PreviewRow {
  const intent = brokenOff(run.place.workFolder)
    .flatMap(({ open }) => open)
    .find((one) => one.host === host && recordName(one.key) === name)
  const what = nameInUrn(owner.urn)
  const resource = intent === undefined ? what : `${what} (${intent.key})`
  return row(owner.urn, {
    kind: 'refused',
    host,
    resource,
    rule: 'not-in-state',
    because: `the host has it on record as this stack's (${owner.operation}), and neither the state nor the program have it, so it would stay behind`,
    fix: `Declare it again and run chancery up ${run.site.id}${programOption(run.request.program)}, which takes it up; then destroy. Where it is gone from the host, remove the record there: C:\\ProgramData\\Chancery\\owned\\${name}.json.`,
  })
}

/** What holds data goes only when it is named, and named can be what the state has. */
const needsTheState = ({ target, registered }: Candidate): boolean =>
  registered !== undefined && target.loaded.kind.holdsData

const notYetStored = (run: SiteRun, target: Target): PreviewRow =>
  row(target.urn, {
    kind: 'refused',
    host: target.host,
    resource: nameOf(target),
    rule: 'not-in-state',
    because: 'an earlier run made it and its state does not have it yet, and it holds data',
    fix: `Run chancery up ${run.site.id}${programOption(run.request.program)} first, which takes it up; then destroy.`,
  })

/** A free command that was begun: what it did, and so what takes it back, no look can tell. */
function unknownCommands(run: SiteRun): readonly PreviewRow[] {
  const { site, place, request, begunCommands, recorded } = run
  const sent = brokenOff(place.workFolder).flatMap(({ open }) => open.filter(isCommand))
  const stored = new Set(recorded.map(({ urn }) => urn))
  const urns = new Set([...begunCommands, ...sent.map(({ urn }) => urn)])
  const words = openCommands({ site: site.id, program: request.program }, place.workFolder, begunCommands)
  return [...urns]
    .filter((urn) => !stored.has(urn))
    .flatMap((urn): readonly PreviewRow[] => {
      const word = words.of(urn)
      if (word === undefined || word.what === 'not-done') return []
      const host = sent.find((one) => one.urn === urn)?.host ?? site.hosts[0]?.id ?? site.id
      const fix =
        word.what === 'unknown'
          ? word.fix
          : `Run chancery up ${site.id}${programOption(request.program)} first, which takes it into the state; then destroy.`
      const because = `${word.because}; the state does not have it, so nothing would take it back`
      const refused = { kind: 'refused', host, resource: `Command ${nameInUrn(urn)}`, because, fix } as const
      return [row(urn, { ...refused, rule: 'outcome-unknown' })]
    })
}

const row = (
  urn: string,
  failure: Failure & { readonly resource: string; readonly host: string },
): PreviewRow => ({
  name: failure.resource,
  host: failure.host,
  urn,
  change: 'fail',
  because: [],
  effects: [],
  failure,
})
