import type { JsonObject } from '../../domain/json.ts'
import { nameInUrn } from '../../domain/urn.ts'
import { canonical } from './canonical.ts'
import type {
  CommandPlan,
  Digests,
  Grounds,
  PlanPart,
  PlanVersions,
  ResourcePlan,
  SitePlan,
} from './document.ts'

/** One way in which what is so now isn't what a plan rests on. */
export type Mismatch =
  /** `what`: the part of the site's slice of the inventory. */
  | { readonly of: 'inventory'; readonly what: string }
  /** `what`: the URN of what the program registers. */
  | { readonly of: 'program'; readonly what: string; readonly is: 'new' | 'gone' | 'other' }
  /** `what`: a URN of the last checkpoint. */
  | { readonly of: 'state'; readonly what: string; readonly is: 'new' | 'gone' | 'other' }
  /** `what`: a script, or the worker. */
  | { readonly of: 'scripts'; readonly what: string; readonly is: 'new' | 'gone' | 'other' }
  | {
      readonly of: 'want'
      readonly host: string
      readonly what: string
      readonly properties: readonly string[]
    }
  | {
      readonly of: 'host'
      readonly host: string
      readonly what: string
      readonly planned: JsonObject | null
      readonly now: JsonObject | null
      readonly owner: { readonly planned: string; readonly now: string }
    }
  /** `because`: what is due now instead of what was planned. */
  | { readonly of: 'steps'; readonly host: string; readonly what: string; readonly because: string }

/** What a site's plan rests on, against what is so now: everything but the hosts. */
export function compareGrounds(planned: Grounds, now: Grounds): readonly Mismatch[] {
  return [
    ...differing(planned.inventory, now.inventory).map(({ name }): Mismatch => ({
      of: 'inventory',
      what: name,
    })),
    ...differing(planned.program, now.program).map(({ name, is }): Mismatch => ({
      of: 'program',
      what: name,
      is,
    })),
    ...differing(planned.state, now.state).map(({ name, is }): Mismatch => ({ of: 'state', what: name, is })),
  ]
}

/** The scripts that would run on a host, and the worker that runs them. What else a newer chancery brings is judged by its steps. */
export function compareVersions(planned: PlanVersions, now: PlanVersions): readonly Mismatch[] {
  const worker: readonly Mismatch[] =
    planned.worker === now.worker && planned.wire === now.wire
      ? []
      : [{ of: 'scripts', what: 'the worker on the host', is: 'other' }]
  const used = Object.fromEntries(Object.keys(planned.scripts).map((name) => [name, now.scripts[name]]))
  const held = Object.fromEntries(
    Object.entries(used).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  return [
    ...worker,
    ...differing(planned.scripts, held).map(({ name, is }): Mismatch => ({ of: 'scripts', what: name, is })),
  ]
}

/** The plan of a site as it was saved, against the one that would be made now: hosts, wants, steps. */
export function compareSites(planned: SitePlan, now: SitePlan): readonly Mismatch[] {
  const before = new Map(planned.resources.map((resource) => [resource.urn, resource]))
  const after = new Map(now.resources.map((resource) => [resource.urn, resource]))
  const urns = [...new Set([...before.keys(), ...after.keys()])]
  return [
    ...urns.flatMap((urn) => compareResources(before.get(urn), after.get(urn))),
    ...compareCommands(planned.commands, now.commands),
  ]
}

function compareResources(
  planned: ResourcePlan | undefined,
  now: ResourcePlan | undefined,
): readonly Mismatch[] {
  const one = planned ?? now
  if (one === undefined) return []
  const { host, name: what } = one
  if (planned === undefined) return [{ of: 'steps', host, what, because: 'it was not in the plan' }]
  if (now === undefined) return [{ of: 'steps', host, what, because: 'nothing would be planned for it now' }]
  const wants = [...new Set(planned.parts.flatMap((part) => otherInputs(part, partLike(now, part))))]
  if (wants.length > 0) return [{ of: 'want', host, what, properties: wants }]
  const seen = compareSights(planned, now)
  if (seen !== undefined) return [seen]
  if (canonical(planned) === canonical(now)) return []
  return [{ of: 'steps', host, what, because: otherSteps(planned, now) }]
}

const partLike = (resource: ResourcePlan, like: PlanPart): PlanPart | undefined =>
  resource.parts.find((part) => part.operation === like.operation)

function otherInputs(planned: PlanPart, now: PlanPart | undefined): readonly string[] {
  return now === undefined ? [] : differing(planned.want, now.want).map(({ name }) => name)
}

/** The first sight of it that is another one. */
function compareSights(planned: ResourcePlan, now: ResourcePlan): Mismatch | undefined {
  const sightOf = (resource: ResourcePlan) =>
    resource.parts.map((part) => part.guard).find((guard) => guard.at === 'start')
  const before = sightOf(planned)
  const after = sightOf(now)
  if (before?.at !== 'start' || after?.at !== 'start') return undefined
  if (before.expects === after.expects && before.owner === after.owner) return undefined
  return {
    of: 'host',
    host: planned.host,
    what: planned.name,
    planned: before.seen,
    now: after.seen,
    owner: { planned: before.owner, now: after.owner },
  }
}

function otherSteps(planned: ResourcePlan, now: ResourcePlan): string {
  const deeds = ({ parts }: ResourcePlan): string =>
    parts
      .map(
        (part) =>
          `${part.operation}: ${part.do === 'act' ? part.steps.map((s) => s.verb).join(', ') || 'record only' : part.do}`,
      )
      .join('; ')
  return deeds(planned) === deeds(now)
    ? 'the same steps with other parameters, reasons or order are due now'
    : `planned ${deeds(planned)}; due now ${deeds(now)}`
}

function compareCommands(planned: readonly CommandPlan[], now: readonly CommandPlan[]): readonly Mismatch[] {
  const keyed = (commands: readonly CommandPlan[]): Digests =>
    Object.fromEntries(commands.map((command) => [`${command.operation} ${command.urn}`, canonical(command)]))
  const hosts = new Map([...planned, ...now].map((c) => [`${c.operation} ${c.urn}`, c]))
  return differing(keyed(planned), keyed(now)).map(({ name, is }): Mismatch => {
    const { host, urn } = hosts.get(name)!
    const because = {
      new: 'it was not announced',
      gone: 'it would not run now',
      other: 'its text or its host is another',
    }
    return {
      of: 'steps',
      host,
      what: `Command ${nameInUrn(urn)}`,
      because: because[is],
    }
  })
}

type Differing = { readonly name: string; readonly is: 'new' | 'gone' | 'other' }

/** Names under which two tables don't say the same, in order. */
export function differing(planned: Digests, now: Digests): readonly Differing[] {
  const names = [...new Set([...Object.keys(planned), ...Object.keys(now)])].sort()
  return names.flatMap((name): readonly Differing[] => {
    const before = Object.hasOwn(planned, name) ? planned[name] : undefined
    const after = Object.hasOwn(now, name) ? now[name] : undefined
    if (before === after) return []
    return [{ name, is: before === undefined ? 'new' : after === undefined ? 'gone' : 'other' }]
  })
}
