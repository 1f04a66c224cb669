import { Leave, PsThrow, Refused } from '../errors.ts'
import { type Host } from '../host.ts'
import { NOTHING, PsBlock, type PsErrorRecord } from '../objects.ts'
import { type Script, placeOf } from '../syntax/ast.ts'
import { type PsValue } from '../values.ts'
import { Engine } from './engine.ts'
import { runBlock } from './functions.ts'
import { asThrow } from './errors.ts'
import { evaluate } from './expressions.ts'
import { collect, runStatements } from './statements.ts'

/** What a script is run with. */
export interface RunOptions {
  readonly host: Host
  /** The one argument: what `param($Params)` receives. */
  readonly params: PsValue
  /** Type of whole numbers that ConvertFrom-Json gives; Int32 by default, as in Windows PowerShell. */
  readonly jsonIntegers?: 'Int32' | 'Int64'
}

/** What a run gave: all output up to the error, the warnings in order, and the error that ended it. */
export interface RunResult {
  readonly output: readonly PsValue[]
  readonly warnings: readonly string[]
  readonly error: PsErrorRecord | null
}

/**
 * Runs a script as the worker on a host does: under strict mode 2.0 and Stop, in a scope of its own.
 * Throws Refused, with the place, at a construct whose answer the interpreter does not know.
 */
export function run(script: Script, options: RunOptions): RunResult {
  const e = new Engine(options.host, { evaluate, collect, runStatements, runBlock })
  e.source = script.text
  e.jsonIntegers = options.jsonIntegers ?? 'Int32'
  const output: PsValue[] = []
  const end = (error: PsErrorRecord | null): RunResult => ({ output, warnings: e.warnings, error })
  try {
    e.runBlock(new PsBlock(script.block, script.text), { args: [options.params] }, (v) =>
      output.push(v === NOTHING ? null : v),
    )
    return end(null)
  } catch (x) {
    const thrown = asThrow(x)
    if (thrown instanceof PsThrow) return end(thrown.record)
    if (x instanceof Leave) return refuse(new Refused(`${x.what} outside a loop`), e, script)
    if (x instanceof Refused) return refuse(x, e, script)
    if (x instanceof RangeError && /call stack/i.test(x.message))
      return refuse(new Refused('calls this deep'), e, script)
    throw x
  }
}

function refuse(x: Refused, e: Engine, script: Script): never {
  if (x.line === 0) {
    const place = placeOf(script.text, Math.min(e.at, script.text.length))
    x.line = place.line
    x.column = place.column
  }
  throw x
}
