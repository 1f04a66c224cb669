import {
  type Digests,
  differing,
  type PlanDocument,
  type PlanPart,
  type ResourcePlan,
  type SitePlan,
} from '../../reconcile/plan-file/index.ts'
import { type Leaf, unlike } from './flat.ts'

const grounds = ['inventory', 'program', 'state'] as const

/** One way in which two plans differ. `a`, `b`: what each says, as JSON; absent where it says nothing. */
export type PlanDifference = {
  /** Undefined: it is about the whole plan. */
  readonly site?: string
  readonly host?: string
  readonly resource?: string
  /** `create, step 1 write`; undefined: it is about the resource, the site or the plan. */
  readonly step?: string
  /** Of what the plan rests on: digests are all that is said of it. */
  readonly restsOn?: (typeof grounds)[number]
  /** Path within that: `params.content`. Empty: it is in one of them only. */
  readonly what: string
  readonly a?: string
  readonly b?: string
}

/** What differs between two plans, by site, resource and step. When, by whom and at which cost doesn't count. */
export function comparePlans(a: PlanDocument, b: PlanDocument): readonly PlanDifference[] {
  const sites = paired(a.sites, b.sites, ({ site }) => site)
  return [
    ...unlike(wholeOf(a, b), wholeOf(b, a)).map(at({})),
    ...sites.flatMap(([site, before, after]) => compareSite(site, before, after)),
  ]
}

const wholeOf = (
  { operation, organisation, backend, program, rollout, allowDataLoss, versions, key }: PlanDocument,
  other: PlanDocument,
): object => ({
  operation,
  organisation,
  backend,
  program,
  rollout,
  versions: { ...versions, scripts: sharedScripts(versions.scripts, other.versions.scripts) },
  passphrase: key,
  ...(allowDataLoss.length === 0
    ? {}
    : { mayLose: Object.fromEntries(allowDataLoss.map((name) => [name, true])) }),
})

/** Scripts of kinds that the other plan has too: of the others the resources tell. */
function sharedScripts(scripts: Digests, others: Digests): Digests {
  const kindOf = (script: string): string => script.slice(0, script.lastIndexOf('/'))
  const kinds = new Set(Object.keys(others).map(kindOf))
  return Object.fromEntries(Object.entries(scripts).filter(([name]) => kinds.has(kindOf(name))))
}

type Where = Omit<PlanDifference, 'what' | 'a' | 'b'>

const at =
  (where: Where) =>
  ({ path, a, b }: Leaf): PlanDifference => ({
    ...where,
    what: path,
    ...(a === undefined ? {} : { a }),
    ...(b === undefined ? {} : { b }),
  })

const onlyIn = (where: Where, a: object | undefined, b: object | undefined): readonly PlanDifference[] =>
  a === undefined || b === undefined
    ? [{ ...where, what: '', ...(a === undefined ? { b: 'planned' } : { a: 'planned' }) }]
    : []

function compareSite(
  site: string,
  a: SitePlan | undefined,
  b: SitePlan | undefined,
): readonly PlanDifference[] {
  if (a === undefined || b === undefined) return onlyIn({ site }, a, b)
  const rest = ({ stack, link, commands }: SitePlan): object => ({
    stack,
    link,
    commands: Object.fromEntries(commands.map((one) => [`${one.operation} ${one.urn}`, one])),
  })
  return [
    ...paired(a.resources, b.resources, ({ urn }) => urn).flatMap(([, before, after]) =>
      compareResource(site, before, after),
    ),
    ...unlike(rest(a), rest(b)).map(at({ site })),
    ...grounds.flatMap((of) =>
      differing(a.restsOn[of], b.restsOn[of]).map(({ name }): PlanDifference => {
        const before = a.restsOn[of][name]
        const after = b.restsOn[of][name]
        const says = (digest: string | undefined, key: 'a' | 'b') =>
          digest === undefined ? {} : { [key]: digest }
        return { site, restsOn: of, what: name, ...says(before, 'a'), ...says(after, 'b') }
      }),
    ),
  ]
}

function compareResource(
  site: string,
  a: ResourcePlan | undefined,
  b: ResourcePlan | undefined,
): readonly PlanDifference[] {
  const one = a ?? b
  if (one === undefined) return []
  const where: Where = { site, host: one.host, resource: one.name }
  if (a === undefined || b === undefined) return onlyIn(where, a, b)
  const rest = ({ kind, host, name, after }: ResourcePlan): object => ({ kind, host, name, after })
  return [
    ...unlike(rest(a), rest(b)).map(at(where)),
    ...paired(a.parts, b.parts, ({ operation }) => operation).flatMap(([operation, before, after]) =>
      comparePart({ ...where, step: operation }, before, after),
    ),
  ]
}

function comparePart(
  where: Where,
  a: PlanPart | undefined,
  b: PlanPart | undefined,
): readonly PlanDifference[] {
  if (a === undefined || b === undefined) return onlyIn(where, a, b)
  const stepsOf = (part: PlanPart) => (part.do === 'act' ? part.steps : [])
  /** The reason of an act is that of its steps, which are compared one by one. */
  const without = (part: PlanPart): object =>
    stepsOf(part).length > 0 ? { ...part, because: '', steps: [] } : { ...part, steps: [] }
  const before = stepsOf(a)
  const after = stepsOf(b)
  const steps = Array.from({ length: Math.max(before.length, after.length) }, (_, i) => i).flatMap((i) => {
    const step = `${where.step}, step ${i + 1} ${before[i]?.verb ?? after[i]?.verb}`
    const one = before[i]
    const other = after[i]
    return one === undefined || other === undefined
      ? onlyIn({ ...where, step }, one, other)
      : unlike(one, other).map(at({ ...where, step }))
  })
  return [...unlike(without(a), without(b)).map(at(where)), ...steps]
}

/** Items of two lists by their key, in order of key. */
function paired<T>(
  a: readonly T[],
  b: readonly T[],
  key: (item: T) => string,
): readonly (readonly [string, T | undefined, T | undefined])[] {
  const before = new Map(a.map((item) => [key(item), item]))
  const after = new Map(b.map((item) => [key(item), item]))
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((name) => [name, before.get(name), after.get(name)])
}
