import { PsNumber, type PsValue } from '../values.ts'
import { type Expr } from './ast.ts'
import { SyntaxFailure } from './reader.ts'
import { type ScriptReader } from './script-reader.ts'

const NUMBER = /^([+-]?)(?:0x([0-9a-f]+)|(\d+\.\d*|\.\d+|\d+)(e[+-]?\d+)?)(l|d)?(kb|mb|gb|tb|pb)?$/i
/** Matches a number literal at the reader's position. */
export const NUMBER_HERE =
  /(?:0x[0-9a-f]+|(?:\d+\.\d+|\.\d+|\d+\.(?![.\w])|\d+)(?:e[+-]?\d+)?)[ld]?(?:[kmgtp]b)?(?![\w])/iy
const UNIT: { readonly [suffix: string]: bigint } = {
  kb: 1n << 10n,
  mb: 1n << 20n,
  gb: 1n << 30n,
  tb: 1n << 40n,
  pb: 1n << 50n,
}
const MAX32 = 2147483647n
const MAX64 = 9223372036854775807n

/** The number that a literal writes, or undefined when the text is no number. */
export function numberLiteral(text: string): PsNumber | undefined {
  const m = NUMBER.exec(text)
  if (m === null) return undefined
  const negative = m[1] === '-'
  const unit = m[6] === undefined ? 1n : UNIT[m[6].toLowerCase()]!
  const suffix = m[5]?.toLowerCase()
  if (suffix === 'd') return decimalLiteral(`${m[1] ?? ''}${m[3] ?? ''}`, m[4], unit)
  if (m[2] === undefined && (m[3]!.includes('.') || m[4] !== undefined)) {
    if (suffix === 'l') return undefined
    const value = Number(`${m[3]!}${m[4] ?? ''}`) * Number(unit)
    return new PsNumber('Double', negative ? -value : value)
  }
  let value = m[2] !== undefined ? hexValue(m[2], suffix === 'l') : BigInt(m[3]!)
  if (m[2] !== undefined && m[2].length > 8 && value < 0n)
    return new PsNumber('Int64', negative ? -value : value)
  value = (negative ? -value : value) * unit
  if (suffix === 'l') return value >= -MAX64 - 1n && value <= MAX64 ? new PsNumber('Int64', value) : undefined
  if (value >= -MAX32 - 1n && value <= MAX32) return new PsNumber('Int32', value)
  if (value >= -MAX64 - 1n && value <= MAX64) return new PsNumber('Int64', value)
  if (value > -(1n << 95n) && value < 1n << 95n) return new PsNumber('Decimal', String(value))
  return new PsNumber('Double', Number(value))
}

function hexValue(digits: string, long: boolean): bigint {
  const value = BigInt(`0x${digits}`)
  if (!long && digits.length <= 8 && value > MAX32) return BigInt.asIntN(32, value)
  if (digits.length <= 16 && value > MAX64) return BigInt.asIntN(64, value)
  return value
}

function decimalLiteral(digits: string, exponent: string | undefined, unit: bigint): PsNumber | undefined {
  if (exponent !== undefined || digits === '') return undefined
  if (unit === 1n) return new PsNumber('Decimal', digits.startsWith('.') ? `0${digits}` : digits)
  return digits.includes('.') ? undefined : new PsNumber('Decimal', String(BigInt(digits) * unit))
}

const ESCAPES: { readonly [c: string]: string } = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
}
/** What a backtick and this character stand for. */
export const escaped = (c: string): string => ESCAPES[c] ?? c

/** A single-quoted string. */
export function readVerbatim(r: ScriptReader): Expr {
  const at = r.at++
  let text = ''
  for (;;) {
    if (r.done) r.fail('the string is not closed', at)
    const c = r.peek()
    r.at++
    if (c !== "'") text += c
    else if (r.peek() === "'") {
      text += "'"
      r.at++
    } else return { kind: 'const', at, value: text }
  }
}

/** `@'` or `@"`, up to the quote at the start of a line. */
export function readHere(r: ScriptReader): Expr {
  const at = r.at
  const quote = r.peek(1)
  r.at += 2
  const head = r.match(/[ \t]*\r?\n/y)
  if (head === undefined) r.fail('the line after the start of a here-string must end')
  r.at += head.length
  const end = r.text.indexOf(`\n${quote}@`, r.at - 1)
  if (end < 0) r.fail('the here-string is not closed', at)
  const stop = end < r.at ? r.at : r.text[end - 1] === '\r' ? end - 1 : end
  if (quote === "'") {
    const value = r.text.slice(r.at, stop)
    r.at = end + 3
    return { kind: 'const', at, value }
  }
  const parts = readParts(r, at, stop)
  r.at = end + 3
  return join(parts, at)
}

/** A double-quoted string. */
export function readExpandable(r: ScriptReader): Expr {
  const at = r.at++
  const parts = readParts(r, at, undefined)
  r.expect('"')
  return join(parts, at)
}

function join(parts: readonly (string | Expr)[], at: number): Expr {
  if (parts.length === 0) return { kind: 'const', at, value: '' }
  const only = parts[0]
  if (parts.length === 1 && typeof only === 'string') return { kind: 'const', at, value: only }
  return { kind: 'expand', at, parts }
}

function readParts(r: ScriptReader, start: number, stop: number | undefined): (string | Expr)[] {
  const parts: (string | Expr)[] = []
  let text = ''
  const flush = (expr: Expr): void => {
    if (text !== '') parts.push(text)
    text = ''
    parts.push(expr)
  }
  for (;;) {
    if (stop !== undefined ? r.at >= stop : r.peek() === '"' && r.peek(1) !== '"') break
    if (r.done) r.fail('the string is not closed', start)
    const c = r.peek()
    if (c === '"' && stop === undefined) {
      text += '"'
      r.at += 2
    } else if (c === '`') {
      if (/[eu]/.test(r.peek(1))) r.fail('an escape that later versions read differently')
      text += escaped(r.peek(1))
      r.at += 2
    } else if (c === '$' && (r.peek(1) === '(' || r.match(VARIABLE_IN_TEXT) !== undefined)) {
      flush(r.peek(1) === '(' ? readSub(r) : readVariable(r, true))
    } else {
      text += c
      r.at++
    }
  }
  if (text !== '') parts.push(text)
  return parts
}

/** `$( … )`. */
export function readSub(r: ScriptReader): Expr {
  const at = r.at
  r.at += 2
  const body = r.statements(')')
  r.expect(')')
  return { kind: 'sub', at, body }
}

const VARIABLE = /\$(?:\{[^}]+\}|(?:\w+:(?!:))?[\w?]+|[$^?])/y
const VARIABLE_IN_TEXT = /\$(?:\{[^}]+\}|(?:\w+:(?![:\\/\s"'.,;)(]))?\w+|[$^?])/y

/** `$name`, `$scope:name`, `${any name}`; in text a colon belongs to the name only before a word. */
export function readVariable(r: ScriptReader, inText = false): Expr & { kind: 'var' } {
  const at = r.at
  const m = r.match(inText ? VARIABLE_IN_TEXT : VARIABLE)
  if (m === undefined) r.fail(`expected a variable, got ${r.here()}`)
  r.at += m.length
  return variable(m.startsWith('${') ? m.slice(2, -1) : m.slice(1), at, false)
}

const SCOPES = ['global', 'local', 'script', 'private', 'env', 'using', 'variable', 'function']

function variable(text: string, at: number, splat: boolean): Expr & { kind: 'var' } {
  const colon = text.indexOf(':')
  if (colon < 0) return { kind: 'var', at, name: text, scope: undefined, splat }
  const scope = text.slice(0, colon).toLowerCase()
  if (!SCOPES.includes(scope)) throw new SyntaxFailure(`no scope or drive is called "${scope}" here`, at)
  return { kind: 'var', at, name: text.slice(colon + 1), scope, splat }
}

/** `@name` as an argument. */
export function readSplat(r: ScriptReader): Expr {
  const at = r.at
  const m = r.match(/@\w+(?::\w+)?/y)
  if (m === undefined) r.fail(`expected a splatted variable, got ${r.here()}`)
  r.at += m.length
  return variable(m.slice(1), at, true)
}

/** `{ … }` as a value. */
export function readScriptBlock(r: ScriptReader): Expr {
  const at = r.at++
  const block = r.blockBody('}', at)
  r.expect('}')
  return { kind: 'block', at, block }
}

/** A literal's value as an expression. */
export const constant = (at: number, value: PsValue, text?: string): Expr =>
  text === undefined ? { kind: 'const', at, value } : { kind: 'const', at, value, text }
