import { z } from 'zod'
import type { Json, JsonObject } from '../domain/json.ts'
import { type Kind, nothing, type Plan, refuse } from '../kinds/kind.ts'
import type { LoadedKind } from './loaded-kind.ts'
import { parsePath, type PropertyPath, valueAt, withValueAt } from './property-path.ts'

/** An input that is left as it is found: an option of the program, or a difference that somebody accepted for a time. */
export type LeftAlone =
  | { readonly why: 'ignored'; readonly property: string }
  | {
      readonly why: 'accepted'
      readonly property: string
      readonly reason: string
      /** Last day on which it counts, `2026-12-31`. */
      readonly until: string
      /** Only this value is accepted; undefined = whatever is found. */
      readonly value?: Json
    }

/** What is to be done about a thing, and which of its differences are left. */
export type Leaving = { readonly plan: Plan; readonly left: readonly LeftAlone[] }

type AnyKind = Kind<JsonObject, JsonObject>
type Look = {
  readonly loaded: LoadedKind
  readonly want: JsonObject
  readonly leave?: readonly LeftAlone[]
}

/**
 * The plan of a kind without what is left alone. What is absent is made as declared. An input that may be unset is unset, which a
 * kind doesn't compare; another one is declared as it is found where the kind's own plan agrees that it is; where neither can be, a
 * plan that only brings about such inputs is none, and one that brings them about together with others is refused.
 */
export function planLeaving(
  { loaded, want, leave = [] }: Look,
  found: JsonObject | null,
  recorded: JsonObject | undefined,
): Leaving {
  const { kind } = loaded
  const whole = kind.plan(want, found, recorded)
  if (found === null || leave.length === 0 || whole.do === 'nothing') return { plan: whole, left: [] }
  const look = (of: JsonObject): Plan => kind.plan(of, found, recorded)
  let effective = want
  const left: LeftAlone[] = []
  /** Whole inputs that may be left, though the plan may still bring them about. */
  const meant: LeftAlone[] = []
  for (const one of leave) {
    const path = parsePath(one.property)
    if (path === undefined || !(path[0] in kind.props.shape)) continue
    const before = look(effective)
    const other = leaving(kind, effective, found, path, one, look)
    if (other !== 'counts' && path.length === 1) meant.push(one)
    if (typeof other === 'string') continue
    effective = other
    if (!samePlan(before, look(effective))) left.push(one)
  }
  const plan = look(effective)
  for (const one of [whole, plan]) {
    const held = meant.filter(({ property }) => changesOf(one).has(rootOf(property)))
    if (held.length === 0) continue
    const names = new Set(held.map(({ property }) => rootOf(property)))
    // What is not declared is brought about only with what is.
    const others = [...changesOf(one)].filter((name) => !names.has(name) && want[name] !== undefined)
    if (others.length === 0) {
      const all = [...new Set([...left, ...held])]
      return { plan: said(nothing(becauseOf(one)), all), left: all }
    }
    if (one === plan) return { plan: apart([...names], others), left }
  }
  return { plan: said(plan, left), left }
}

/** Inputs that a plan brings about, or that force a replacement. */
export const changesOf = (plan: Plan): ReadonlySet<string> =>
  new Set(
    plan.do === 'steps'
      ? plan.steps.flatMap((step) => step.changes)
      : plan.do === 'replace'
        ? plan.properties
        : [],
  )

/**
 * What was found, in the words of an input: a value of its schema that the kind's own plan takes for what is there. Undefined where
 * there is none, as with a text of which the host shows only the hash.
 */
export function foundValue(
  kind: AnyKind,
  want: JsonObject,
  found: JsonObject,
  recorded: JsonObject | undefined,
  property: string,
): Json | undefined {
  return candidates(kind, found, property).find((value) => {
    const other = validated(kind, { ...want, [property]: value })
    return other !== undefined && agrees(kind.plan(other, found, recorded), property)
  })
}

const rootOf = (property: string): string => parsePath(property)?.[0] ?? property

/** The plan says nothing against this input. */
const agrees = (plan: Plan, property: string): boolean =>
  plan.do !== 'refuse' && plan.do !== 'defer' && !changesOf(plan).has(property)

const samePlan = (a: Plan, b: Plan): boolean => JSON.stringify(a) === JSON.stringify(b)

/** What is wanted with one input left. `counts`: the accepted value is not the one that is there. `stuck`: it can't be left by itself. */
function leaving(
  kind: AnyKind,
  want: JsonObject,
  found: JsonObject,
  path: PropertyPath,
  one: LeftAlone,
  look: (want: JsonObject) => Plan,
): JsonObject | 'counts' | 'stuck' {
  const [root, ...below] = path
  if (one.why === 'accepted' && one.value !== undefined) {
    const other = validated(kind, withValueAt(want, path, one.value) as JsonObject)
    // Of a part of a list the plan tells only that the list differs: it must be content with all of it.
    const content =
      other !== undefined &&
      (below.length === 0 ? agrees(look(other), root) : settled(look(other), look(want)))
    return content ? other : 'counts'
  }
  const open = validated(kind, withValueAt(want, path, undefined) as JsonObject)
  if (open !== undefined && (below.length > 0 || open[root] === undefined)) return open
  if (below.length > 0) return 'counts'
  const there = candidates(kind, found, root)
    .map((value) => validated(kind, { ...want, [root]: value }))
    .find((other) => other !== undefined && agrees(look(other), root))
  return there ?? 'stuck'
}

/** Fewer reasons than before, and none that was not there. */
function settled(now: Plan, before: Plan): boolean {
  if (now.do === 'nothing') return true
  if (now.do !== 'steps' || before.do !== 'steps' || now.steps.length >= before.steps.length) return false
  const known = new Set(before.steps.map((step) => step.because))
  return now.steps.every((step) => known.has(step.because))
}

function validated(kind: AnyKind, want: JsonObject): JsonObject | undefined {
  const parsed = kind.props.safeParse(want)
  return parsed.success ? (parsed.data as JsonObject) : undefined
}

/** Values that an input may have and that can be named: those of a closed list, and what the observation says under its name. */
function candidates(kind: AnyKind, found: JsonObject, property: string): readonly Json[] {
  const outputs = kind.outputs(found)
  return [
    ...closedList(kind, property),
    ...[valueAt(found, [property]), valueAt(outputs, [property])].filter((value) => value !== undefined),
  ]
}

const lists = new WeakMap<AnyKind, { readonly [property: string]: readonly Json[] }>()

function closedList(kind: AnyKind, property: string): readonly Json[] {
  const known = lists.get(kind) ?? closedLists(kind)
  lists.set(kind, known)
  return known[property] ?? []
}

type Schema = {
  readonly enum?: Json[]
  readonly const?: Json
  readonly type?: Json
  readonly anyOf?: Schema[]
}

function closedLists(kind: AnyKind): { readonly [property: string]: readonly Json[] } {
  const { properties = {} } = z.toJSONSchema(kind.props, { io: 'input', unrepresentable: 'any' }) as {
    readonly properties?: { readonly [name: string]: Schema }
  }
  const values = (schema: Schema): readonly Json[] =>
    schema.anyOf?.flatMap(values) ??
    schema.enum ??
    (schema.const !== undefined ? [schema.const] : schema.type === 'boolean' ? [true, false] : [])
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, values(schema)]))
}

const becauseOf = (plan: Plan): string =>
  plan.do === 'steps' ? plan.steps.map((step) => step.because).join('; ') : plan.because

/** What is as wanted says what it leaves. */
const said = (plan: Plan, left: readonly LeftAlone[]): Plan =>
  plan.do === 'nothing' && left.length > 0
    ? nothing(`${plan.because}; left as found: ${left.map(describeLeft).join(', ')}`)
    : plan

/** `content (accepted until 2026-12-31: moved by the vendor)`. */
const describeLeft = (one: LeftAlone): string =>
  one.why === 'ignored'
    ? `${one.property} (ignoreChanges)`
    : `${one.property} (accepted until ${one.until}: ${one.reason})`

const apart = (names: readonly string[], others: readonly string[]): Plan =>
  refuse(
    'left-alone',
    `${names.join(', ')} is to be left as found, but would change together with ${others.join(', ')}`,
    `Declare ${names.join(', ')} as it is on the host, or ${others.join(', ')}, or leave both.`,
  )
