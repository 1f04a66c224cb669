import { arithmetic, bitNot, bits, cast, exclusive, negate, operand } from '../arithmetic.ts'
import { comparison, isType, match, replace, split } from '../compare.ts'
import { converts, itemsOf, objectFrom, truth, toNumber } from '../convert.ts'
import { getEntry, setEntry } from '../dictionaries.ts'
import { PsThrow, Refused, fail } from '../errors.ts'
import { format } from '../format.ts'
import { int32 } from '../numbers.ts'
import { NOTHING, PsBlock, PsDictionary, PsRef, PsType, isNull, typedArray } from '../objects.ts'
import { type Expr, type TypeName } from '../syntax/ast.ts'
import { element, text } from '../text.ts'
import { mayExist, resolveType, typeOf } from '../types.ts'
import { PsChar, PsNumber, PsObject, type PsValue } from '../values.ts'
import { type Engine, fold } from './engine.ts'
import { getIndex } from './indexing.ts'
import { callMethod, getMember } from '../members/members.ts'
import { callStatic, getStatic } from '../members/statics.ts'
import { collect, runStatements } from './statements.ts'
import { type Scope } from './scope.ts'
import { assign, getVariable, setVariable } from './variables.ts'

/** The type that a name in brackets means; fails as PowerShell does when there is none. */
export function typeNamed(e: Engine, type: TypeName): string {
  const own = resolveType(type)
  if (own !== undefined) return own
  const hosted = e.host.type(type.name)
  if (hosted !== undefined && type.args.length === 0) return hosted.name + '[]'.repeat(type.array)
  if (type.args.length === 0 && !mayExist(type.name))
    fail('TypeNotFound', `Unable to find type [${type.name}].`, 'InvalidOperation', undefined, type.name)
  throw new Refused(`the type [${type.name}]`)
}

/** The value of an expression. */
export function evaluate(e: Engine, x: Expr): PsValue {
  e.at = x.at
  switch (x.kind) {
    case 'const':
      return x.value
    case 'expand':
      return x.parts.map((p) => (typeof p === 'string' ? p : joined(e, part(e, p)))).join('')
    case 'var':
      return getVariable(e, x)
    case 'member':
      return member(e, x)
    case 'invoke': {
      if (x.static) return invokeStatic(e, x)
      const target = evaluate(e, x.target)
      const args = x.args.map((a) => argument(e, a))
      e.at = x.at
      return callMethod(e, target, nameOf(e, x.name), args)
    }
    case 'index':
      if (x.index.kind === 'cast' && x.index.type.name.toLowerCase() === 'object') {
        const target = evaluate(e, x.target)
        if (target instanceof PsDictionary) return getEntry(target, evaluate(e, x.index.expr)) ?? null
      }
      return getIndex(e, evaluate(e, x.target), evaluate(e, x.index))
    case 'unary':
      return unary(e, x.op, x.expr)
    case 'step':
      return step(e, x)
    case 'binary':
      return binary(e, x)
    case 'list':
      return x.items.map((i) => plain(evaluate(e, i)))
    case 'array': {
      const out: PsValue[] = []
      runStatements(e, x.body, (v) => out.push(v))
      return out
    }
    case 'sub': {
      const out: PsValue[] = []
      runStatements(e, x.body, (v) => out.push(v))
      return fold(out)
    }
    case 'paren':
      return collect(e, x.inner)
    case 'hash':
      return hash(e, x.entries, 'System.Collections.Hashtable')
    case 'block':
      return new PsBlock(x.block, e.source)
    case 'type':
      return new PsType(typeNamed(e, x.type))
    case 'cast':
      return castTo(e, x.type, x.expr)
  }
}

const plain = (v: PsValue): PsValue => (v === NOTHING ? null : v)

/** A part of a text: under strict mode 1 an unset variable is allowed there. */
function part(e: Engine, p: Expr): PsValue {
  if (
    p.kind === 'var' &&
    p.scope === undefined &&
    e.scope.strictness === 1 &&
    e.scope.find(p.name) === undefined
  )
    return null
  return evaluate(e, p)
}

function joined(e: Engine, v: PsValue): string {
  const items = itemsOf(v)
  if (items === undefined) return text(v)
  const separator = e.scope.find('OFS')?.value ?? ' '
  return items.map(element).join(isNull(separator) ? '' : text(separator))
}

function argument(e: Engine, a: Expr): PsValue {
  if (a.kind === 'cast' && a.type.name.toLowerCase() === 'ref') return reference(e, a.expr)
  return plain(evaluate(e, a))
}

function reference(e: Engine, target: Expr): PsValue {
  if (target.kind !== 'var') throw new Refused('[ref] of something other than a variable')
  if (e.scope.find(target.name) === undefined)
    fail(
      'NonExistingVariableReference',
      `[ref] cannot be applied to a variable that does not exist.`,
      'InvalidOperation',
      undefined,
      target.name,
    )
  const scope = owner(e.scope, target.name)
  return new PsRef(
    () => scope.own(target.name)?.value ?? null,
    (v) => setVariable(e, scope, target.name, v),
  )
}

function owner(scope: Scope, name: string): Scope {
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent)
    if (s.own(name) !== undefined) return s
  return scope
}

function nameOf(e: Engine, name: Expr): string {
  return name.kind === 'const' && typeof name.value === 'string' ? name.value : text(evaluate(e, name))
}

function member(e: Engine, x: Expr & { kind: 'member' }): PsValue {
  const target = evaluate(e, x.target)
  if (x.static) return getStatic(e, target, nameOf(e, x.name))
  const name = x.name.kind === 'const' ? x.name.value : evaluate(e, x.name)
  e.at = x.at
  if (target instanceof PsDictionary && name instanceof PsNumber) {
    const entry = getEntry(target, name)
    if (entry !== undefined) return entry
  }
  return isNull(name) ? null : getMember(e, target, text(name))
}

function invokeStatic(e: Engine, x: Expr & { kind: 'invoke' }): PsValue {
  const target = x.target.kind === 'type' ? x.target.type : undefined
  const args = (): PsValue[] => x.args.map((a) => argument(e, a))
  const method = nameOf(e, x.name)
  if (target !== undefined) return callStatic(e, target, method, args())
  const value = evaluate(e, x.target)
  if (!(value instanceof PsType)) throw new Refused('a static call on something other than a type')
  return callStatic(e, { name: value.name, array: 0, args: [] }, method, args())
}

function castTo(e: Engine, type: TypeName, expr: Expr): PsValue {
  const lower = type.name.toLowerCase()
  if (type.array === 0 && expr.kind === 'hash') {
    if (lower === 'ordered') return hash(e, expr.entries, 'System.Collections.Specialized.OrderedDictionary')
    if (lower === 'pscustomobject') {
      const made = hash(e, expr.entries, 'System.Collections.Specialized.OrderedDictionary')
      return objectFrom(made)
    }
  }
  if (lower === 'ref' && type.array === 0) return reference(e, expr)
  const name = typeNamed(e, type)
  return cast(evaluate(e, expr), name)
}

function hash(
  e: Engine,
  entries: readonly (readonly [Expr, Parameters<typeof collect>[1]])[],
  type: string,
): PsDictionary {
  const out = new PsDictionary(type)
  for (const [k, v] of entries) {
    const key = evaluate(e, k)
    if (isNull(key))
      fail('InvalidNullKey', 'A null key is not allowed in a hash literal.', 'InvalidOperation')
    if (getEntry(out, key) !== undefined)
      fail('DuplicateKeyInHashLiteral', `Duplicate keys '${text(key)}' are not allowed in hash literals.`)
    setEntry(out, key, collect(e, v))
  }
  return out
}

function unary(e: Engine, op: string, expr: Expr): PsValue {
  const v = evaluate(e, expr)
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

function step(e: Engine, x: Expr & { kind: 'step' }): PsValue {
  const target = x.target.kind === 'paren' ? undefined : x.target
  if (target === undefined) throw new Refused('++ of a value in parentheses')
  const before = evaluate(e, target)
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

function binary(e: Engine, x: Expr & { kind: 'binary' }): PsValue {
  const { op } = x
  const left = evaluate(e, x.left)
  if (op === 'and') return truth(left) && truth(evaluate(e, x.right))
  if (op === 'or') return truth(left) || truth(evaluate(e, x.right))
  const right = evaluate(e, x.right)
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

/** Whether a value can be taken apart by name: what `$x.y = …` may set. */
export const hasProperties = (v: PsValue): boolean => v instanceof PsObject || v instanceof PsDictionary

export { PsThrow }
