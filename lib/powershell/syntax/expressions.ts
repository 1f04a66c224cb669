import { type Expr } from './ast.ts'
import { NUMBER_HERE, constant, numberLiteral } from './literals.ts'
import { postfix } from './postfix.ts'
import { primary } from './primary.ts'
import { type ScriptReader } from './script-reader.ts'
import { readTypeLiteral } from './types.ts'

const CASED = [
  'eq',
  'ne',
  'ge',
  'gt',
  'lt',
  'le',
  'like',
  'notlike',
  'match',
  'notmatch',
  'replace',
  'contains',
  'notcontains',
  'in',
  'notin',
  'split',
]

const COMPARISON = new Set([
  ...CASED.flatMap((o) => [o, `c${o}`, `i${o}`]),
  'is',
  'isnot',
  'as',
  'join',
  'shl',
  'shr',
])

const WORD_LEVELS: readonly ((op: string) => boolean)[] = [
  (op) => op === 'and' || op === 'or' || op === 'xor',
  (op) => op === 'band' || op === 'bor' || op === 'bxor',
  (op) => COMPARISON.has(op),
]

const UNARY = new Set(['not', 'bnot', 'split', 'csplit', 'isplit', 'join'])

/** A whole expression, lowest precedence first; without `comma`, as in a list of arguments, a comma ends it. */
export function readExpression(r: ScriptReader, comma = true): Expr {
  return level(r, 0, comma)
}

/** The `-word` operator here, or undefined. */
function wordOperator(r: ScriptReader): string | undefined {
  const m = r.match(/-[a-z]+(?![\w-])/iy)
  return m === undefined ? undefined : m.slice(1).toLowerCase()
}

function symbol(r: ScriptReader, n: number): string | undefined {
  const c = r.peek()
  const next = r.peek(1)
  if (
    n === 3 &&
    (c === '+' || c === '-') &&
    next !== '=' &&
    next !== c &&
    !(c === '-' && wordOperator(r) !== undefined)
  )
    return c
  if (n === 4 && (c === '*' || c === '/' || c === '%') && next !== '=') return c
  if (n === 6 && c === '.' && next === '.') return '..'
  return undefined
}

// 0 logical, 1 bitwise, 2 comparison, 3 additive, 4 multiplicative, 5 format, 6 range, 7 comma
function level(r: ScriptReader, n: number, comma: boolean): Expr {
  if (n === 7) return comma ? r.joined(() => readUnary(r)) : readUnary(r)
  let left = level(r, n + 1, comma)
  for (;;) {
    const mark = r.at
    r.blanks()
    const at = r.at
    let op: string | undefined
    if (n < 3 || n === 5) {
      const word = wordOperator(r)
      if (word !== undefined && (n === 5 ? word === 'f' : WORD_LEVELS[n]!(word))) {
        op = word
        r.at += word.length + 1
      }
    } else {
      op = symbol(r, n)
      if (op !== undefined) r.at += op.length
    }
    if (op === undefined) {
      r.at = mark
      return left
    }
    r.lines()
    const right = level(r, n + 1, comma)
    left = { kind: 'binary', at, op, left, right }
  }
}

/** A value with its prefixes and what follows it. */
export function readUnary(r: ScriptReader): Expr {
  r.blanks()
  const at = r.at
  const c = r.peek()
  if (c === ',') {
    r.at++
    r.lines()
    return { kind: 'list', at, items: [readUnary(r)] }
  }
  if (c === '!') return prefixed(r, 1, 'not')
  if (r.looking('++') || r.looking('--')) {
    r.at += 2
    r.blanks()
    return { kind: 'step', at, by: c === '+' ? 1 : -1, prefix: true, target: readUnary(r) }
  }
  const word = wordOperator(r)
  if (word !== undefined) {
    if (UNARY.has(word)) return prefixed(r, word.length + 1, word)
    r.fail(`expected a value, got the operator -${word}`)
  }
  if (c === '-' || c === '+') {
    if (c === '-' && /[0-9.]/.test(r.peek(1))) {
      r.at++
      const m = r.match(NUMBER_HERE)
      const value = m === undefined ? undefined : numberLiteral(`-${m}`)
      if (m !== undefined && value !== undefined) {
        r.at += m.length
        return postfix(r, constant(at, value, `-${m}`))
      }
      r.at--
    }
    return prefixed(r, 1, c)
  }
  if (c === '[') {
    const type = readTypeLiteral(r)
    r.blanks()
    if (!startsValue(r) || (r.peek() === '.' && !/\.\d/y.test(r.text.slice(r.at, r.at + 2))))
      return postfix(r, { kind: 'type', at, type })
    if (r.looking('::')) return postfix(r, { kind: 'type', at, type })
    return { kind: 'cast', at, type, expr: readUnary(r) }
  }
  return postfix(r, primary(r))
}

function prefixed(r: ScriptReader, width: number, op: string): Expr {
  const at = r.at
  r.at += width
  r.lines()
  return { kind: 'unary', at, op, expr: readUnary(r) }
}

function startsValue(r: ScriptReader): boolean {
  if (r.peek() === '-') {
    const word = wordOperator(r)
    return word === undefined
      ? /[\d.$(]/.test(r.peek(1))
      : UNARY.has(word) && word !== 'split' && word !== 'join'
  }
  return /[$@'"({[\d.!]/.test(r.peek()) && !r.looking('..')
}
