import { type Expr, type Stmt, type TypeName } from './ast.ts'
import { readFunction } from './blocks.ts'
import { readCommand, readRedirections } from './commands.ts'
import { primary } from './primary.ts'
import { readExpression } from './expressions.ts'
import { readTypeLiteral } from './types.ts'
import { readVariable } from './literals.ts'
import { type ScriptReader } from './script-reader.ts'

const KEYWORD =
  /(?:if|foreach|for|while|do|switch|try|throw|return|break|continue|exit|function|filter|trap|class|enum|data|using|dynamicparam|workflow|parallel|sequence|inlinescript|configuration)(?![\w.\\/:-])/iy

const REFUSED = [
  'trap',
  'class',
  'enum',
  'data',
  'using',
  'dynamicparam',
  'workflow',
  'parallel',
  'sequence',
  'inlinescript',
  'configuration',
]

const ASSIGN = /(?:[-+*/%]?=)(?!=)/y

/** Statements up to the closing bracket, which stays. */
export function readStatements(r: ScriptReader, close: string): readonly Stmt[] {
  const out: Stmt[] = []
  for (;;) {
    r.separators()
    if (r.done || (close !== '' && r.peek() === close)) return out
    out.push(readStatement(r))
    const mark = r.at
    r.blanks()
    if (!r.done && !/[;\n\r)}]/.test(r.peek()) && !endsAlone(out[out.length - 1]!))
      r.fail(`expected the end of the statement, got ${r.here()}`, mark)
    if (close === '' && /[)}]/.test(r.peek())) r.fail(`unexpected ${r.here()}`)
    if (close !== '' && /[)}]/.test(r.peek()) && r.peek() !== close)
      r.fail(`expected "${close}", got ${r.here()}`)
  }
}

const endsAlone = (s: Stmt): boolean =>
  ['if', 'while', 'for', 'foreach', 'switch', 'try', 'function'].includes(s.kind)

function condition(r: ScriptReader): Stmt {
  r.lines()
  r.expect('(')
  r.lines()
  const out = readPipeline(r)
  r.lines()
  r.expect(')')
  return out
}

/** Whether a word follows here, perhaps on a later line; moves past it if so. */
function follows(r: ScriptReader, word: RegExp): boolean {
  const mark = r.at
  r.lines()
  const m = r.match(word)
  if (m === undefined) {
    r.at = mark
    return false
  }
  r.at += m.length
  return true
}

/** One statement. */
export function readStatement(r: ScriptReader): Stmt {
  r.blanks()
  const at = r.at
  let label = ''
  const labelled = r.match(/:([A-Za-z_]\w*)(?=\s)/y)
  if (labelled !== undefined) {
    label = labelled.slice(1)
    r.at += labelled.length
    r.lines()
  }
  const word = r.match(KEYWORD)?.toLowerCase()
  if (word === undefined) {
    if (label !== '') r.fail('expected a loop after the label')
    return readPipeline(r)
  }
  r.at += word.length
  if (REFUSED.includes(word)) r.fail(`"${word}" is not read`, at)
  switch (word) {
    case 'if':
      return readIf(r, at)
    case 'foreach':
      return readForeach(r, at, label)
    case 'for':
      return readFor(r, at, label)
    case 'while':
      return { kind: 'while', at, label, condition: condition(r), body: r.body() }
    case 'do':
      return readDo(r, at, label)
    case 'switch':
      return readSwitch(r, at, label)
    case 'try':
      return readTry(r, at)
    case 'function':
    case 'filter':
      return readFunction(r, at, word === 'filter')
    case 'break':
    case 'continue': {
      r.blanks()
      const name = r.match(/[A-Za-z_]\w*/y)
      if (name !== undefined) r.at += name.length
      return { kind: word, at, label: name === undefined ? undefined : { kind: 'const', at, value: name } }
    }
    default: {
      r.blanks()
      const value = r.done || /[;\n\r)}]/.test(r.peek()) ? undefined : readPipeline(r)
      return { kind: word === 'throw' ? 'throw' : word === 'return' ? 'return' : 'exit', at, value }
    }
  }
}

function readIf(r: ScriptReader, at: number): Stmt {
  const clauses: [Stmt, readonly Stmt[]][] = [[condition(r), r.body()]]
  while (follows(r, /elseif(?!\w)/iy)) clauses.push([condition(r), r.body()])
  const otherwise = follows(r, /else(?!\w)/iy) ? r.body() : undefined
  return { kind: 'if', at, clauses, otherwise }
}

function readForeach(r: ScriptReader, at: number, label: string): Stmt {
  r.lines()
  r.expect('(')
  r.lines()
  const variable = readVariable(r)
  if (!follows(r, /in(?!\w)/iy)) r.fail('expected "in"')
  r.lines()
  const over = readPipeline(r)
  r.lines()
  r.expect(')')
  return { kind: 'foreach', at, label, variable, over, body: r.body() }
}

function readFor(r: ScriptReader, at: number, label: string): Stmt {
  r.lines()
  r.expect('(')
  const part = (end: string): Stmt | undefined => {
    r.lines()
    const out = r.peek() === end || r.peek() === ')' ? undefined : readPipeline(r)
    r.lines()
    if (end === ';') r.accept(';')
    return out
  }
  const start = part(';')
  const test = part(';')
  const next = part(')')
  r.expect(')')
  return { kind: 'for', at, label, start, condition: test, next, body: r.body() }
}

function readDo(r: ScriptReader, at: number, label: string): Stmt {
  const inner = r.body()
  const until = follows(r, /until(?!\w)/iy)
  if (!until && !follows(r, /while(?!\w)/iy)) r.fail('expected "while" or "until"')
  return { kind: 'do', at, label, until, condition: condition(r), body: inner }
}

function readSwitch(r: ScriptReader, at: number, label: string): Stmt {
  let mode: 'exact' | 'regex' | 'wildcard' = 'exact'
  let caseSensitive = false
  for (;;) {
    r.blanks()
    const flag = r.match(/-[a-z]+/iy)
    if (flag === undefined) break
    const name = flag.slice(1).toLowerCase()
    r.at += flag.length
    if (name === 'regex' || name === 'wildcard' || name === 'exact') mode = name
    else if (name === 'casesensitive') caseSensitive = true
    else r.fail(`switch has no parameter -${name} here`)
  }
  const on = condition(r)
  r.lines()
  r.expect('{')
  const clauses: { test: Expr | undefined; body: readonly Stmt[] }[] = []
  for (;;) {
    r.separators()
    if (r.accept('}')) return { kind: 'switch', at, label, mode, caseSensitive, on, clauses }
    const from = r.at
    const bare = r.match(/[^\s{}()$'"@;,|&[-][^\s{}();|&]*/y)
    let test: Expr | undefined
    if (bare !== undefined && !/^[\d.]/.test(bare)) {
      r.at += bare.length
      test = bare.toLowerCase() === 'default' ? undefined : { kind: 'const', at: from, value: bare }
    } else test = r.peek() === '{' ? primary(r) : readExpression(r)
    clauses.push({ test, body: r.body() })
  }
}

function readTry(r: ScriptReader, at: number): Stmt {
  const inner = r.body()
  const catches: { types: TypeName[]; body: readonly Stmt[] }[] = []
  while (follows(r, /catch(?!\w)/iy)) {
    const types: TypeName[] = []
    r.lines()
    while (r.peek() === '[') {
      types.push(readTypeLiteral(r))
      r.lines()
      if (r.accept(',')) r.lines()
    }
    catches.push({ types, body: r.body() })
  }
  const last = follows(r, /finally(?!\w)/iy) ? r.body() : undefined
  if (catches.length === 0 && last === undefined) r.fail('try needs catch or finally')
  return { kind: 'try', at, body: inner, catches, last }
}

/** A pipeline, or an assignment. */
export function readPipeline(r: ScriptReader): Stmt {
  r.blanks()
  const at = r.at
  const first = startsExpression(r) ? readExpression(r) : readCommand(r)
  r.blanks()
  if (first.kind !== 'command') {
    const op = r.match(ASSIGN)
    if (op !== undefined) {
      r.at += op.length
      r.lines()
      return { kind: 'assign', at, target: first, op, value: readStatement(r) }
    }
  }
  const redirections = first.kind === 'command' ? [] : readRedirections(r)
  const rest = []
  r.blanks()
  while (r.peek() === '|') {
    if (r.peek(1) === '|') r.fail('an operator of a later PowerShell')
    r.at++
    r.lines()
    rest.push(readCommand(r))
    r.blanks()
  }
  if (r.peek() === '&') r.fail('an operator of a later PowerShell')
  return { kind: 'pipeline', at, first, rest, redirections }
}

function startsExpression(r: ScriptReader): boolean {
  const c = r.peek()
  if (/[$'"([{,!\d]/.test(c)) return true
  if (c === '@') return true
  if (c === '.') return /\d/.test(r.peek(1))
  if (c === '+' || c === '-') return true
  return false
}
