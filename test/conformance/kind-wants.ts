import fc from 'fast-check'
import { z } from 'zod'
import type { Json, JsonObject } from '../../lib/domain/json.ts'
import type { WalkedKind } from './kind-walk.ts'

type Schema = Readonly<{
  type?: string
  enum?: readonly Json[]
  const?: Json
  anyOf?: readonly Schema[]
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  items?: Schema
  pattern?: string
  minLength?: number
  minimum?: number
  maximum?: number
  multipleOf?: number
}>

/**
 * Wants of a kind that its schema accepts, all of one identity of its cases (`of`) where that is given. Each value that names something of a host is one
 * that a case uses there; numbers also lie beside those, texts without a form are any.
 */
export function wantsOf(one: WalkedKind, of?: JsonObject): fc.Arbitrary<JsonObject> {
  const schema = z.toJSONSchema(one.kind.props, { io: 'input', unrepresentable: 'any' }) as Schema
  const fixed = Object.fromEntries(
    one.kind.replaceOn.flatMap((name) => (of?.[name] === undefined ? [] : [[name, of[name]]])),
  )
  return objectOf(schema, one.wants)
    .map((want) => one.kind.props.safeParse({ ...want, ...fixed }))
    .filter((read) => read.success)
    .map((read) => read.data as JsonObject)
}

/** `seen`: the values that cases have at this place. */
function valueOf(schema: Schema, seen: readonly Json[]): fc.Arbitrary<Json> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((each) => valueOf(each, seen)))
  if (schema.type === 'boolean') return fc.boolean()
  if (schema.type === 'object') return objectOf(schema, seen.filter(isObject))
  if (schema.type === 'array') {
    const items = seen.flatMap((list) => (Array.isArray(list) ? (list as readonly Json[]) : []))
    return fc.array(valueOf(schema.items ?? {}, items), { maxLength: 3 })
  }
  if (schema.type === 'integer' || schema.type === 'number') return numberOf(schema, seen)
  const texts = seen.filter((value) => typeof value === 'string')
  const free = schema.pattern === undefined && schema.minLength === undefined
  const any = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => text.isWellFormed())
  if (texts.length === 0) return any
  return free ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...texts) }, any) : fc.constantFrom(...texts)
}

function numberOf(schema: Schema, seen: readonly Json[]): fc.Arbitrary<Json> {
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER, multipleOf = 1 } = schema
  const near = seen
    .filter((value) => typeof value === 'number')
    .flatMap((value) => [value - multipleOf, value, value + multipleOf])
    .filter((value) => value >= minimum && value <= maximum)
  return fc.constantFrom(minimum, ...near)
}

function objectOf(schema: Schema, seen: readonly JsonObject[]): fc.Arbitrary<JsonObject> {
  const properties = Object.entries(schema.properties ?? {})
  const model = properties.map(([name, inner]) => [
    name,
    valueOf(
      inner,
      seen.flatMap((each) => (each[name] === undefined ? [] : [each[name]])),
    ),
  ])
  return fc.record(Object.fromEntries(model) as Record<string, fc.Arbitrary<Json>>, {
    requiredKeys: [...(schema.required ?? [])],
  })
}

const isObject = (value: Json): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
