import { arithmetic, bitNot, bits, exclusive, negate, operand } from '../arithmetic.ts'
import { comparison, match, replace, split } from '../match.ts'
import { isType } from '../compare.ts'
import { converts, itemsOf, truth } from '../convert.ts'
import { toNumber } from '../convert-numbers.ts'
import { setEntry } from '../dictionaries.ts'
import { Refused, fail } from '../errors.ts'
import { format } from '../format.ts'
import { int32 } from '../numbers.ts'
import { PsBlock, PsDictionary, PsType, isNull, typedArray } from '../objects.ts'
import { type Engine } from './engine.ts'
import { assign } from './variables.ts'
import { type Expr } from '../syntax/ast.ts'
import { text } from '../text.ts'
import { resolveType, typeOf } from '../types.ts'
import { PsChar, PsNumber, type PsValue } from '../values.ts'

export function unary(e: Engine, op: string, expr: Expr): PsValue {
  const v = e.evaluate(expr)
  switch (op) {
    case 'not':
      return !truth(v)
    case 'bnot':
      return bitNot(v)
    case 'join':
      return (itemsOf(v) ?? [v]).map(text).join('')
    case 'split':
    case 'isplit':
    case 'csplit':
      return split(v, undefined, op === 'csplit')
    default:
      return negate(op, v)
  }
}

export function step(e: Engine, x: Expr & { kind: 'step' }): PsValue {
  const target = x.target.kind === 'paren' ? undefined : x.target
  if (target === undefined) throw new Refused('++ of a value in parentheses')
  const before = e.evaluate(target)
  if (!isNull(before) && !(before instanceof PsNumber))
    fail(
      'OperatorRequiresNumber',
      `The '${x.by > 0 ? '++' : '--'}' operator works only on numbers. The operand is a '${typeOf(before)}'.`,
      'InvalidOperation',
    )
  const from = isNull(before) ? int32(0) : before
  const after = arithmetic(x.by > 0 ? '+' : '-', from, int32(1))
  assign(e, target, after)
  return x.prefix ? after : from
}

export function binary(e: Engine, x: Expr & { kind: 'binary' }): PsValue {
  const { op } = x
  const left = e.evaluate(x.left)
  if (op === 'and') return truth(left) && truth(e.evaluate(x.right))
  if (op === 'or') return truth(left) || truth(e.evaluate(x.right))
  const right = e.evaluate(x.right)
  e.at = x.at
  if ('+-*/%'.includes(op)) return arithmetic(op, left, right)
  switch (op) {
    case 'xor':
      return exclusive(left, right)
    case '..':
      return range(left, right)
    case 'f':
      return format(text(left), itemsOf(right) ?? [right])
    case 'is':
    case 'isnot': {
      const type = right instanceof PsType ? right.name : typeText(right)
      return isType(left, type) === (op === 'is')
    }
    case 'as':
      return converts(left, right instanceof PsType ? right.name : typeText(right)) ?? null
    case 'band':
    case 'bor':
    case 'bxor':
    case 'shl':
    case 'shr':
      return bits(op, left, right)
  }
  const caseSensitive = /^c(?!ontains)/.test(op)
  const base =
    /^[ci](?:eq|ne|gt|ge|lt|le|like|notlike|match|notmatch|replace|split|contains|notcontains|in|notin)$/.test(
      op,
    )
      ? op.slice(1)
      : op
  if (base === 'match' || base === 'notmatch') {
    const { result, matches } = match(left, right, base === 'notmatch', caseSensitive)
    if (matches !== undefined) e.scope.set('Matches', matchTable(matches))
    return result
  }
  if (base === 'replace') return replace(left, right, caseSensitive)
  if (base === 'split') {
    const by = itemsOf(right)?.[0] ?? right
    if (by instanceof PsBlock) return splitByBlock(e, left, by, itemsOf(right))
    return split(left, right, caseSensitive)
  }
  return comparison(base, left, right, caseSensitive)
}

function splitByBlock(
  e: Engine,
  left: PsValue,
  by: PsBlock,
  options: readonly PsValue[] | undefined,
): PsValue {
  if (options !== undefined && options.length > 1) throw new Refused('-split by a block, with options')
  const out = (itemsOf(left) ?? [left]).flatMap((source) => {
    const pieces = ['']
    for (const char of text(source)) {
      if (truth(e.call(by, { here: true, item: char }))) pieces.push('')
      else pieces[pieces.length - 1] += char
    }
    return pieces
  })
  return typedArray('System.String', out)
}

function typeText(v: PsValue): string {
  const name = resolveType({ name: text(v), array: 0, args: [] })
  if (name === undefined)
    fail(
      'RuntimeException',
      `Cannot convert the "${text(v)}" value of type "${typeOf(v)}" to type "System.Type".`,
      'NotSpecified',
    )
  return name
}

function matchTable(m: RegExpExecArray): PsValue {
  const out = new PsDictionary()
  const names = Object.entries(m.groups ?? {})
  const named = new Set<number>()
  // a named group has no number in $Matches; its place is found by its span
  const spans = (m as RegExpExecArray & { indices?: RegExpIndicesArray }).indices
  for (const [name] of names) {
    const span = spans?.groups?.[name]
    for (let i = 1; i < m.length && span !== undefined; i++) {
      const own = spans?.[i]
      if (own !== undefined && own[0] === span[0] && own[1] === span[1] && !named.has(i)) {
        named.add(i)
        break
      }
    }
  }
  if (names.some(([n, v]) => v === undefined && n !== ''))
    throw new Refused('a named group that did not match')
  for (const [name, value] of names) setEntry(out, name, value ?? null)
  let number = 1
  for (let i = 1; i < m.length; i++) {
    if (named.has(i)) continue
    if (m[i] !== undefined) setEntry(out, int32(number), m[i]!)
    number++
  }
  setEntry(out, int32(0), m[0])
  return out
}

function range(left: PsValue, right: PsValue): PsValue {
  const bound = (v: PsValue): number => {
    if (v instanceof PsChar || (typeof v === 'string' && !/^\s*[-+]?[\d.]+\s*$/.test(v)))
      throw new Refused('a range of text')
    const n = operand(v)
    if (n === undefined) throw new Refused('a range of something other than numbers')
    return Number(toNumber(n, 'Int32').value)
  }
  const [from, to] = [bound(left), bound(right)]
  if (Math.abs(to - from) > 10_000_000) throw new Refused('a range of more than ten million')
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => int32(from <= to ? from + i : from - i))
}
