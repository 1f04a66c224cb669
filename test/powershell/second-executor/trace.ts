import type { JsonObject } from '../../../lib/domain/json.ts'
import type { Executor } from '../../../lib/lab/executor.ts'
import type { World } from '../../../lib/lab/world/world.ts'
import type { WireError } from '../../../lib/transport/wire.ts'

/** One run of a script: what it was given, what it answered, and the world after it. */
export type Run = {
  readonly script: string
  readonly params: JsonObject
  readonly answer: {
    readonly out: readonly string[]
    readonly warnings: readonly string[]
    readonly fault: unknown
  }
  readonly world: string
}

/**
 * What is compared of an error: the id up to the comma (behind it stands the function's name where Windows has the class), the
 * category, and for all but binding errors, which each engine words itself, the exception's type and message.
 * A value that does not convert is reported by a function as its argument transformation, by a compiled cmdlet as its binder.
 */
export function comparable(fault: WireError | undefined): unknown {
  if (fault === undefined) return null
  const id = fault.fqid.replace(/,.*$/, '')
  if (id === 'ParameterArgumentTransformationError' || id === 'CannotConvertArgumentNoMessage')
    return { id: 'value that does not convert' }
  const own = /^(Parameter|Ambiguous|Missing|Positional|NamedParameter|InputObject|CommandNotFound)/.test(id)
  return { id, category: fault.category, ...(own ? {} : { type: fault.type, message: fault.message }) }
}

/** An executor that writes down each run. */
export function traced(executor: Executor, world: World, runs: Run[]): Executor {
  return {
    version: executor.version,
    run: (hash, text, params, limitMs, purpose) => {
      const done = executor.run(hash, text, params, limitMs, purpose)
      runs.push({
        script: text,
        params,
        answer: { out: done.out, warnings: done.warnings, fault: comparable(done.fault) },
        world: JSON.stringify([world.snapshot(), world.console, world.restartIn ?? null, world.now()]),
      })
      return done
    },
  }
}

/** Where two traces part first; nothing when they are the same. */
export function parting(interpreter: readonly Run[], engine: readonly Run[]): unknown {
  for (const [at, run] of interpreter.entries()) {
    const other = engine[at]
    if (other === undefined) return { at, script: run.script, engine: 'did not get so far' }
    const same = run.script === other.script && JSON.stringify(run.params) === JSON.stringify(other.params)
    if (!same)
      return { at, interpreter: run.script, engine: other.script, params: [run.params, other.params] }
    if (JSON.stringify(run.answer) !== JSON.stringify(other.answer))
      return { at, script: run.script, params: run.params, interpreter: run.answer, engine: other.answer }
    if (run.world !== other.world)
      return { at, script: run.script, params: run.params, worlds: [run.world, other.world] }
  }
  return engine.length > interpreter.length
    ? { at: interpreter.length, interpreter: 'did not get so far' }
    : undefined
}
