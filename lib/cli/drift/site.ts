import type { Failure } from '../../domain/failure.ts'
import { ok, type Result } from '../../domain/result.ts'
import type { Site } from '../../domain/site.ts'
import { observe } from '../../reconcile/act.ts'
import type { Owner } from '../../reconcile/decide.ts'
import type { Observation } from '../../reconcile/observation.ts'
import { nameOf, type Target } from '../../reconcile/target.ts'
import { outcomeOf } from '../run/classify.ts'
import type { Fleet } from '../run/fleet.ts'
import type { Applied, AppliedStack } from './declared.ts'
import { judge } from './judge.ts'
import { type Glance, keepMemory, readMemory, remember } from './since.ts'
import { isDrift, type DriftRequest, type Judged, type ResourceDrift, type SiteDrift } from './types.ts'

/** Looks at every host of a site once and says what is not as it was applied. Writes the memory of the stack, and nothing else. */
export async function driftAt(
  request: DriftRequest,
  fleet: Fleet,
  site: Site,
  home: { readonly backendUrl: string; readonly workFolder: string },
  stack: AppliedStack,
): Promise<SiteDrift> {
  const me = (urn: string): Owner => ({
    organisation: request.estate.organisation,
    backend: home.backendUrl,
    urn,
    operation: '',
  })
  // Asked for at once: what is for one host travels as one frame.
  const looked = await Promise.all(
    stack.applied.map(async (one) => ({ one, seen: await look(request, fleet, one.target) })),
  )
  const judged = looked.map(({ one, seen }) => ({ one, judged: judgedOf(one, seen, me(one.target.urn)) }))
  const now = request.clock.now()
  const { memory, lost } = readMemory(home.workFolder)
  if (lost !== undefined)
    request.note(`${site.id}: ${lost} can't be read as one of ours, so "since" begins anew. It is replaced.`)
  const present = new Set(stack.applied.map(({ target }) => target.urn))
  const remembered = remember(memory, judged.flatMap(glanceOf), present, now)
  keepMemory(home.workFolder, remembered.memory)
  const resources = judged.map(({ one: { target }, judged }): ResourceDrift => ({
    host: target.host,
    name: nameOf(target),
    urn: target.urn,
    ...judged,
    since: remembered.since.get(target.urn) ?? new Map(),
  }))
  const failures = distinct([
    ...resources.flatMap(({ verdict }) =>
      verdict.is === 'unseen' || verdict.is === 'unsettled' ? [verdict.failure] : [],
    ),
    ...stack.strange.map(({ urn, because }) => strangeFailure(site, urn, because)),
    ...stack.pending.map((urn) => pendingFailure(site, urn)),
  ])
  return {
    site,
    at: now,
    ...outcomeOf(failures),
    failures,
    resources: [...resources].sort(byHostAndName),
    commands: stack.commands,
    applied: stack.exists,
  }
}

const collator = new Intl.Collator('en', { numeric: true })
const byHostAndName = (a: ResourceDrift, b: ResourceDrift): number =>
  collator.compare(a.host, b.host) || collator.compare(a.name, b.name)

async function look(
  { abort }: DriftRequest,
  fleet: Fleet,
  target: Target,
): Promise<Result<Observation, Failure>> {
  return abort.aborted
    ? ok({ state: 'unobservable', failure: { kind: 'interrupted', host: target.host } })
    : observe(fleet.batch(target.host), target, abort)
}

function judgedOf({ target, secrets }: Applied, seen: Result<Observation, Failure>, me: Owner): Judged {
  return seen.ok
    ? judge(target, seen.value, me, secrets)
    : { verdict: { is: 'unseen', failure: seen.error }, accepted: [], ignored: [] }
}

/** What the memory learns; nothing of what could not be seen. */
function glanceOf({ one, judged }: { readonly one: Applied; readonly judged: Judged }): readonly Glance[] {
  const { verdict, accepted } = judged
  if (verdict.is === 'unseen' || verdict.is === 'unsettled') return []
  const drifts =
    verdict.is === 'drifted'
      ? verdict.properties.map(({ property }) => property)
      : isDrift(judged)
        ? ['']
        : []
  const names = [...new Set([...drifts, ...accepted.map(({ drift }) => drift.property)])]
  return [{ urn: one.target.urn, drifts: names, applied: one.at }]
}

/** One link that is lost hides many resources in the same words. */
const distinct = (failures: readonly Failure[]): readonly Failure[] => [
  ...new Map(failures.map((failure) => [JSON.stringify(failure), failure])).values(),
]

const shortName = (urn: string): string => urn.slice(urn.lastIndexOf('::') + 2)

const strangeFailure = (site: Site, urn: string, because: string): Failure => ({
  kind: 'unobservable',
  host: site.id,
  resource: shortName(urn),
  because,
})

const pendingFailure = (site: Site, urn: string): Failure => ({
  kind: 'deferred',
  host: site.id,
  resource: shortName(urn),
  because: 'an act on it was begun and its end was never written into the state',
  fix: 'Run chancery preview and up: the host is looked at before anything else.',
})
