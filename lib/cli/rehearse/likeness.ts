import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Json, JsonObject } from '../../domain/json.ts'
import type { Kind, Plan } from '../../kinds/kind.ts'

/** Inputs for which a thing comes to look as it was seen. */
export type Likeness = {
  readonly inputs: JsonObject
  /** False: the kind's own plan still finds a difference, which no input expresses. */
  readonly exact: boolean
}

type AnyKind = Kind<JsonObject, JsonObject>

/**
 * Which inputs describe what was seen, asked of the kind's own plan: a value is right when the plan for it finds nothing to do.
 * Starts from the inputs that are wanted, corrects those of which the plan finds another value, and adds those that are not
 * wanted but seen. Pure.
 */
export function likenessOf(kind: AnyKind, want: JsonObject, seen: JsonObject): Likeness {
  let best = want
  for (let pass = 0; pass < 2; pass++) {
    for (const name of names(kind)) best = corrected(kind, best, name, seen)
  }
  best = correctedTogether(kind, best, seen)
  if (costOf(kind, best, seen) > 0) return { inputs: otherwise(kind, best, seen), exact: false }
  for (let pass = 0; pass < 2; pass++) {
    for (const name of names(kind)) best = completed(kind, best, name, seen)
  }
  return { inputs: best, exact: true }
}

const names = (kind: AnyKind): readonly string[] =>
  Object.keys(kind.props.shape).filter((name) => !kind.replaceOn.includes(name))

/** How far a plan is from "nothing to do"; one that is no list of steps is out of reach. */
const lengthOf = (plan: Plan): number =>
  plan.do === 'nothing'
    ? 0
    : plan.do === 'steps'
      ? plan.steps.reduce((sum, { changes }) => sum + 1 + changes.length, 0)
      : 1_000

function costOf(kind: AnyKind, inputs: JsonObject, seen: JsonObject): number {
  const plan = planOf(kind, inputs, seen)
  return plan === undefined ? Number.POSITIVE_INFINITY : lengthOf(plan)
}

/** Undefined: these are no inputs of the kind. */
function planOf(kind: AnyKind, inputs: JsonObject, seen: JsonObject): Plan | undefined {
  const parsed = kind.props.safeParse(inputs)
  return parsed.success ? kind.plan(parsed.data as JsonObject, seen, undefined) : undefined
}

/** The inputs with the value of one property that brings the plan closest to nothing. */
function corrected(kind: AnyKind, inputs: JsonObject, name: string, seen: JsonObject): JsonObject {
  let best = inputs
  let least = costOf(kind, inputs, seen)
  if (least === 0) return inputs
  for (const value of [...candidates(kind, name, seen), undefined]) {
    const tried = withValue(inputs, name, value)
    const cost = costOf(kind, tried, seen)
    if (cost < least) [best, least] = [tried, cost]
  }
  return best
}

/** The same of two properties at once, one of which the plan names: an external switch that became private has lost its card too. */
function correctedTogether(kind: AnyKind, inputs: JsonObject, seen: JsonObject): JsonObject {
  let best = inputs
  let least = costOf(kind, inputs, seen)
  for (const first of least === 0 ? [] : namedBy(kind, inputs, seen)) {
    const values = candidates(kind, first, seen).map((value) => withValue(inputs, first, value))
    for (const second of names(kind).filter((name) => name !== first)) {
      for (const other of [...candidates(kind, second, seen), undefined]) {
        for (const one of values) {
          const tried = withValue(one, second, other)
          const cost = costOf(kind, tried, seen)
          if (cost < least) [best, least] = [tried, cost]
          if (least === 0) return best
        }
      }
    }
  }
  return best
}

/** Properties that the plan would change; all of them where it is no list of steps. */
function namedBy(kind: AnyKind, inputs: JsonObject, seen: JsonObject): readonly string[] {
  const plan = planOf(kind, inputs, seen)
  const named = plan?.do === 'steps' ? plan.steps.flatMap(({ changes }) => changes) : names(kind)
  return [...new Set(named)].filter((name) => names(kind).includes(name))
}

/** The inputs with one more property, where the plan calls one value right and others wrong. */
function completed(kind: AnyKind, inputs: JsonObject, name: string, seen: JsonObject): JsonObject {
  if (inputs[name] !== undefined) return inputs
  const values = candidates(kind, name, seen)
  const tried = values.map((value) => withValue(inputs, name, value))
  const right = tried.filter((one) => costOf(kind, one, seen) === 0)
  const wrong = tried.some((one) => costOf(kind, one, seen) > 0)
  return wrong ? (right[0] ?? inputs) : inputs
}

/** Inputs that look otherwise where what was seen can't be expressed: a text of which only the hash is known. */
function otherwise(kind: AnyKind, inputs: JsonObject, seen: JsonObject): JsonObject {
  const plan = planOf(kind, inputs, seen)
  const changed = plan?.do === 'steps' ? plan.steps.flatMap(({ changes }) => changes) : []
  for (const name of changed.filter((one) => !kind.replaceOn.includes(one))) {
    const value = inputs[name]
    if (typeof value !== 'string') continue
    const lengths = leaves(seen).filter((one): one is number => typeof one === 'number' && one <= 262_144)
    for (const text of [...lengths.map((n) => '~'.repeat(n)), `${value}~`]) {
      const tried = withValue(inputs, name, text)
      if (text !== value && identityStays(kind, inputs, tried)) return tried
    }
  }
  return inputs
}

const withValue = (inputs: JsonObject, name: string, value: Json | undefined): JsonObject => {
  const { [name]: _, ...rest } = inputs
  return value === undefined ? rest : { ...rest, [name]: value }
}

const identityStays = (kind: AnyKind, from: JsonObject, to: JsonObject): boolean =>
  kind.props.safeParse(to).success && kind.identity(to) === kind.identity(from)

/** Values that a property may have had: its own words, what was seen, and what was seen in other units. */
function candidates(kind: AnyKind, name: string, seen: JsonObject): readonly Json[] {
  const schema = bare(kind.props.shape[name])
  if (schema === undefined) return []
  const pool: Json[] = [true, false, ...wordsOf(schema), 'another', ...leaves(seen).flatMap(inUnits)]
  if (schema instanceof z.ZodArray) pool.push(...listsOf(schema, seen))
  return distinct(pool).filter((value) => schema.safeParse(value).success)
}

/** MiB and GiB of what may be bytes, and a neighbour that must be wrong where the number is right. */
const inUnits = (value: Json): readonly Json[] =>
  typeof value === 'number' ? [value, value / 1_048_576, value / 1_073_741_824, value + 2] : [value]

/** A schema without what makes it optional. */
function bare(schema: unknown): z.ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return bare(schema.unwrap())
  return schema instanceof z.ZodType ? schema : undefined
}

function wordsOf(schema: z.ZodType): readonly Json[] {
  if (schema instanceof z.ZodEnum) return schema.options as readonly string[]
  if (schema instanceof z.ZodLiteral) return [...schema.values] as Json[]
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((one) => wordsOf(one as z.ZodType))
  return []
}

/** Lists as seen, with each element reduced to what the input's elements have: `switch` from `switchName`, `disk` from `disk:C:\a.vhdx`. */
function listsOf(schema: z.ZodArray, seen: JsonObject): readonly Json[] {
  const element = bare(schema.element)
  return Object.values(seen).flatMap((list): readonly Json[] => {
    if (!Array.isArray(list)) return []
    if (element instanceof z.ZodObject) return [list.flatMap((one) => elementOf(element, one))]
    const words = element === undefined ? [] : wordsOf(element)
    const named = list.flatMap(
      (one) => words.find((word) => typeof one === 'string' && one.startsWith(String(word))) ?? [],
    )
    return [list, distinct(named), distinct(named).reverse()]
  })
}

function elementOf(element: z.ZodObject, one: Json): readonly JsonObject[] {
  if (!isObject(one)) return []
  const picked = Object.keys(element.shape).flatMap((name) => {
    const key = Object.keys(one).find((k) => k === name) ?? Object.keys(one).find((k) => k.startsWith(name))
    const value = key === undefined ? undefined : one[key]
    return value === undefined || value === null ? [] : [[name, value] as const]
  })
  return [Object.fromEntries(picked)]
}

const isObject = (value: Json): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

function leaves(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap(leaves)
  return value === null || typeof value !== 'object' ? [value] : Object.values(value).flatMap(leaves)
}

const distinct = (values: readonly Json[]): Json[] =>
  values.filter((value, at) => values.findIndex((other) => isDeepStrictEqual(other, value)) === at)
