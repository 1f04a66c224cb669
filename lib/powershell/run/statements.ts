import { arithmetic } from '../arithmetic.ts'
import { itemsOf, truth } from '../convert.ts'
import { Leave, PsThrow, Refused, record } from '../errors.ts'
import { PsBlock, PsList, isNull, viewOf } from '../objects.ts'
import { type Engine, type Out, emit, fold, loopSignal } from './engine.ts'
import { runThrow, runTry } from './errors.ts'
import { evaluate } from './expressions.ts'
import { runPipeline } from './pipeline.ts'
import { runSwitch } from './switch.ts'
import { assign, setVariable, valueForUpdate } from './variables.ts'
import { type Expr, type Stmt } from '../syntax/ast.ts'
import { text } from '../text.ts'
import { type PsValue } from '../values.ts'

/** Runs statements one after the other. */
export function runStatements(e: Engine, body: readonly Stmt[], out: Out): void {
  for (const s of body) runStatement(e, s, out)
}

/** What a statement puts out, as an assignment takes it; an assignment gives its value. */
export function collect(e: Engine, s: Stmt): PsValue {
  if (
    s.kind === 'pipeline' &&
    s.rest.length === 0 &&
    s.redirections.length === 0 &&
    s.first.kind !== 'command'
  )
    return evaluate(e, s.first)
  if (s.kind === 'assign') return assignment(e, s)
  const out: PsValue[] = []
  runStatement(e, s, (v) => out.push(v))
  return fold(out)
}

const quiet = (x: Expr): boolean => x.kind === 'step'

/** Runs one statement. */
function runStatement(e: Engine, s: Stmt, out: Out): void {
  e.at = s.at
  switch (s.kind) {
    case 'pipeline':
      if (s.rest.length === 0 && s.first.kind !== 'command' && s.redirections.length === 0) {
        const value = evaluate(e, s.first)
        if (!quiet(s.first)) emit(value, out)
        return
      }
      return runPipeline(e, s, out)
    case 'assign':
      assignment(e, s)
      return
    case 'if': {
      for (const [test, body] of s.clauses) if (truth(collect(e, test))) return runStatements(e, body, out)
      if (s.otherwise !== undefined) runStatements(e, s.otherwise, out)
      return
    }
    case 'while':
      while (e.turn() && truth(collect(e, s.condition))) if (!loop(e, s.body, s.label, out)) return
      return
    case 'do':
      do {
        if (!loop(e, s.body, s.label, out)) return
      } while (e.turn() && truth(collect(e, s.condition)) !== s.until)
      return
    case 'for':
      if (s.start !== undefined) runStatement(e, s.start, () => undefined)
      while (e.turn() && (s.condition === undefined || truth(collect(e, s.condition)))) {
        if (!loop(e, s.body, s.label, out)) return
        if (s.next !== undefined) runStatement(e, s.next, () => undefined)
      }
      return
    case 'foreach':
      return runForeach(e, s, out)
    case 'switch':
      return runSwitch(e, s, out)
    case 'try':
      return runTry(e, s, out)
    case 'throw':
      return runThrow(e, s.value)
    case 'return':
      if (s.value !== undefined) runStatement(e, s.value, out)
      throw new Leave('return')
    case 'break':
    case 'continue':
      throw new Leave(s.kind, s.label === undefined ? '' : text(evaluate(e, s.label)))
    case 'exit':
      throw new Refused('exit')
    case 'function':
      e.scope.functions.set(s.name.replace(/^(?:global|script|local):/i, '').toLowerCase(), {
        name: s.name,
        block: new PsBlock(s.block, e.source),
        filter: s.filter,
      })
      if (/^(global|script):/i.test(s.name)) throw new Refused('a function in another scope')
  }
}

function assignment(e: Engine, s: Stmt & { kind: 'assign' }): PsValue {
  if (s.op === '=') {
    const value = s.value.kind === 'assign' ? assignment(e, s.value) : collect(e, s.value)
    assign(e, s.target, value)
    return s.target.kind === 'cast' && s.target.expr.kind === 'var' ? evaluate(e, s.target.expr) : value
  }
  const before = valueForUpdate(e, s.target)
  const added = collect(e, s.value)
  const after = arithmetic(s.op[0]!, before, added)
  assign(e, s.target, after)
  return after
}

/** One turn of a loop; false when it was broken off. */
function loop(e: Engine, body: readonly Stmt[], label: string, out: Out): boolean {
  try {
    runStatements(e, body, out)
    return true
  } catch (x) {
    const signal = loopSignal(x, label)
    if (signal === undefined) throw x
    return signal === 'continue'
  }
}

function runForeach(e: Engine, s: Stmt & { kind: 'foreach' }, out: Out): void {
  const over = collect(e, s.over)
  const items = itemsOf(over) ?? (isNull(over) ? [] : [over])
  if (items.length === 0 && e.scope.find(s.variable.name) === undefined && e.scope !== e.global)
    setVariable(e, e.scope, s.variable.name, null)
  const walked = over instanceof PsList ? over : viewOf(over)
  const version = walked?.version
  for (const item of [...items]) {
    assign(e, s.variable, item)
    if (!loop(e, s.body, s.label, out)) return
    if (walked?.version !== version)
      throw new PsThrow(
        record(
          'System.InvalidOperationException',
          'Collection was modified; enumeration operation may not execute.',
          'OperationStopped',
          'System.InvalidOperationException',
        ),
      )
  }
}
