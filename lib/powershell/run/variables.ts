import { cast } from '../arithmetic.ts'
import { itemsOf } from '../convert.ts'
import { PsThrow, Refused, fail, record } from '../errors.ts'
import { NOTHING, isNull } from '../objects.ts'
import { type Expr } from '../syntax/ast.ts'
import { text } from '../text.ts'
import { type PsValue } from '../values.ts'
import { type Engine } from './engine.ts'
import { typeNamed } from './type-named.ts'
import { setIndex } from './indexing.ts'
import { setMember } from '../members/members.ts'
import { type Scope, type Variable } from './scope.ts'

const AUTOMATIC = [
  'input',
  'myinvocation',
  'psscriptroot',
  'pscommandpath',
  'host',
  'pid',
  'pwd',
  'home',
  'stacktrace',
  '?',
  '^',
  '$',
  'executioncontext',
  'psversiontable',
  'lastexitcode',
  'profile',
  'shellid',
  'psculture',
  'psuiculture',
  'pshome',
  'psdefaultparametervalues',
  'nestedpromptlevel',
  'iswindows',
  'islinux',
  'iscoreclr',
  'ismacos',
]

function scopeFor(e: Engine, scope: string | undefined): Scope | undefined {
  if (scope === undefined) return undefined
  if (scope === 'script' && e.closed) throw new Refused('$script: in a closure')
  if (scope === 'global' || scope === 'script') return e.global
  if (scope === 'local') return e.scope
  throw new Refused(`$${scope}:`)
}

/** The value of a variable; unset ones fail under strict mode. */
export function getVariable(e: Engine, x: Expr & { kind: 'var' }): PsValue {
  if (x.scope === 'env') return e.host.environment(x.name) ?? null
  const scope = scopeFor(e, x.scope)
  const found = scope === undefined ? e.scope.find(x.name) : scope.own(x.name)
  if (found !== undefined) return found.value
  const lower = x.name.toLowerCase()
  if (AUTOMATIC.includes(lower)) throw new Refused(`$${x.name}`)
  if (lower === 'psitem') return e.scope.find('_')?.value ?? null
  if (lower === '_' || lower === 'psboundparameters') return null
  if (e.scope.strictness === 0) return null
  const shown = x.scope === undefined ? x.name : `${x.scope}:${x.name}`
  fail(
    'VariableIsUndefined',
    `The variable '$${shown}' cannot be retrieved because it has not been set.`,
    'InvalidOperation',
    undefined,
    shown,
  )
}

function notWritable(name: string): never {
  throw new PsThrow(
    record(
      'VariableNotWritable',
      `Cannot overwrite variable ${name} because it is read-only or constant.`,
      'WriteError',
      'System.Management.Automation.SessionStateUnauthorizedAccessException',
      name,
    ),
  )
}

/** Sets a variable in a scope, keeping its type and its checks. */
export function setVariable(e: Engine, scope: Scope, name: string, value: PsValue, type?: string): void {
  const old: Variable | undefined =
    scope.own(name) ??
    (['true', 'false', 'null', 'error'].includes(name.toLowerCase()) ? e.global.own(name) : undefined)
  if (name.toLowerCase() === 'null') return
  if (old?.readOnly === true) notWritable(old.name)
  if (
    [
      'args',
      'input',
      'matches',
      '_',
      'psitem',
      'this',
      'psboundparameters',
      'pscmdlet',
      'ofs',
      'foreach',
      'switch',
    ].includes(name.toLowerCase()) &&
    name.toLowerCase() === 'input'
  )
    throw new Refused('an assignment to $input')
  const wanted = type ?? old?.type
  const converted = wanted === undefined ? value : cast(value === NOTHING ? null : value, wanted)
  old?.check?.(converted)
  scope.set(old?.name ?? name, converted, { type: wanted, check: old?.check })
}

/** Assigns to a variable, a member, an index, or a list of such. */
export function assign(e: Engine, target: Expr, value: PsValue): void {
  e.at = target.at
  switch (target.kind) {
    case 'var':
      if (target.scope === 'env') throw new Refused('an assignment to $env:')
      return setVariable(e, scopeFor(e, target.scope) ?? e.scope, target.name, value)
    case 'cast': {
      if (target.expr.kind !== 'var')
        throw new Refused('a typed assignment to something other than a variable')
      return setVariable(
        e,
        scopeFor(e, target.expr.scope) ?? e.scope,
        target.expr.name,
        value,
        typeNamed(e, target.type),
      )
    }
    case 'member': {
      if (target.static) throw new Refused('an assignment to a static member')
      const on = e.evaluate(target.target)
      return setMember(e, on, text(e.evaluate(target.name)), value === NOTHING ? null : value)
    }
    case 'index':
      return setIndex(
        e,
        e.evaluate(target.target),
        e.evaluate(target.index),
        value === NOTHING ? null : value,
      )
    case 'list':
      return assignList(e, target.items, value)
    case 'paren':
      if (
        target.inner.kind === 'pipeline' &&
        target.inner.rest.length === 0 &&
        target.inner.first.kind !== 'command'
      )
        return assign(e, target.inner.first, value)
  }
  throw new Refused('an assignment to this')
}

function assignList(e: Engine, targets: readonly Expr[], value: PsValue): void {
  const items = itemsOf(value) ?? [value]
  targets.forEach((t, i) => {
    if (i < targets.length - 1) return assign(e, t, items[i] ?? null)
    const rest = items.slice(i)
    assign(e, t, rest.length === 0 ? null : rest.length === 1 ? rest[0]! : rest)
  })
}

/** The value for `$x += …`: an unset variable counts as null. */
export function valueForUpdate(e: Engine, target: Expr): PsValue {
  if (target.kind === 'cast') return valueForUpdate(e, target.expr)
  // a block of its own scope reads only what that scope has: an outer variable is not seen
  if (
    target.kind === 'var' &&
    target.scope === undefined &&
    !e.borrowed &&
    e.scope.own(target.name) === undefined
  )
    return null
  const v = e.evaluate(target)
  return isNull(v) ? null : v
}
