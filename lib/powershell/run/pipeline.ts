import { Leave, Refused, fail } from '../errors.ts'
import { NOTHING, PsBlock, PsDictionary, isNull } from '../objects.ts'
import { itemsOf } from '../convert.ts'
import { type Command, type Expr, type Redirection, type Stmt } from '../syntax/ast.ts'
import { text } from '../text.ts'
import { typeOf } from '../types.ts'
import { PsObject, type PsValue } from '../values.ts'
import { builtIn } from '../cmdlets/index.ts'
import { type Given } from './bound.ts'
import { cmdletStage, hostStage } from './cmdlet-stage.ts'
import { type Engine, type Out, emit } from './engine.ts'
import { evaluate } from './expressions.ts'
import { blockStage } from './functions.ts'
import { type Stage } from './stage.ts'

/** Runs a pipeline with at least one command, or with redirections. */
export function runPipeline(e: Engine, p: Stmt & { kind: 'pipeline' }, out: Out): void {
  const commands = p.first.kind === 'command' ? [p.first, ...p.rest] : p.rest
  const { first } = p
  if (first.kind !== 'command' && commands.length === 0) return withoutCommand(e, first, p.redirections, out)
  // first the input, then the names and arguments of all commands, then their look-up
  const input: PsValue[] = []
  if (first.kind !== 'command') emit(evaluate(e, first), (v) => input.push(v))
  const called = commands.map((c) => prepare(e, c))
  const stages: Stage[] = []
  let sink: Out = out
  for (let i = commands.length - 1; i >= 0; i--) {
    const hasInput = i > 0 || p.first.kind !== 'command'
    const stage = redirected(e, called[i]!, sink, hasInput)
    stages.unshift(stage)
    sink = (v) => stage.process(v)
  }
  for (const s of stages) s.begin()
  let from = 0
  try {
    if (first.kind === 'command') stages[0]!.process(undefined)
    else for (const v of input) stages[0]!.process(v)
  } catch (x) {
    if (!(x instanceof Leave) || x.what !== 'stop') throw x
    from = stages.findIndex((s) => s === x.owner)
    if (from < 0) throw x
  }
  for (let i = from; i < stages.length; i++) {
    try {
      stages[i]!.end()
    } catch (x) {
      if (!(x instanceof Leave) || x.what !== 'stop') throw x
      const at = stages.findIndex((s) => s === x.owner)
      if (at < 0) throw x
      i = Math.max(i, at - 1)
    }
  }
}

function withoutCommand(e: Engine, first: Expr, redirections: readonly Redirection[], out: Out): void {
  const toNull = redirections.every((r) => isNullTarget(r) && (r.from === '1' || r.from === '*'))
  if (!toNull && redirections.some((r) => r.from !== '2' && r.from !== '3'))
    throw new Refused('this redirection')
  const value = evaluate(e, first)
  if (!toNull) emit(value, out)
}

const isNullTarget = (r: Redirection): boolean =>
  r.to !== 1 && r.to.kind === 'var' && r.to.name.toLowerCase() === 'null'

/** A command with its name and arguments evaluated. */
interface Called {
  readonly command: Command
  readonly target: PsValue
  readonly args: readonly Given[]
}

function prepare(e: Engine, command: Command): Called {
  e.at = command.at
  const target = evaluate(e, command.name)
  return { command, target, args: given(e, command) }
}

function redirected(e: Engine, called: Called, sink: Out, hasInput: boolean): Stage {
  let warnings: Out | undefined
  let errors: Out | undefined
  let out = sink
  for (const r of called.command.redirections) {
    if (r.to !== 1 && !isNullTarget(r)) throw new Refused('a redirection to a file')
    const to = r.to === 1 ? sink : () => undefined
    if (r.from === '1' || r.from === '*') {
      if (r.to !== 1) out = () => undefined
    }
    if (r.from === '3' || r.from === '*') warnings = to
    if (r.from === '2' || r.from === '*') errors = to
  }
  const stage = stageOf(e, called, out, hasInput)
  if (warnings === undefined && errors === undefined) return stage
  const guarded = (action: () => void): void => {
    const [w, x] = [e.warningTo, e.errorTo]
    e.warningTo = warnings ?? w
    e.errorTo = errors ?? x
    try {
      action()
    } finally {
      e.warningTo = w
      e.errorTo = x
    }
  }
  return {
    begin: () => guarded(() => stage.begin()),
    process: (v) => guarded(() => stage.process(v)),
    end: () => guarded(() => stage.end()),
  }
}

function stageOf(e: Engine, called: Called, out: Out, hasInput: boolean): Stage {
  const { command: c, target, args } = called
  e.at = c.at
  if (target instanceof PsBlock) {
    return blockStage(
      e,
      { name: '', block: target, filter: false },
      () => args,
      out,
      hasInput,
      c.invoke === '.',
    )
  }
  if (isNull(target))
    fail(
      'BadExpression',
      `The expression after '${c.invoke}' in a pipeline element produced an object that was not valid. It must result in a command name, a script block, or a CommandInfo object.`,
    )
  if (typeof target !== 'string' || (target === '' && c.invoke !== ''))
    throw new Refused(`${c.invoke} on ${typeOf(target)}`)
  return named(e, target, called, out, hasInput)
}

function named(e: Engine, name: string, called: Called, out: Out, hasInput: boolean): Stage {
  const { command: c, args } = called
  parenthesised(e, c)
  const own = e.scope.function(name)
  if (own !== undefined) return blockStage(e, own, () => args, out, hasInput, c.invoke === '.')
  const language = builtIn(name)
  if (language !== undefined) return cmdletStage(e, language, () => args, out, hasInput)
  const hosted = e.host.command(name)
  if (hosted !== undefined) return hostStage(e, hosted, () => args, out, hasInput)
  if (['?', '%'].includes(name)) throw new Refused(`the alias ${name}`)
  fail(
    'CommandNotFoundException',
    `The term '${name}' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.`,
    'ObjectNotFound',
    'System.Management.Automation.CommandNotFoundException',
    name,
  )
}

// strict mode 2 refuses `f(1, 2)`, which looks like a method's call
function parenthesised(e: Engine, c: Command): void {
  const first = c.elements[0]
  if (
    e.scope.strictness < 2 ||
    c.elements.length !== 1 ||
    first?.kind !== 'argument' ||
    first.expr.kind !== 'paren'
  )
    return
  const inner = first.expr.inner
  if (inner.kind !== 'pipeline' || inner.first.kind !== 'list' || !/\S/.test(e.source[first.at - 1] ?? ' '))
    return
  fail(
    'StrictModeFunctionCallWithParens',
    'The function or command was called as if it were a method. Parameters should be separated by spaces. For information about parameters, see the about_Parameters Help topic.',
  )
}

function given(e: Engine, c: Command): readonly Given[] {
  const out: Given[] = []
  for (const el of c.elements) {
    e.at = el.at
    if (el.kind === 'parameter') {
      if (el.value === undefined) out.push({ name: el.name, value: null, bare: true })
      else out.push({ name: el.name, value: value(e, el.value), colon: true })
      continue
    }
    if (el.expr.kind === 'var' && el.expr.splat) {
      splat(evaluate(e, { ...el.expr, splat: false }), out)
      continue
    }
    out.push({ name: undefined, value: value(e, el.expr) })
  }
  return out
}

function value(e: Engine, x: Expr): PsValue {
  const v = evaluate(e, x)
  return v === NOTHING ? null : v
}

function splat(v: PsValue, out: Given[]): void {
  if (isNull(v)) return
  if (v instanceof PsDictionary) {
    for (const [key, item] of v.entries.values()) out.push({ name: text(key), value: item, splatted: true })
    return
  }
  if (v instanceof PsObject) throw new Refused('a splatted object')
  for (const item of itemsOf(v) ?? [v]) out.push({ name: undefined, value: item })
}
