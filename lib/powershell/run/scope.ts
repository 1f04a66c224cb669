import { type PsBlock } from '../objects.ts'
import { type PsValue } from '../values.ts'

/** A variable: its value, and what assigning to it must satisfy. */
export interface Variable {
  name: string
  value: PsValue
  /** Type that values are converted to. */
  readonly type?: string | undefined
  readonly readOnly?: boolean | undefined
  readonly check?: ((value: PsValue) => void) | undefined
}

/** A function as defined. */
export interface FunctionValue {
  readonly name: string
  readonly block: PsBlock
  readonly filter: boolean
}

/** A scope: names seen from here, then from the parent. */
export class Scope {
  readonly parent: Scope | undefined
  readonly variables = new Map<string, Variable>()
  readonly functions = new Map<string, FunctionValue>()
  strict: number | undefined = undefined

  constructor(parent: Scope | undefined) {
    this.parent = parent
  }

  find(name: string): Variable | undefined {
    const key = name.toLowerCase()
    for (let s: Scope | undefined = this; s !== undefined; s = s.parent) {
      const found = s.variables.get(key)
      if (found !== undefined) return found
    }
    return undefined
  }

  own(name: string): Variable | undefined {
    return this.variables.get(name.toLowerCase())
  }

  set(name: string, value: PsValue, more: Partial<Variable> = {}): void {
    this.variables.set(name.toLowerCase(), { name, value, ...more })
  }

  function(name: string): FunctionValue | undefined {
    const key = name.toLowerCase()
    for (let s: Scope | undefined = this; s !== undefined; s = s.parent) {
      const found = s.functions.get(key)
      if (found !== undefined) return found
    }
    return undefined
  }

  get strictness(): number {
    for (let s: Scope | undefined = this; s !== undefined; s = s.parent)
      if (s.strict !== undefined) return s.strict
    return 0
  }
}
