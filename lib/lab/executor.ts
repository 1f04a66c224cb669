import type { JsonObject } from '../domain/json.ts'
import type { WireError } from '../transport/wire.ts'

/** What a script did: its output as ASCII JSON text, one entry an object, exactly as the wire carries it. */
export type Execution = {
  readonly out: readonly string[]
  readonly warnings: readonly string[]
  readonly fault: WireError | undefined
}

/** `look`: output as JSON; `act`: output is of no interest; `keep`: each value as text. */
export type Purpose = 'look' | 'act' | 'keep'

/** Runs scripts on a host's world. The lab's worker knows no more of PowerShell than this. */
export interface Executor {
  /** Windows PowerShell's version, as the hello says it. */
  readonly version: string
  /**
   * Runs the script of this hash with one argument; what it sleeps beyond `limitMs` ends it with `Chancery.TimeLimit`.
   * Its purpose is `look` where none is given.
   */
  run(hash: string, text: string, params: JsonObject, limitMs: number, purpose?: Purpose): Execution
}

/** An error of the worker itself, as its New-Fault makes them. */
export const fault = (fqid: string, category: string, message: string): WireError => ({
  message,
  fqid,
  category,
  type: 'System.InvalidOperationException',
  hresult: -2146233079,
  stack: '',
})

/** Thrown out of a script whose process was killed while it ran: what it has done stays, and nobody answers. */
export class ProcessEnded extends Error {}

/** Thrown out of a script whose time is up. */
export class TimeUp extends Error {}

export const timeUp: WireError = fault(
  'Chancery.TimeLimit',
  'OperationTimeout',
  'The script was stopped: its time was up',
)
