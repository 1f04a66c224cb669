import { itemsOf } from '../convert.ts'
import { Leave, PsThrow, Refused } from '../errors.ts'
import { type Host } from '../host.ts'
import { NOTHING, type PsBlock, type PsErrorRecord, PsList, PsWarning, typedArray } from '../objects.ts'
import { type Expr, type Stmt } from '../syntax/ast.ts'
import { text } from '../text.ts'
import { PsEnum, type PsValue } from '../values.ts'
import { Scope } from './scope.ts'

/** Takes what a command or statement puts out. */
export type Out = (value: PsValue) => void

/** How `&`, a cmdlet or a method runs a script block. */
export interface BlockCall {
  readonly args?: readonly PsValue[]
  readonly named?: ReadonlyMap<string, PsValue>
  /** `$_` while it runs. */
  readonly item?: PsValue
  /** Runs in the scope that is there, as ForEach-Object does. */
  readonly here?: boolean
  readonly input?: readonly PsValue[]
}

/** The parts of the interpreter that call one another in a circle: an engine is made with them, and each reaches the others through it. */
export interface Parts {
  /** The value of an expression. */
  evaluate(e: Engine, x: Expr): PsValue
  /** What a statement puts out, as an assignment takes it. */
  collect(e: Engine, s: Stmt): PsValue
  runStatements(e: Engine, body: readonly Stmt[], out: Out): void
  runBlock(e: Engine, block: PsBlock, call: BlockCall, out: Out): void
}

/** One run of a script: its scopes, streams and errors. */
export class Engine {
  readonly host: Host
  readonly #parts: Parts
  readonly global = new Scope(undefined)
  scope = this.global
  /** Offset of what is being run, for refusals. */
  at = 0
  source = ''
  depth = 0
  #turns = 0
  /** At work: a block that runs in the scope of whoever called the cmdlet, or one that closed over variables. */
  borrowed = false
  closed = false
  /** Type of whole numbers that ConvertFrom-Json gives: Int32 in Windows PowerShell. */
  jsonIntegers: 'Int32' | 'Int64' = 'Int32'
  /** Name of the function at work, '' outside one. */
  frame = ''
  readonly errors = new PsList('System.Collections.ArrayList', [])
  /** The errors of the catch blocks at work, the innermost last. */
  readonly caught: PsErrorRecord[] = []
  readonly warnings: string[] = []
  /** Where the warning stream goes while it is redirected. */
  warningTo: Out | undefined = undefined
  errorTo: Out | undefined = undefined

  constructor(host: Host, parts: Parts) {
    this.host = host
    this.#parts = parts
    const preference = (value: string): PsEnum =>
      new PsEnum('System.Management.Automation.ActionPreference', value, PREFERENCES.indexOf(value))
    const g = this.global
    g.strict = 2
    g.set('ErrorActionPreference', preference('Stop'))
    g.set('ProgressPreference', preference('SilentlyContinue'))
    g.set('WarningPreference', preference('Continue'))
    g.set('VerbosePreference', preference('SilentlyContinue'))
    g.set('DebugPreference', preference('SilentlyContinue'))
    g.set('ConfirmPreference', 'None')
    g.set('true', true, { readOnly: true })
    g.set('false', false, { readOnly: true })
    g.set('null', null)
    g.set('Error', this.errors, { readOnly: true })
    g.set('OFS', ' ')
    g.set('args', [])
  }

  evaluate(x: Expr): PsValue {
    return this.#parts.evaluate(this, x)
  }

  collect(s: Stmt): PsValue {
    return this.#parts.collect(this, s)
  }

  runStatements(body: readonly Stmt[], out: Out): void {
    this.#parts.runStatements(this, body, out)
  }

  runBlock(block: PsBlock, call: BlockCall, out: Out): void {
    this.#parts.runBlock(this, block, call, out)
  }

  /** Counts a turn of a `while`, `do` or `for`: one that never ends is refused, since nobody would stop it. */
  turn(): true {
    if (++this.#turns > MOST_TURNS) throw new Refused(`more than ${MOST_TURNS} turns of loops`)
    return true
  }

  /** Runs a block and gives what it put out, as an assignment would take it. */
  call(block: PsBlock, call: BlockCall): PsValue {
    const out: PsValue[] = []
    this.runBlock(block, call, (v) => out.push(v))
    return fold(out)
  }

  /** Runs something in another scope. */
  within<T>(scope: Scope, action: () => T): T {
    const before = this.scope
    this.scope = scope
    if (++this.depth > 400) throw new Refused('calls more than 400 deep')
    try {
      return action()
    } finally {
      this.scope = before
      this.depth--
    }
  }

  preference(name: string): string {
    const value = this.scope.find(name)?.value ?? null
    const found = PREFERENCES.find((p) => p.toLowerCase() === text(value).toLowerCase())
    if (found === undefined) throw new Refused(`$${name} = ${text(value)}`)
    return found
  }

  warn(message: string, action = this.preference('WarningPreference')): void {
    if (action === 'SilentlyContinue' || action === 'Ignore') return
    if (action === 'Stop') {
      throw new Refused('WarningPreference Stop')
    }
    if (this.warningTo !== undefined) this.warningTo(new PsWarning(message))
    else this.warnings.push(message)
  }

  remember(record: PsErrorRecord): void {
    if (this.errors.items[0] !== record) this.errors.items.unshift(record)
  }

  /** An error that the command could go on after. */
  report(record: PsErrorRecord, action = this.preference('ErrorActionPreference')): void {
    if (action === 'Stop') throw new PsThrow(record)
    if (action === 'Ignore') return
    this.remember(record)
    if (action === 'Continue') this.errorTo?.(record)
    else if (action !== 'SilentlyContinue') throw new Refused(`-ErrorAction ${action}`)
  }
}

const MOST_TURNS = 100_000
const PREFERENCES = ['SilentlyContinue', 'Stop', 'Continue', 'Inquire', 'Ignore', 'Suspend', 'Break']

/** What an assignment takes from a statement's output: nothing, the one value, or an array. */
export function fold(out: readonly PsValue[]): PsValue {
  return out.length === 0 ? NOTHING : out.length === 1 ? out[0]! : typedArray('System.Object', out)
}

/** Puts a value out, taken apart where a pipeline would. */
export function emit(v: PsValue, out: Out): void {
  if (v === NOTHING) return
  const items = itemsOf(v)
  if (items === undefined) return out(v)
  for (const item of [...items]) out(item === NOTHING ? null : item)
}

/** Whether something thrown is a script's `break` or `continue` for this loop. */
export function loopSignal(e: unknown, label: string): 'break' | 'continue' | undefined {
  if (!(e instanceof Leave) || (e.what !== 'break' && e.what !== 'continue')) return undefined
  return e.label === '' || e.label.toLowerCase() === label.toLowerCase() ? e.what : undefined
}
