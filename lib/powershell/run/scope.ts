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

  /** The variable of a name, here or in the nearest scope outside. */
  find(name: string): Variable | undefined {
    return this.own(name) ?? this.parent?.find(name)
  }

  own(name: string): Variable | undefined {
    return this.variables.get(name.toLowerCase())
  }

  set(name: string, value: PsValue, more: Partial<Variable> = {}): void {
    this.variables.set(name.toLowerCase(), { name, value, ...more })
  }

  function(name: string): FunctionValue | undefined {
    return this.functions.get(name.toLowerCase()) ?? this.parent?.function(name)
  }

  get strictness(): number {
    return this.strict ?? this.parent?.strictness ?? 0
  }
}
