import { Native, PsThrow, exceptionTypes, fail, record } from '../errors.ts'
import { PsErrorRecord, PsException, isNull } from '../objects.ts'
import { type Engine, type Out } from './engine.ts'
import { typeNamed } from './type-named.ts'
import { type Stmt } from '../syntax/ast.ts'
import { text } from '../text.ts'

export function runTry(e: Engine, s: Stmt & { kind: 'try' }, out: Out): void {
  try {
    try {
      e.runStatements(s.body, out)
    } catch (x) {
      const thrown = asThrow(x)
      if (thrown === undefined || s.catches.length === 0) throw x
      handle(e, s, thrown, out)
    }
  } finally {
    if (s.last !== undefined) e.runStatements(s.last, out)
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
    e.runStatements(chosen.body, out)
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
  const typed = s.catches.map((c) => c.types.map((t) => typeNamed(e, t)))
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

export function runThrow(e: Engine, value: Stmt | undefined): never {
  if (value === undefined) {
    const current = e.caught.at(-1)
    if (current !== undefined) throw new PsThrow(current)
    fail('ScriptHalted', 'ScriptHalted', 'OperationStopped')
  }
  const v = e.collect(value)
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
