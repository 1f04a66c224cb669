import { type Block, type Expr, type Stmt } from './ast.ts'
import { Reader } from './reader.ts'

/** The productions that contain one another: a reader is made with them, and each file of the grammar reaches those above it through the reader. */
export interface Productions {
  readExpression(r: ScriptReader, comma?: boolean): Expr
  readUnary(r: ScriptReader): Expr
  readPipeline(r: ScriptReader): Stmt
  readStatement(r: ScriptReader): Stmt
  readStatements(r: ScriptReader, close: string): readonly Stmt[]
  readBlockBody(r: ScriptReader, close: string, at: number): Block
}

/** A reader of scripts: a position in a text, and what may be read there. */
export class ScriptReader extends Reader {
  readonly #productions: Productions

  constructor(text: string, productions: Productions) {
    super(text)
    this.#productions = productions
  }

  /** A whole expression; without `comma`, as in a list of arguments, a comma ends it. */
  expression(comma = true): Expr {
    return this.#productions.readExpression(this, comma)
  }

  /** A value with its prefixes and what follows it. */
  unary(): Expr {
    return this.#productions.readUnary(this)
  }

  /** A pipeline, or an assignment. */
  pipeline(): Stmt {
    return this.#productions.readPipeline(this)
  }

  statement(): Stmt {
    return this.#productions.readStatement(this)
  }

  /** Statements up to the closing bracket, which stays. */
  statements(close: string): readonly Stmt[] {
    return this.#productions.readStatements(this, close)
  }

  /** What commas join, which may stand on lines of their own: the list, or the one thing that it is. */
  joined(item: () => Expr): Expr {
    const { at } = this
    const first = item()
    const items = [first]
    for (;;) {
      const mark = this.at
      this.blanks()
      if (this.peek() !== ',') {
        this.at = mark
        return items.length === 1 ? first : { kind: 'list', at, items }
      }
      this.at++
      this.lines()
      items.push(item())
    }
  }

  /** Statements in braces. */
  body(): readonly Stmt[] {
    this.lines()
    this.expect('{')
    const out = this.statements('}')
    this.expect('}')
    return out
  }

  /** What stands in a script block or a script, up to the closing bracket, which stays. */
  blockBody(close: string, at: number): Block {
    return this.#productions.readBlockBody(this, close, at)
  }
}
