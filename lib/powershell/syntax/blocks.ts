import { type Attribute, type Block, type Expr, type ParameterAst, type Stmt } from './ast.ts'
import { readTypeName } from './types.ts'
import { readVariable } from './literals.ts'
import { type ScriptReader } from './script-reader.ts'

/** A function or filter, after its keyword. */
export function readFunction(r: ScriptReader, at: number, filter: boolean): Stmt {
  r.blanks()
  const name = r.match(/[^\s{}();|&$'"]+/y)
  if (name === undefined) r.fail(`expected the name of a function, got ${r.here()}`)
  r.at += name.length
  r.blanks()
  const declared = r.peek() === '(' ? readParameters(r) : undefined
  r.lines()
  const start = r.at
  r.expect('{')
  const block = readBlockBody(r, '}', start)
  r.expect('}')
  return {
    kind: 'function',
    at,
    name,
    filter,
    block: declared === undefined ? block : { ...block, parameters: declared },
  }
}

/** What stands in a script block or a script: attributes and param, then named blocks or statements. */
export function readBlockBody(r: ScriptReader, close: string, at: number): Block {
  const from = r.at
  r.separators()
  const attributes: Attribute[] = []
  let parameters: readonly ParameterAst[] | undefined
  const mark = r.at
  try {
    while (r.peek() === '[') {
      attributes.push(readAttribute(r))
      r.lines()
    }
  } catch {
    attributes.length = 0
  }
  if (r.match(/param(?=\s*\()/iy) !== undefined) {
    r.at += 5
    r.lines()
    parameters = readParameters(r)
    r.separators()
  } else {
    attributes.length = 0
    r.at = mark
  }
  const named: { begin?: readonly Stmt[]; process?: readonly Stmt[]; end?: readonly Stmt[] } = {}
  const isNamed = (): string | undefined => r.match(/(?:begin|process|end)(?=\s*\{)/iy)?.toLowerCase()
  if (isNamed() !== undefined) {
    for (let word = isNamed(); word !== undefined; word = isNamed()) {
      r.at += word.length
      named[word as 'begin' | 'process' | 'end'] = r.body()
      r.separators()
    }
    const text = r.text.slice(from, r.at)
    return { at, text, attributes, parameters, begin: named.begin, process: named.process, end: named.end }
  }
  const end = r.statements(close)
  return {
    at,
    text: r.text.slice(from, r.at),
    attributes,
    parameters,
    begin: undefined,
    process: undefined,
    end,
  }
}

function readParameters(r: ScriptReader): readonly ParameterAst[] {
  r.expect('(')
  const out: ParameterAst[] = []
  for (;;) {
    r.lines()
    if (r.accept(')')) return out
    const at = r.at
    const attributes: Attribute[] = []
    while (r.peek() === '[') {
      attributes.push(readAttribute(r))
      r.lines()
    }
    const name = readVariable(r).name
    r.lines()
    let initial: Expr | undefined
    if (r.accept('=')) {
      r.lines()
      initial = r.expression(false)
      r.lines()
    }
    out.push({ at, name, attributes, initial })
    if (!r.accept(',') && r.peek() !== ')') r.fail(`expected "," or ")", got ${r.here()}`)
  }
}

function readAttribute(r: ScriptReader): Attribute {
  const at = r.at
  r.expect('[')
  const type = readTypeName(r)
  r.blanks()
  if (r.accept(']')) return { kind: 'type', at, type }
  r.expect('(')
  const positional: Expr[] = []
  const named: { name: string; value: Expr | undefined }[] = []
  for (;;) {
    r.lines()
    if (r.accept(')')) break
    const word = r.match(/[A-Za-z_]\w*(?=\s*[=,)])/y)
    if (word !== undefined) {
      r.at += word.length
      r.blanks()
      const value = r.accept('=') ? r.expression(false) : undefined
      named.push({ name: word, value })
    } else positional.push(r.expression(false))
    r.lines()
    if (!r.accept(',') && r.peek() !== ')') r.fail(`expected "," or ")", got ${r.here()}`)
  }
  r.blanks()
  r.expect(']')
  return { kind: 'attribute', at, name: type.name, positional, named }
}
