import { type Place, type Script, placeOf } from '../syntax/ast.ts'

/** What a check found, and where. */
export interface Finding extends Place {
  /** The rule's name: `alias`, `unknown-parameter`. */
  readonly rule: string
  readonly message: string
}

/** Collects the findings of one script. */
export class Findings {
  readonly script: Script
  readonly #found: (Finding & { readonly at: number })[] = []

  constructor(script: Script) {
    this.script = script
  }

  add(rule: string, at: number, message: string): void {
    this.#found.push({ rule, message, at, ...placeOf(this.script.text, at) })
  }

  /** All of them, in the order of the text. */
  get all(): readonly Finding[] {
    return [...this.#found]
      .sort((a, b) => a.at - b.at)
      .map(({ rule, message, line, column }) => ({ rule, line, column, message }))
  }
}
