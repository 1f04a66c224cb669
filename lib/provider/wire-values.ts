import type { Json, JsonObject } from '../domain/json.ts'

/** Values as the engine sends them: secrets, outputs and unknowns come as marked objects and strings. Source: `@pulumi/pulumi` runtime/rpc. */
const signature = '4dabf18193072939515e22adb298388d'
const secretSignature = '1b47061264138c4ac30d75fd1eb44270'
const outputSignature = 'd0e6a833031e9bbcd3f4e8bde6ca49a4'
export const unknownValue = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'
/** The engine's other sentinels: one a type. Source: sdk/go/common/resource/plugin. */
const unknownValues = new Set([
  unknownValue,
  '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7',
  '3eeb2bf0-c639-47a8-9e75-3b44932eb421',
  '6a19a0b0-7e62-4c92-b797-7f8e31da9cc2',
  '030794c1-ac77-496b-92df-f27374a8bd58',
  'e48ece36-62e2-4504-bad9-02848725956a',
  'dd056dcd-154b-4c76-9bd3-c8f88648b5ff',
])

/** Every text within what is marked secret. */
export function secretTextsIn(value: unknown, within = false): readonly string[] {
  if (typeof value === 'string') return within && !unknownValues.has(value) ? [value] : []
  if (value === null || typeof value !== 'object') return []
  const marks: { readonly [key: string]: unknown } = { ...value }
  const marked = marks[signature] === secretSignature || marks[signature] === outputSignature
  if (!marked) return Object.values(value).flatMap((one) => secretTextsIn(one, within))
  return secretTextsIn(
    marks['value'],
    within || marks[signature] === secretSignature || marks['secret'] === true,
  )
}

export type Incoming = {
  readonly values: JsonObject
  /** Top-level properties that hold a secret anywhere. */
  readonly secrets: ReadonlySet<string>
  /** Paths of leaves that are not known yet: `disks/0/path`. */
  readonly unknown: readonly string[]
}

/** Strips the marks and says where they were. */
export function unwrap(struct: { readonly [key: string]: unknown }): Incoming {
  const secrets = new Set<string>()
  const unknown: string[] = []
  const walk = (value: unknown, path: readonly string[]): Json => {
    if (typeof value === 'string' && unknownValues.has(value)) {
      unknown.push(path.join('/'))
      return unknownValue
    }
    if (
      value === null ||
      typeof value === 'string' ||
      typeof value === 'boolean' ||
      typeof value === 'number'
    )
      return value
    if (Array.isArray(value)) return value.map((v, i) => walk(v, [...path, String(i)]))
    if (typeof value !== 'object') return null
    const object = value as { readonly [key: string]: unknown }
    if (object[signature] === secretSignature) {
      secrets.add(path[0] ?? '')
      return walk(object['value'], path)
    }
    if (object[signature] === outputSignature) {
      if (object['secret'] === true) secrets.add(path[0] ?? '')
      return walk('value' in object ? object['value'] : unknownValue, path)
    }
    return Object.fromEntries(
      Object.entries(object)
        .filter(([, v]) => v !== undefined)
        .map(([k, v]) => [k, walk(v, [...path, k])]),
    )
  }
  return { values: walk(struct, []) as JsonObject, secrets, unknown }
}

/** Marks a value as secret. */
export const secretOf = <T>(value: T): { readonly [key: string]: T | string } => ({
  [signature]: secretSignature,
  value,
})

/** Marks the named top-level properties as secret again. */
export function wrap(values: JsonObject, secrets: ReadonlySet<string>): { [key: string]: Json } {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, secrets.has(key) ? secretOf(value) : value]),
  )
}

/** The top-level property of a path. */
export const topOf = (path: string): string => path.split('/')[0] ?? path
