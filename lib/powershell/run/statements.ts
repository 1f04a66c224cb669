import { arithmetic } from '../arithmetic.ts'
import { compareText, equal } from '../compare.ts'
import { itemsOf, truth } from '../convert.ts'
import { setEntry } from '../dictionaries.ts'
import { Leave, Native, PsThrow, Refused, exceptionTypes, fail, record } from '../errors.ts'
import { int32 } from '../numbers.ts'
import {
  NOTHING,
  PsBlock,
  PsDictionary,
  PsErrorRecord,
  PsException,
  PsList,
  isNull,
  viewOf,
} from '../objects.ts'
import { toRegex, wildcard } from '../regex.ts'
import { type Expr, type Stmt, type TypeName } from '../syntax/ast.ts'
import { text } from '../text.ts'
import { PsEnum, type PsValue } from '../values.ts'
import { type Engine, type Out, fold, loopSignal } from './engine.ts'
import { evaluate, typeNamed } from './expressions.ts'
import { runPipeline } from './pipeline.ts'
import { assign, setVariable, valueForUpdate } from './variables.ts'

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

/** Puts a value out, taken apart where a pipeline would. */
export function emit(v: PsValue, out: Out): void {
  if (v === NOTHING) return
  const items = itemsOf(v)
  if (items === undefined) return out(v)
  for (const item of [...items]) out(item === NOTHING ? null : item)
}

const quiet = (x: Expr): boolean => x.kind === 'step'

/** Runs one statement. */
export function runStatement(e: Engine, s: Stmt, out: Out): void {
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

function runSwitch(e: Engine, s: Stmt & { kind: 'switch' }, out: Out): void {
  const on = collect(e, s.on)
  const before = e.scope.own('_')
  const fallback = s.clauses.find((c) => c.test === undefined)
  try {
    for (const item of itemsOf(on) ?? [isNull(on) ? null : on]) {
      e.scope.set('_', item)
      let matched = false
      try {
        for (const clause of s.clauses) {
          if (clause.test === undefined || !switchMatches(e, s, clause.test, item)) continue
          matched = true
          e.scope.set('_', item)
          runStatements(e, clause.body, out)
        }
        if (!matched && fallback !== undefined) runStatements(e, fallback.body, out)
      } catch (x) {
        const signal = loopSignal(x, s.label)
        if (signal === undefined) throw x
        if (signal === 'break') return
      }
    }
  } finally {
    if (before === undefined) e.scope.variables.delete('_')
    else e.scope.variables.set('_', before)
  }
}

function switchMatches(e: Engine, s: Stmt & { kind: 'switch' }, test: Expr, item: PsValue): boolean {
  const value = evaluate(e, test)
  if (value instanceof PsBlock) {
    const out: PsValue[] = []
    e.runBlock(value, { item, here: true }, (v) => out.push(v))
    return truth(fold(out))
  }
  if (s.mode === 'regex') {
    const m = toRegex(text(value), s.caseSensitive)
    m.lastIndex = 0
    const found = m.exec(text(item))
    if (found === null) return false
    runMatches(e, found)
    return true
  }
  if (s.mode === 'wildcard') return wildcard(text(value), s.caseSensitive).test(text(item))
  if (item instanceof PsEnum && typeof value !== 'string') return equal(text(item), value, s.caseSensitive)
  if (typeof item === 'string' || typeof value === 'string')
    return compareText(text(item), text(value), s.caseSensitive) === 0
  return equal(item, value, s.caseSensitive)
}

function runMatches(e: Engine, found: RegExpExecArray): void {
  if (found.groups !== undefined) throw new Refused('named groups in switch -Regex')
  e.scope.set('Matches', matchesOf(found))
}

function runTry(e: Engine, s: Stmt & { kind: 'try' }, out: Out): void {
  try {
    try {
      runStatements(e, s.body, out)
    } catch (x) {
      const thrown = asThrow(x)
      if (thrown === undefined || s.catches.length === 0) throw x
      handle(e, s, thrown, out)
    }
  } finally {
    if (s.last !== undefined) runStatements(e, s.last, out)
  }
}

/** Any error of a script, also a .NET one that nothing wrapped. */
export function asThrow(x: unknown): PsThrow | undefined {
  if (x instanceof PsThrow) return x
  if (x instanceof Native)
    return new PsThrow(
      new PsErrorRecord(
        x.exception,
        x.exception.type.slice(x.exception.type.lastIndexOf('.') + 1),
        'NotSpecified',
      ),
    )
  return undefined
}

function handle(e: Engine, s: Stmt & { kind: 'try' }, thrown: PsThrow, out: Out): void {
  e.remember(thrown.record)
  const chosen = choose(e, s, thrown.record)
  if (chosen === undefined) throw thrown
  const before = e.scope.own('_')
  e.scope.set('_', chosen.record)
  e.caught.push(thrown.record)
  try {
    runStatements(e, chosen.body, out)
  } finally {
    e.caught.pop()
    if (before === undefined) e.scope.variables.delete('_')
    else e.scope.variables.set('_', before)
  }
}

function choose(
  e: Engine,
  s: Stmt & { kind: 'try' },
  r: PsErrorRecord,
): { readonly record: PsErrorRecord; readonly body: readonly Stmt[] } | undefined {
  const typed = s.catches.map((c) => c.types.map((t) => catchType(e, t)))
  const candidates: PsException[] = [r.exception]
  if (r.exception.inner !== null) candidates.push(r.exception.inner)
  for (const exception of candidates) {
    const types = exceptionTypes(exception.type)
    let best: { readonly depth: number; readonly body: readonly Stmt[] } | undefined
    s.catches.forEach((c, i) => {
      for (const t of typed[i]!) {
        const depth = types.findIndex((n) => n.toLowerCase() === t.toLowerCase())
        if (depth >= 0 && t !== 'System.Exception' && (best === undefined || depth < best.depth))
          best = { depth, body: c.body }
      }
    })
    if (best !== undefined) {
      const made = exception === r.exception ? r : new PsErrorRecord(exception, r.fqid, r.category, r.target)
      return { record: made, body: best.body }
    }
  }
  const general = s.catches.find((c, i) => c.types.length === 0 || typed[i]!.includes('System.Exception'))
  return general === undefined ? undefined : { record: r, body: general.body }
}

function catchType(e: Engine, t: TypeName): string {
  return typeNamed(e, t)
}

function runThrow(e: Engine, value: Stmt | undefined): never {
  if (value === undefined) {
    const current = e.caught.at(-1)
    if (current !== undefined) throw new PsThrow(current)
    fail('ScriptHalted', 'ScriptHalted', 'OperationStopped')
  }
  const v = collect(e, value)
  if (v instanceof PsErrorRecord) throw new PsThrow(v)
  if (v instanceof PsException) {
    if (v.record !== undefined) throw new PsThrow(v.record)
    const made = new PsErrorRecord(v, v.message, 'OperationStopped', null)
    scripted.add(made)
    throw new PsThrow(made)
  }
  if (isNull(v)) fail('ScriptHalted', 'ScriptHalted', 'OperationStopped')
  const message = text(v)
  const made = record(message, message, 'OperationStopped', undefined, v)
  scripted.add(made)
  throw new PsThrow(made)
}

/** Records that a script's own `throw` made: no cmdlet adds its name to their id. */
export const scripted = new WeakSet<PsErrorRecord>()

function matchesOf(found: RegExpExecArray): PsValue {
  const out = new PsDictionary()
  found.forEach((g, i) => {
    if (g !== undefined) setEntry(out, int32(i), g)
  })
  return out
}
