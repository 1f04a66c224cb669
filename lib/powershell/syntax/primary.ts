import { type Expr, type Stmt } from './ast.ts'
import {
  NUMBER_HERE,
  constant,
  numberLiteral,
  readExpandable,
  readHere,
  readScriptBlock,
  readSub,
  readVariable,
  readVerbatim,
} from './literals.ts'
import { type ScriptReader } from './script-reader.ts'

/** A value without operators or what follows it. */
export function primary(r: ScriptReader): Expr {
  const at = r.at
  const c = r.peek()
  if (c === "'") return readVerbatim(r)
  if (c === '"') return readExpandable(r)
  if (c === '$') return r.peek(1) === '(' ? readSub(r) : readVariable(r)
  if (c === '{') return readScriptBlock(r)
  if (c === '(') {
    r.at++
    r.lines()
    const inner = r.pipeline()
    r.lines()
    r.expect(')')
    return { kind: 'paren', at, inner }
  }
  if (c === '@') {
    const next = r.peek(1)
    if (next === "'" || next === '"') return readHere(r)
    if (next === '{') return readHash(r)
    if (next === '(') {
      r.at += 2
      const body = r.statements(')')
      r.expect(')')
      return { kind: 'array', at, body }
    }
  }
  const m = r.match(NUMBER_HERE)
  const value = m === undefined ? undefined : numberLiteral(m)
  if (m !== undefined && value !== undefined) {
    r.at += m.length
    return constant(at, value, m)
  }
  r.fail(`expected a value, got ${r.here()}`)
}

function readHash(r: ScriptReader): Expr {
  const at = r.at
  r.at += 2
  const entries: [Expr, Stmt][] = []
  for (;;) {
    r.separators()
    if (r.accept('}')) return { kind: 'hash', at, entries }
    const from = r.at
    const word = r.match(/[A-Za-z_][\w-]*/y)
    let key: Expr
    if (word !== undefined) {
      r.at += word.length
      key = constant(from, word)
    } else key = r.unary()
    r.blanks()
    r.expect('=')
    r.lines()
    entries.push([key, r.statement()])
    const end = r.at
    r.blanks()
    if (!/[;\n\r}]/.test(r.peek())) r.fail(`expected the end of the entry, got ${r.here()}`, end)
  }
}
