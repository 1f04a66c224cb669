import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { Json, JsonObject } from '../domain/json.ts'
import type { LoadedKind } from '../reconcile/loaded-kind.ts'
import { laterMark } from '../reconcile/later.ts'
import type { Adopt } from '../reconcile/target.ts'
import { type AcceptEntry, acceptComplaints, acceptedIn } from './accept.ts'
import { topOf, unwrap } from './wire-values.ts'

/** Inputs of a resource, taken apart: what every resource has, and what its kind wants. */
export type Inputs = {
  readonly host: string
  readonly adopt: Adopt
  /** Differences that are accepted, as declared. */
  readonly accept: readonly AcceptEntry[]
  readonly want: JsonObject
  readonly secrets: ReadonlySet<string>
  readonly unknown: readonly string[]
  /** SHA-256 (hex) over everything but the leaves that are not known yet. */
  readonly digest: string
}

export function inputsOf(loaded: LoadedKind, struct: { readonly [key: string]: unknown }): Inputs {
  const { values, secrets, unknown } = unwrap(struct)
  const { host, adopt, accept, ...given } = values
  const want = withDefaults(loaded, standIns(given, new Set(unknown)))
  return {
    host: typeof host === 'string' ? host : '',
    adopt: adoptOf(adopt),
    accept: acceptedIn(accept),
    want,
    secrets: new Set([...secrets, ...loaded.kind.secrets]),
    unknown,
    digest: digestOf(
      { ...want, host: host ?? null, adopt: adoptOf(adopt), ...acceptPart(acceptedIn(accept)) },
      unknown,
    ),
  }
}

/** Values that are not known yet, each with its place in its stead. */
function standIns(given: JsonObject, unknown: ReadonlySet<string>): JsonObject {
  if (unknown.size === 0) return given
  const walk = (value: Json, path: string): Json => {
    if (unknown.has(path)) return laterMark(path)
    if (Array.isArray(value)) return value.map((item, i) => walk(item, `${path}/${i}`))
    if (value === null || typeof value !== 'object') return value
    return objectOf(value, (name) => `${path}/${name}`)
  }
  const objectOf = (object: object, at: (name: string) => string): JsonObject =>
    Object.fromEntries(
      Object.entries(object).map(([name, value]: [string, Json]) => [name, walk(value, at(name))]),
    )
  return objectOf(given, (name) => name)
}

/** Part of a digest: nothing where nothing is accepted. */
export const acceptPart = (accept: readonly AcceptEntry[]): JsonObject =>
  accept.length === 0
    ? {}
    : {
        accept: accept.map(({ value, ...entry }) => (value === undefined ? entry : { ...entry, value })),
      }

/** What `adopt` means, for the schema and the classes of programs. */
export const adoptText =
  '`true`: takes over a thing that exists on the host and is on nobody’s record. A text: also from the owner with this URN, or whose state lies in this backend. What was taken over is let go and not removed when it is no longer declared. Default false.'

const adoptOf = (adopt: Json | undefined): Adopt =>
  adopt === true || (typeof adopt === 'string' && adopt !== '') ? adopt : false

/** Defaults of the kind filled in. Where leaves are not known yet the whole can't be parsed, and each missing property is filled by itself. */
function withDefaults(loaded: LoadedKind, given: JsonObject): JsonObject {
  const parsed = loaded.kind.props.safeParse(given)
  if (parsed.success) return parsed.data as JsonObject
  const missing = Object.entries(loaded.kind.props.shape)
    .filter(([name]) => given[name] === undefined)
    .map(([name, type]) => [name, (type as z.ZodType<Json | undefined>).safeParse(undefined).data] as const)
    .filter((entry): entry is readonly [string, Json] => entry[1] !== undefined)
  return { ...given, ...Object.fromEntries(missing) }
}

/** Digest with these leaves masked: an apply masks what was unknown in the preview. */
export function digestOf(values: JsonObject, masked: readonly string[]): string {
  const mask = new Set(masked)
  const walk = (value: Json, path: string): Json => {
    if (mask.has(path)) return '\u0000masked'
    if (Array.isArray(value)) return value.map((v, i) => walk(v, `${path}/${i}`))
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([k, v]) => [k, walk(v, path === '' ? k : `${path}/${k}`)]),
    )
  }
  return createHash('sha256')
    .update(JSON.stringify(walk(values, '')))
    .digest('hex')
}

export type Complaint = { readonly property: string; readonly reason: string }

/**
 * Inputs that are secret and can't be: what names a thing is in its record on the host, in previews and in the history, and what
 * the host shows of any other is in observations. Only what a kind looks at under a key, or not at all, can be secret.
 */
export const secretComplaints = (
  { kind }: LoadedKind,
  { secrets }: Pick<Inputs, 'secrets'>,
): readonly Complaint[] =>
  [...secrets]
    .filter((name) => !kind.secrets.includes(name) && kind.keyed?.inputs.includes(name) !== true)
    .map((property) => ({
      property,
      reason: `expected a plain value, got a secret, and ${property} of a ${kind.token.split(':')[1]} can’t be kept one: the host shows it, and it is in previews, observations and records. Nothing was changed. ${adviceFor(kind)}`,
    }))

const adviceFor = ({ keyed }: LoadedKind['kind']): string =>
  keyed === undefined
    ? 'Give a plain value; where a secret made it one only by the way, pulumi.unsecret.'
    : `Give a plain value (pulumi.unsecret); only ${keyed.inputs.join(' and ')} can be secret.`

/** What is wrong with the inputs, all of it. Leaves that are not known yet are allowed in references only. */
export function complaintsOf(
  loaded: LoadedKind,
  inputs: Inputs,
  hosts: readonly string[],
  accept?: Json,
): readonly Complaint[] {
  // Before any other, for those may tell the value.
  const told = secretComplaints(loaded, inputs)
  if (told.length > 0) return told
  const complaints: Complaint[] = []
  if (!hosts.includes(inputs.host) && !inputs.unknown.includes('host')) {
    complaints.push({
      property: 'host',
      reason: `expected a host of this site (${hosts.join(', ') || 'it has none'}), got ${JSON.stringify(inputs.host)}. Nothing was changed. Name one of them, or add the host to hosts.csv.`,
    })
  }
  const unknownAt = new Set(inputs.unknown)
  const parsed = loaded.kind.props.safeParse(inputs.want)
  for (const issue of parsed.error?.issues ?? []) {
    const path = issue.path.map(String)
    if (unknownAt.has(path.join('/'))) continue
    complaints.push({ property: path.join('.'), reason: unchanged(issue.message) })
  }
  for (const { path, reason } of acceptComplaints(loaded, inputs.want, accept)) {
    if (unknownAt.has(path)) continue
    complaints.push({ property: path.replaceAll('/', '.'), reason: unchanged(reason) })
  }
  return complaints
}

/** Top-level properties that are not known yet although only references may be. */
export const unplannable = (loaded: LoadedKind, inputs: Inputs): readonly string[] => [
  ...new Set(inputs.unknown.map(topOf).filter((p) => !loaded.kind.references.includes(p))),
]

const unchanged = (reason: string): string =>
  `${reason}${/[.?!]$/.test(reason) ? '' : '.'} Nothing was changed.`
