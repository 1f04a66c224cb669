import { cast } from '../arithmetic.ts'
import { itemsOf, objectFrom } from '../convert.ts'
import { getEntry, setEntry } from '../dictionaries.ts'
import { Refused, fail } from '../errors.ts'
import { callMethod } from '../members/methods.ts'
import { getMember } from '../members/members.ts'
import { callStatic, getStatic } from '../members/statics.ts'
import { NOTHING, PsBlock, PsDictionary, PsRef, PsType, isNull } from '../objects.ts'
import { type Engine, fold } from './engine.ts'
import { getIndex } from './indexing.ts'
import { binary, step, unary } from './operators.ts'
import { type Scope } from './scope.ts'
import { typeNamed } from './type-named.ts'
import { getVariable, setVariable } from './variables.ts'
import { type Expr, type Stmt, type TypeName } from '../syntax/ast.ts'
import { element, text } from '../text.ts'
import { PsNumber, type PsValue } from '../values.ts'

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
      e.runStatements(x.body, (v) => out.push(v))
      return out
    }
    case 'sub': {
      const out: PsValue[] = []
      e.runStatements(x.body, (v) => out.push(v))
      return fold(out)
    }
    case 'paren':
      return e.collect(x.inner)
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

function hash(e: Engine, entries: readonly (readonly [Expr, Stmt])[], type: string): PsDictionary {
  const out = new PsDictionary(type)
  for (const [k, v] of entries) {
    const key = evaluate(e, k)
    if (isNull(key))
      fail('InvalidNullKey', 'A null key is not allowed in a hash literal.', 'InvalidOperation')
    if (getEntry(out, key) !== undefined)
      fail('DuplicateKeyInHashLiteral', `Duplicate keys '${text(key)}' are not allowed in hash literals.`)
    setEntry(out, key, e.collect(v))
  }
  return out
}
