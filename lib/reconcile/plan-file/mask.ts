import type { Json, JsonObject } from '../../domain/json.ts'
import { laterPath, withoutLater } from '../later.ts'
import { inOrder } from './canonical.ts'
import { escaped, type Later, laterMarkOf, sealedMark, type Sealer } from './seal.ts'

/** What must not be written of one resource, and how it is written instead. */
export interface Mask {
  /** Whether any of its inputs is secret. */
  readonly hasSecrets: boolean
  /** Parameters, or what was seen: secrets sealed, values of later as references, names in order. */
  object(where: string, value: JsonObject): JsonObject
  /** A reason, without secrets and stand-ins. */
  text(text: string): string
}

/**
 * `secrets`: names of the inputs that are secret. Within a resource that has some, every value is sealed that is one of them or holds one
 * as it is or in base64, and every value that looks like a digest, for it may be the digest of one.
 */
export function maskFor(
  urn: string,
  want: JsonObject,
  secrets: ReadonlySet<string>,
  sealer: Sealer,
  later: (path: string) => Later | undefined,
): Mask {
  const leaves = secretLeaves(want, secrets)
  const told = textsOf(leaves)
  const numbers = new Set(leaves.filter((leaf) => typeof leaf === 'number'))
  const hasSecrets = Object.keys(want).some((name) => secrets.has(name))

  const hides = (value: Json): boolean =>
    hasSecrets &&
    (typeof value === 'string'
      ? looksLikeDigest(value) || told.some((text) => value.includes(text))
      : typeof value === 'number' && numbers.has(value))
  const walk = (where: string, value: Json): Json => {
    const path = laterPath(value)
    const source = path === undefined ? undefined : later(path)
    if (source !== undefined) return laterMarkOf(source)
    if (hides(value)) return sealedMark(sealer.seal(where, value))
    if (isList(value)) return value.map((item, i) => walk(`${where}/${i}`, item))
    if (value === null || typeof value !== 'object') return value
    return named(value, (name, item) => walk(`${where}/${name}`, item))
  }
  return {
    hasSecrets,
    object: (where, value) => {
      const place = `${urn} ${where}`
      const inner = (name: string, item: Json): Json =>
        secrets.has(name) && item !== null
          ? sealedMark(sealer.seal(`${place}/${name}`, item))
          : walk(`${place}/${name}`, item)
      return inOrder(named(value, inner))
    },
    text: (text) => hide(told, text),
  }
}

/** A reason as a person may read it: without secrets, and with what is known later in words. */
export const readable = (text: string, want: JsonObject, secrets: ReadonlySet<string>): string =>
  hide(textsOf(secretLeaves(want, secrets)), text)

const hide = (told: readonly string[], text: string): string =>
  withoutLater(told.reduce((shown, one) => shown.replaceAll(one, '(secret)'), text))

const secretLeaves = (want: JsonObject, secrets: ReadonlySet<string>): readonly Json[] =>
  Object.entries(want)
    .filter(([name]) => secrets.has(name))
    .flatMap(([, value]) => leavesOf(value))
    .filter((leaf) => leaf !== '')

/** Every text in which a secret can be told, the longest first. */
function textsOf(leaves: readonly Json[]): readonly string[] {
  const strings = leaves.filter(
    (leaf): leaf is string => typeof leaf === 'string' && laterPath(leaf) === undefined,
  )
  const told = strings.flatMap((text) => [text, ...linesOf(text)])
  return [...new Set([...told, ...told.flatMap(otherwise)])].sort((a, b) => b.length - a.length)
}

/** Lines of a longer text, which an error may quote by themselves. */
const linesOf = (text: string): readonly string[] =>
  text.split(/[\r\n]+/).flatMap((line) => (line.trim().length >= 8 ? [line.trim()] : []))

/** The same text as other formats write it. */
const otherwise = (text: string): readonly string[] => [
  ...inBase64(text),
  JSON.stringify(text).slice(1, -1),
  ...(text.isWellFormed() ? [encodeURIComponent(text)] : []),
]

const named = (value: object, inner: (name: string, item: Json) => Json): JsonObject =>
  Object.fromEntries(
    Object.entries(value).map(([name, item]: [string, Json]) => [escaped(name), inner(name, item)]),
  )

const looksLikeDigest = (text: string): boolean =>
  /^[0-9a-f]{32,}$/i.test(text) || /^[A-Za-z0-9+/_-]{27,}={0,2}$/.test(text)

/** Without the last characters, which depend on what follows. */
function inBase64(text: string): readonly string[] {
  const encoded = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')].map((bytes) =>
    bytes.toString('base64'),
  )
  return encoded.map((one) => one.replace(/=+$/, '').slice(0, -1)).filter((one) => one.length >= 8)
}

const leavesOf = (value: Json): readonly Json[] =>
  isList(value)
    ? value.flatMap(leavesOf)
    : value !== null && typeof value === 'object'
      ? Object.values(value).flatMap(leavesOf)
      : [value]

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
