import { type PsValue } from '../values.ts'

/** A type as written: `int`, `string[]`, `Collections.Generic.List[object]`. */
export interface TypeName {
  readonly name: string
  readonly array: number
  readonly args: readonly TypeName[]
}

/** Every node carries its offset in the source text. */
interface At {
  readonly at: number
}

/** Expressions, by `kind`. */
export type Expr =
  | (At & { readonly kind: 'const'; readonly value: PsValue; readonly text?: string })
  | (At & { readonly kind: 'expand'; readonly parts: readonly (string | Expr)[]; readonly bare?: boolean })
  | (At & {
      readonly kind: 'var'
      readonly name: string
      readonly scope: string | undefined
      readonly splat: boolean
    })
  | (At & { readonly kind: 'member'; readonly target: Expr; readonly name: Expr; readonly static: boolean })
  | (At & {
      readonly kind: 'invoke'
      readonly target: Expr
      readonly name: Expr
      readonly static: boolean
      readonly args: readonly Expr[]
    })
  | (At & { readonly kind: 'index'; readonly target: Expr; readonly index: Expr })
  | (At & { readonly kind: 'unary'; readonly op: string; readonly expr: Expr })
  | (At & { readonly kind: 'step'; readonly by: 1 | -1; readonly prefix: boolean; readonly target: Expr })
  | (At & { readonly kind: 'binary'; readonly op: string; readonly left: Expr; readonly right: Expr })
  | (At & { readonly kind: 'list'; readonly items: readonly Expr[] })
  | (At & { readonly kind: 'array'; readonly body: readonly Stmt[] })
  | (At & { readonly kind: 'sub'; readonly body: readonly Stmt[] })
  | (At & { readonly kind: 'paren'; readonly inner: Stmt })
  | (At & { readonly kind: 'hash'; readonly entries: readonly (readonly [Expr, Stmt])[] })
  | (At & { readonly kind: 'block'; readonly block: Block })
  | (At & { readonly kind: 'type'; readonly type: TypeName })
  | (At & { readonly kind: 'cast'; readonly type: TypeName; readonly expr: Expr })

/** One thing after a command's name. */
export type Element =
  | (At & { readonly kind: 'argument'; readonly expr: Expr })
  | (At & { readonly kind: 'parameter'; readonly name: string; readonly value: Expr | undefined })

/** `from>&to`, or `from>` a file expression. */
export interface Redirection extends At {
  readonly from: string
  readonly to: Expr | 1
}

/** One command of a pipeline. */
export interface Command extends At {
  readonly kind: 'command'
  readonly invoke: '' | '&' | '.'
  readonly name: Expr
  readonly elements: readonly Element[]
  readonly redirections: readonly Redirection[]
}

/** Statements, by `kind`. */
export type Stmt =
  | (At & {
      readonly kind: 'pipeline'
      readonly first: Expr | Command
      readonly rest: readonly Command[]
      readonly redirections: readonly Redirection[]
    })
  | (At & { readonly kind: 'assign'; readonly target: Expr; readonly op: string; readonly value: Stmt })
  | (At & {
      readonly kind: 'if'
      readonly clauses: readonly (readonly [Stmt, readonly Stmt[]])[]
      readonly otherwise: readonly Stmt[] | undefined
    })
  | (At & {
      readonly kind: 'while'
      readonly label: string
      readonly condition: Stmt
      readonly body: readonly Stmt[]
    })
  | (At & {
      readonly kind: 'do'
      readonly label: string
      readonly until: boolean
      readonly condition: Stmt
      readonly body: readonly Stmt[]
    })
  | (At & {
      readonly kind: 'for'
      readonly label: string
      readonly start: Stmt | undefined
      readonly condition: Stmt | undefined
      readonly next: Stmt | undefined
      readonly body: readonly Stmt[]
    })
  | (At & {
      readonly kind: 'foreach'
      readonly label: string
      readonly variable: Expr & { kind: 'var' }
      readonly over: Stmt
      readonly body: readonly Stmt[]
    })
  | (At & {
      readonly kind: 'switch'
      readonly label: string
      readonly mode: 'exact' | 'regex' | 'wildcard'
      readonly caseSensitive: boolean
      readonly on: Stmt
      readonly clauses: readonly { readonly test: Expr | undefined; readonly body: readonly Stmt[] }[]
    })
  | (At & {
      readonly kind: 'try'
      readonly body: readonly Stmt[]
      readonly catches: readonly { readonly types: readonly TypeName[]; readonly body: readonly Stmt[] }[]
      readonly last: readonly Stmt[] | undefined
    })
  | (At & { readonly kind: 'throw'; readonly value: Stmt | undefined })
  | (At & { readonly kind: 'return'; readonly value: Stmt | undefined })
  | (At & { readonly kind: 'exit'; readonly value: Stmt | undefined })
  | (At & { readonly kind: 'break' | 'continue'; readonly label: Expr | undefined })
  | (At & {
      readonly kind: 'function'
      readonly name: string
      readonly filter: boolean
      readonly block: Block
    })

/** An attribute of a parameter or block: `[Parameter(Mandatory)]`, or a type `[int]`. */
export type Attribute =
  | (At & { readonly kind: 'type'; readonly type: TypeName })
  | (At & {
      readonly kind: 'attribute'
      readonly name: string
      readonly positional: readonly Expr[]
      readonly named: readonly { readonly name: string; readonly value: Expr | undefined }[]
    })

/** A declared parameter. */
export interface ParameterAst extends At {
  readonly name: string
  readonly attributes: readonly Attribute[]
  readonly initial: Expr | undefined
}

/** A script block, a function's body, or a whole script. `text` is what stands between the braces. */
export interface Block extends At {
  readonly text: string
  readonly attributes: readonly Attribute[]
  readonly parameters: readonly ParameterAst[] | undefined
  readonly begin: readonly Stmt[] | undefined
  readonly process: readonly Stmt[] | undefined
  readonly end: readonly Stmt[] | undefined
}

/** A place in a script, 1-based. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** What is wrong with a script's text, and where. */
export interface SyntaxComplaint extends Place {
  readonly message: string
}

/** A script that was read: what the interpreter runs and the checks walk. */
export interface Script {
  readonly name: string
  readonly text: string
  readonly block: Block
}

/** Line and column of an offset. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - before.lastIndexOf('\n') }
}
