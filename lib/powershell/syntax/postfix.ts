import { type Expr } from './ast.ts'
import { constant, readScriptBlock } from './literals.ts'
import { primary } from './primary.ts'
import { type ScriptReader } from './script-reader.ts'

/** Operators that later versions have. */
const FORBIDDEN_PS7 = /\?\?|\?\.|\? /y

/** What may directly follow a value: members, calls, indexes, steps. `argument`: in a command's arguments. */
export function postfix(r: ScriptReader, start: Expr, argument = false): Expr {
  let expr = start
  for (;;) {
    const at = r.at
    if (r.match(FORBIDDEN_PS7) !== undefined && !argument) r.fail('an operator of a later PowerShell')
    if (r.peek() === '[') {
      r.at++
      r.lines()
      const index = r.expression()
      r.lines()
      r.expect(']')
      expr = { kind: 'index', at, target: expr, index }
    } else if (
      r.looking('::') ||
      (r.peek() === '.' && r.peek(1) !== '.' && (!argument || /[\w$'"({]/.test(r.peek(1))))
    ) {
      const isStatic = r.looking('::')
      r.at += isStatic ? 2 : 1
      r.lines()
      expr = member(r, expr, isStatic, at)
    } else if (!argument && (r.looking('++') || r.looking('--'))) {
      const by = r.peek() === '+' ? 1 : -1
      r.at += 2
      expr = { kind: 'step', at, by, prefix: false, target: expr }
    } else if (
      !argument &&
      start.kind === 'var' &&
      expr === start &&
      r.match(/[ \t]+(\+\+|--)(?=[\s;)}])/y) !== undefined
    ) {
      r.blanks()
    } else return expr
  }
}

function member(r: ScriptReader, target: Expr, isStatic: boolean, at: number): Expr {
  const from = r.at
  const word = r.match(/[A-Za-z_]\w*/y)
  let name: Expr
  if (word !== undefined) {
    r.at += word.length
    name = constant(from, word)
  } else name = primary(r)
  if (r.peek() === '(') {
    r.at++
    const args: Expr[] = []
    r.lines()
    if (!r.accept(')')) {
      do {
        r.lines()
        args.push(r.expression(false))
        r.lines()
      } while (r.accept(','))
      r.expect(')')
    }
    return { kind: 'invoke', at, target, name, static: isStatic, args }
  }
  if (r.peek() === '{' && word !== undefined) {
    return { kind: 'invoke', at, target, name, static: isStatic, args: [readScriptBlock(r)] }
  }
  return { kind: 'member', at, target, name, static: isStatic }
}
