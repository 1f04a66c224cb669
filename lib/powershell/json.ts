import { Refused } from './errors.ts'
import { int32, shortestDouble } from './numbers.ts'
import { PsComputed, PsDictionary, PsList, PsSwitch, isNull } from './objects.ts'
import { text } from './text.ts'
import { typeOf } from './types.ts'
import { PsChar, PsEnum, PsNumber, PsObject, type PsValue } from './values.ts'

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** The text is not JSON. */
export class JsonFailure extends Error {}

const CUSTOM = 'System.Management.Automation.PSCustomObject'

/** A number as JSON writes it. */
function numberText(n: PsNumber): string {
  if (n.type === 'Double' || n.type === 'Single') {
    if (typeof n.value === 'number' && !Number.isFinite(n.value)) return `"${text(n)}"`
    const s = shortestDouble(Number(n.value))
    return /[.E]/.test(s) ? s : `${s}.0`
  }
  return n.type === 'Decimal' && !String(n.value).includes('.') ? `${String(n.value)}.0` : String(n.value)
}

const quote = (s: string): string =>
  JSON.stringify(s).replace(
    /[\u0085\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** Wire text: as quote, and everything outside ASCII escaped. */
const quoteAscii = (s: string): string =>
  JSON.stringify(s).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

interface Style {
  /** Writes what lies deeper than the depth as text; else that is refused, because only later versions warn of it. */
  readonly cut: boolean
  readonly quote: (s: string) => string
  readonly indent: boolean
}

function write(v: PsValue, depth: number, style: Style, level: string): string {
  if (isNull(v)) return 'null'
  if (typeof v === 'boolean') return String(v)
  if (typeof v === 'string') return style.quote(v)
  if (v instanceof PsNumber) return numberText(v)
  if (v instanceof PsChar) return style.quote(v.char)
  if (v instanceof PsEnum) return String(v.number)
  const items = Array.isArray(v) ? v : v instanceof PsList ? v.items : undefined
  const pairs = items === undefined ? pairsOf(v) : undefined
  if (depth < 0) {
    if (items !== undefined && style.cut) return style.quote(items.map(text).join(' '))
    if (items !== undefined) throw new Refused('JSON deeper than -Depth')
    if (style.cut || v instanceof PsSwitch || (pairs?.length ?? 1) === 0) return style.quote(text(v))
    throw new Refused('JSON deeper than -Depth')
  }
  const inner = `${level}  `
  const [open, close] = style.indent ? [`\n${inner}`, `\n${level}`] : ['', '']
  const gap = style.indent ? ' ' : ''
  if (items !== undefined) {
    if (items.length === 0) return '[]'
    return `[${open}${items.map((i: PsValue) => write(i, depth - 1, style, inner)).join(`,${open}`)}${close}]`
  }
  if (pairs!.length === 0) return '{}'
  return `{${open}${pairs!.map(([k, x]) => `${style.quote(k)}:${gap}${write(x, depth - 1, style, inner)}`).join(`,${open}`)}${close}}`
}

function pairsOf(v: PsValue): readonly (readonly [string, PsValue])[] {
  if (v instanceof PsDictionary) {
    if (!v.ordered && v.entries.size > 1) throw new Refused('JSON of a table without order')
    return [...v.entries.values()].map(([k, x]) => [text(k), x] as const)
  }
  if (v instanceof PsObject && (v.types[0] === CUSTOM || v.types.includes(CUSTOM) || v.text === undefined)) {
    return [...v.properties].map(([k, x]) => {
      if (x instanceof PsComputed) throw new Refused('JSON of a computed member')
      return [k, x] as const
    })
  }
  if (v instanceof PsSwitch) return [['IsPresent', v.on]]
  throw new Refused(`JSON of ${typeOf(v)}`)
}

/** What ConvertTo-Json writes. */
export function toJsonText(v: PsValue, depth: number, compress: boolean, cut = false): string {
  return write(v, depth, { quote, indent: !compress, cut }, '')
}

/**
 * The text that `ConvertTo-Json -Depth 20 -Compress` prints, everything outside printable ASCII escaped as the worker escapes it.
 */
export function toWireJson(v: PsValue): string {
  return write(v, 20, { quote: quoteAscii, indent: false, cut: false }, '')
}

/** A JSON value as the interpreter holds it; integers are Int32 when they fit, else Int64. */
export function fromJson(json: Json): PsValue {
  if (json === null || typeof json === 'boolean' || typeof json === 'string') return json
  if (typeof json === 'number') return number(String(json))
  if (Array.isArray(json)) return (json as readonly Json[]).map(fromJson)
  return new PsObject([CUSTOM], new Map(Object.entries(json).map(([k, v]) => [k, fromJson(v)])))
}

function number(literal: string, wide = false): PsValue {
  if (/^-?\d+$/.test(literal)) {
    const n = BigInt(literal)
    if (!wide && n >= -2147483648n && n <= 2147483647n) return int32(n)
    if (n >= -9223372036854775808n && n <= 9223372036854775807n) return new PsNumber('Int64', n)
    throw new Refused('an integer in JSON beyond 64 bits')
  }
  return new PsNumber('Double', Number(literal))
}

/** Reads JSON text, integers whole: Int32 when they fit, unless `wide`. */
export function fromJsonText(source: string, wide = false): PsValue {
  let at = 0
  const blank = (): void => {
    while (/\s/.test(source[at] ?? '')) at++
  }
  const bad = (): never => {
    throw new JsonFailure(`Invalid JSON at position ${at}.`)
  }
  const value = (): PsValue => {
    blank()
    const c = source[at]
    if (c === '{') return object()
    if (c === '[') return list()
    if (c === '"') return string()
    const word = /^(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/.exec(
      source.slice(at, at + 400),
    )?.[0]
    if (word === undefined) return bad()
    at += word.length
    return word === 'true' ? true : word === 'false' ? false : word === 'null' ? null : number(word, wide)
  }
  const string = (): string => {
    const m = /^"(?:[^"\\]|\\.)*"/s.exec(source.slice(at))?.[0]
    if (m === undefined) return bad()
    at += m.length
    try {
      return JSON.parse(m) as string
    } catch {
      return bad()
    }
  }
  const list = (): PsValue => {
    const out: PsValue[] = []
    at++
    blank()
    if (source[at] === ']') {
      at++
      return out
    }
    for (;;) {
      out.push(value())
      blank()
      if (source[at] === ',') at++
      else if (source[at] === ']') {
        at++
        return out
      } else bad()
    }
  }
  const object = (): PsValue => {
    const out = new PsObject([CUSTOM], new Map<string, PsValue>())
    at++
    blank()
    if (source[at] === '}') {
      at++
      return out
    }
    for (;;) {
      blank()
      if (source[at] !== '"') bad()
      const key = string()
      blank()
      if (source[at] !== ':') bad()
      at++
      if (key === '') throw new Refused('an empty name in JSON')
      if ([...out.properties.keys()].some((k) => k.toLowerCase() === key.toLowerCase()))
        throw new Refused('a name twice in JSON')
      out.properties.set(key, value())
      blank()
      if (source[at] === ',') at++
      else if (source[at] === '}') {
        at++
        return out
      } else bad()
    }
  }
  const made = value()
  blank()
  if (at < source.length) bad()
  return made
}
