import { err, ok, type Result } from '../domain/result.ts'
import { type Argument, type FaultName, faultTable } from './fault-table.ts'

/** A fault to order. `value`: frames, milliseconds, minutes or bytes; `text`: what is printed. Unset = the default of its name. */
export type Fault = { readonly name: FaultName; readonly value?: number; readonly text?: string }

const defaults: { readonly [A in Argument]: number } = {
  none: 0,
  frames: 1,
  ms: 1000,
  minutes: 10,
  bytes: 1,
  text: 0,
}

/** `HOST:NAME[:ARG]`, as `chancery lab up --fault` takes it. */
export function parseFault(text: string): Result<{ readonly host: string; readonly fault: Fault }, string> {
  const [host = '', name = '', ...rest] = text.split(':')
  const argument = rest.length === 0 ? undefined : rest.join(':')
  const entry = isFaultName(name) ? faultTable[name] : undefined
  if (host === '' || entry === undefined || !isFaultName(name))
    return err(
      `fault: expected HOST:NAME[:ARG] with NAME one of ${Object.keys(faultTable).join(', ')}, got "${text}"`,
    )
  if (argument === undefined) return ok({ host, fault: { name } })
  if (entry.argument === 'none')
    return err(`fault: ${name} takes no argument, got "${argument}". Write ${host}:${name}.`)
  if (entry.argument === 'text') return ok({ host, fault: { name, text: argument } })
  if (!(entry.argument === 'minutes' ? /^-?\d{1,5}$/ : /^\d{1,12}$/).test(argument))
    return err(`fault: expected ${name}:<${entry.argument}>, a whole number, got "${argument}"`)
  return ok({ host, fault: { name, value: Number(argument) } })
}

const isFaultName = (name: string): name is FaultName => Object.hasOwn(faultTable, name)

/** The faults ordered on one host. */
export class Faults {
  readonly #waiting: (() => void)[] = []
  readonly #ordered = new Map<FaultName, { fault: Fault; left: number }>()

  order(fault: Fault): void {
    this.#ordered.set(fault.name, { fault, left: valueOf(fault) })
  }

  clear(name?: FaultName): void {
    for (const wake of this.#waiting.splice(0)) wake()
    if (name === undefined) this.#ordered.clear()
    else this.#ordered.delete(name)
  }

  /** Resolves with the next `clear`. */
  cleared(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** The value of a fault that stands; undefined when it was not ordered. */
  standing(name: FaultName): { readonly value: number; readonly text: string | undefined } | undefined {
    const entry = this.#ordered.get(name)
    return entry === undefined ? undefined : { value: valueOf(entry.fault), text: entry.fault.text }
  }

  /** Counts bytes of a delivery and gives the fault that strikes within them, and how many of them arrive before; it is spent. */
  bulk(bytes: number): { readonly before: number; readonly struck: BulkFault | undefined } {
    let first: { readonly before: number; readonly struck: BulkFault } | undefined
    for (const name of bulkFaults) {
      const entry = this.#ordered.get(name)
      if (entry === undefined) continue
      if (entry.left > bytes) entry.left -= bytes
      else if (first === undefined || entry.left < first.before) first = { before: entry.left, struck: name }
    }
    if (first === undefined) return { before: bytes, struck: undefined }
    this.#ordered.delete(first.struck)
    return first
  }

  /** Counts a frame and gives the faults that strike it; each is spent. */
  frame(): ReadonlySet<FaultName> {
    const struck = new Set<FaultName>()
    for (const [name, entry] of this.#ordered) {
      if (faultTable[name].lasts !== 'once' || faultTable[name].argument !== 'frames') continue
      entry.left -= 1
      if (entry.left > 0) continue
      struck.add(name)
      this.#ordered.delete(name)
    }
    return struck
  }
}

export type BulkFault = 'drop-mid-transfer' | 'receiver-killed' | 'stall'
const bulkFaults: readonly BulkFault[] = ['drop-mid-transfer', 'receiver-killed', 'stall']

const valueOf = (fault: Fault): number => fault.value ?? defaults[faultTable[fault.name].argument]
