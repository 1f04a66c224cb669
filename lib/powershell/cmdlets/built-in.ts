import { type PsErrorRecord, PsSwitch } from '../objects.ts'
import { type Engine, type Out } from '../run/engine.ts'
import { type Formals } from '../run/formal.ts'
import { type PsValue } from '../values.ts'

/** What a cmdlet of the language is given for one call. */
export interface Starting {
  readonly engine: Engine
  readonly values: ReadonlyMap<string, PsValue>
  readonly hasInput: boolean
  readonly out: Out
  readonly className: string
  /** A non-terminating error. */
  report(record: PsErrorRecord): void
  warn(message: string): void
  /** Ends the pipeline: nothing more is needed from upstream. */
  stop(): never
}

/** A call at work. */
export interface Running {
  /** Without pipeline input. */
  once?(): void
  /** For each object of the pipeline. */
  process?(item: PsValue): void
  end?(): void
}

/** A cmdlet that belongs to the language and needs no machine. */
export interface BuiltIn {
  readonly name: string
  readonly className: string
  readonly formals: Formals
  start(call: Starting): Running
}

/** The class of a cmdlet of PowerShell's own modules: `Select-Object` to `…SelectObjectCommand`. */
export const classOf = (name: string): string =>
  `Microsoft.PowerShell.Commands.${name.replace('-', '')}Command`

/** Whether a switch was given, and not as `-Name:$false`. */
export const on = (v: PsValue | undefined): boolean => v instanceof PsSwitch && v.on
