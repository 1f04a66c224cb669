import { type Script, type SyntaxComplaint, placeOf } from './ast.ts'
import { readBlockBody } from './blocks.ts'
import { readExpression, readUnary } from './expressions.ts'
import { SyntaxFailure } from './reader.ts'
import { ScriptReader } from './script-reader.ts'
import { readPipeline, readStatement, readStatements } from './statements.ts'

/** What reading gave: the script, or what is wrong with its text. */
export type ReadResult =
  | { readonly ok: true; readonly value: Script }
  | { readonly ok: false; readonly error: readonly SyntaxComplaint[] }

const PRODUCTIONS = {
  readExpression,
  readUnary,
  readPipeline,
  readStatement,
  readStatements,
  readBlockBody,
}

/** Reads a script by the interpreter's own reader alone; `Parser.parse` also asks the grammar. */
export function read(text: string, name: string): ReadResult {
  const reader = new ScriptReader(text, PRODUCTIONS)
  try {
    const block = reader.blockBody('', 0)
    if (!reader.done) reader.fail(`unexpected ${reader.here()}`)
    return { ok: true, value: { name, text, block } }
  } catch (e) {
    if (!(e instanceof SyntaxFailure)) throw e
    return { ok: false, error: [{ ...placeOf(text, e.at), message: e.message }] }
  }
}
