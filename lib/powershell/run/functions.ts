import { Leave, Refused } from '../errors.ts'
import { NOTHING, type PsBlock, PsDictionary, PsList, PsSwitch } from '../objects.ts'
import { setEntry } from '../dictionaries.ts'
import { PsEnum, type PsValue } from '../values.ts'
import { accept } from './accept.ts'
import { bind, settle } from './bind.ts'
import { type Bound, type Given } from './bound.ts'
import { bindInput, inputRefused } from './bind-input.ts'
import { declared } from './declared.ts'
import { type BlockCall, type Engine, type Out } from './engine.ts'
import { evaluate } from './expressions.ts'
import { psCmdlet } from './pscmdlet.ts'
import { type Stage } from './stage.ts'
import { propertyOf } from '../members/properties.ts'
import { type FunctionValue, Scope } from './scope.ts'
import { text } from '../text.ts'

/** Runs statements of a block; a `return` ends them. */
function body(e: Engine, statements: NonNullable<PsBlock['block']['end']>, out: Out): boolean {
  try {
    e.runStatements(statements, out)
    return true
  } catch (x) {
    if (x instanceof Leave && x.what === 'return') return false
    throw x
  }
}

/** A function or block as a command. */
export function blockStage(
  e: Engine,
  fn: FunctionValue,
  givenOf: () => readonly Given[],
  out: Out,
  hasInput: boolean,
  dotted: boolean,
): Stage {
  const { block } = fn
  const ast = block.block
  const outer = e.scope
  const scope = dotted ? outer : new Scope(block.closed === undefined ? outer : closure(block, outer))
  const d = declared(e, block)
  const process = ast.process ?? (fn.filter ? ast.end : undefined)
  const end = fn.filter ? undefined : ast.end
  let bound: Bound | undefined
  const collected: PsValue[] = []
  const inside = (action: () => void): void => {
    const { source, frame, borrowed, closed } = e
    e.source = block.source
    e.borrowed = dotted
    e.closed = block.closed !== undefined
    if (fn.name !== '') e.frame = fn.name
    try {
      e.within(scope, action)
    } finally {
      e.source = source
      e.frame = frame
      e.borrowed = borrowed
      e.closed = closed
    }
  }
  const run = (statements: typeof ast.end): void => {
    if (statements !== undefined) inside(() => body(e, statements, emitTo))
  }
  const emitTo: Out = (v) => {
    if (outVariable !== undefined) outVariable.items.push(v)
    out(v)
  }
  let outVariable: PsList | undefined
  return {
    begin() {
      bound = bind(d.formals, givenOf(), fn.name, false)
      if (!d.formals.strict && dotted && bound.values.size > 0)
        throw new Refused('parameters of a dot-sourced block')
      const b = bound
      if (!hasInput || !d.formals.list.some((f) => f.byValue || f.byProperty)) settle(b, false)
      inside(() => {
        scope.set('args', d.formals.strict ? null : [...b.rest])
        if (d.formals.strict) scope.variables.delete('args')
        const given = new PsDictionary('System.Management.Automation.PSBoundParametersDictionary')
        for (const [name, v] of b.values) setEntry(given, name, v)
        scope.set('PSBoundParameters', given)
        if (d.formals.strict) scope.set('PSCmdlet', psCmdlet(e, fn.name, b, emitTo))
        for (const f of d.formals.list) {
          const v = b.values.get(f.name)
          const check = f.check === undefined ? undefined : d.recheck(f)
          scope.set(
            f.name,
            v ?? (b.values.has(f.name) ? null : f.isSwitch ? new PsSwitch(false) : initialOf(f.type)),
            { type: f.type, check: v === undefined ? undefined : check },
          )
        }
        for (const f of d.formals.list) {
          const initial = d.initials.get(f.name)
          if (b.values.has(f.name) || initial === undefined) continue
          let v = evaluate(e, initial)
          if (f.type !== undefined)
            v = accept({ ...f, check: undefined, allowNull: true, allowEmpty: true }, v, fn.name, false)
          scope.set(f.name, v === NOTHING ? null : v, {
            type: f.type,
            check: f.check === undefined ? undefined : d.recheck(f),
          })
        }
      })
      outVariable = commons(scope, b)
      if (ast.begin !== undefined) run(ast.begin)
    },
    process(item) {
      const b = bound!
      if (item === undefined) {
        if (process !== undefined) inside(() => body(e, process, emitTo))
        return
      }
      if (d.formals.list.some((f) => f.byValue || f.byProperty)) {
        const values = bindInput(b, undefined, item, (name) => propertyOf(e, item, name), false)
        if (values === undefined) return e.report(inputRefused(item, fn.name))
        for (const [name, v] of values) {
          const f = d.formals.list.find((p) => p.name === name)
          scope.set(name, v, { type: f?.type })
        }
      } else if (d.formals.strict) {
        e.report(inputRefused(item, fn.name))
      }
      if (process === undefined) {
        collected.push(item)
        return
      }
      inside(() => {
        scope.set('_', item)
        body(e, process, emitTo)
      })
    },
    end() {
      if (end !== undefined) {
        if (collected.length > 0)
          scope.set('input', new PsList('System.Collections.ArrayList+ArrayListEnumeratorSimple', collected))
        run(end)
      }
      finish(outer, bound!, outVariable)
    },
  }
}

function initialOf(type: string | undefined): PsValue {
  if (type === undefined || type.endsWith('[]')) return null
  const zero: { readonly [t: string]: PsValue } = { 'System.String': '', 'System.Boolean': false }
  return (
    zero[type] ??
    (/^System\.(U?Int(16|32|64)|Byte|Double|Single|Decimal)$/.test(type)
      ? accept(
          {
            name: '',
            aliases: [],
            type,
            isSwitch: false,
            byValue: false,
            byProperty: false,
            sets: new Map(),
            check: undefined,
            allowNull: true,
            allowEmpty: true,
          },
          null,
          '',
          false,
        )
      : null)
  )
}

function closure(block: PsBlock, outer: Scope): Scope {
  const scope = new Scope(outer)
  for (const [name, v] of block.closed!) scope.set(name, v)
  return scope
}

/** What the common parameters of an advanced function do while it runs. */
function commons(scope: Scope, b: Bound): PsList | undefined {
  const preference = (parameter: string, variable: string): void => {
    const v = b.values.get(parameter)
    if (v === undefined) return
    scope.set(variable, new PsEnum('System.Management.Automation.ActionPreference', text(v), 0))
  }
  if (!b.formals.strict) return undefined
  preference('ErrorAction', 'ErrorActionPreference')
  preference('WarningAction', 'WarningPreference')
  for (const name of [
    'WarningVariable',
    'ErrorVariable',
    'OutBuffer',
    'PipelineVariable',
    'InformationVariable',
    'InformationAction',
  ])
    if (b.values.has(name)) throw new Refused(`-${name}`)
  const ov = b.values.get('OutVariable')
  return ov === undefined ? undefined : new PsList('System.Collections.ArrayList', [])
}

function finish(outer: Scope, b: Bound, outVariable: PsList | undefined): void {
  if (outVariable !== undefined) outer.set(text(b.values.get('OutVariable')!), outVariable)
}

/** Runs a block for a cmdlet or a method. */
export function runBlock(e: Engine, block: PsBlock, call: BlockCall, out: Out): void {
  if (call.here === true) {
    if (block.block.parameters !== undefined && block.block.parameters.length > 0)
      return inNewScope(e, block, call, out)
    const { source, borrowed, closed } = e
    const scope = block.closed === undefined ? e.scope : closure(block, e.scope)
    const before = scope.own('_')
    const set = 'item' in call
    if (set) scope.set('_', call.item ?? null)
    e.source = block.source
    e.borrowed = true
    e.closed = block.closed !== undefined
    try {
      e.within(scope, () => {
        if (block.block.begin !== undefined || block.block.process !== undefined)
          throw new Refused('named blocks here')
        body(e, block.block.end ?? [], out)
      })
    } finally {
      e.source = source
      e.borrowed = borrowed
      e.closed = closed
      if (set) {
        if (before === undefined) scope.variables.delete('_')
        else scope.variables.set('_', before)
      }
    }
    return
  }
  inNewScope(e, block, call, out)
}

function inNewScope(e: Engine, block: PsBlock, call: BlockCall, out: Out): void {
  const before = e.scope
  const scope = new Scope(before)
  if ('item' in call) scope.set('_', call.item ?? null)
  e.within(scope, () => {
    const stage = blockStage(
      e,
      { name: '', block, filter: false },
      () => (call.args ?? []).map((value) => ({ name: undefined, value })),
      out,
      false,
      false,
    )
    stage.begin()
    stage.process(undefined)
    stage.end()
  })
}
