import { type Command, type Element, type Expr, type Redirection } from './ast.ts'
import { postfix } from './postfix.ts'
import { primary } from './primary.ts'
import { constant, escaped, numberLiteral, readSplat, readSub, readVariable } from './literals.ts'
import { type ScriptReader } from './script-reader.ts'

const END = /[;\n\r|)}]/

/** A command: its name, or `&`/`.` and a value, then its arguments. */
export function readCommand(r: ScriptReader): Command {
  r.blanks()
  const at = r.at
  let invoke: '' | '&' | '.' = ''
  if (r.peek() === '&' || (r.peek() === '.' && /[\s{$("']/.test(r.peek(1)))) {
    invoke = r.peek() === '&' ? '&' : '.'
    r.at++
    r.blanks()
  }
  const name = invoke === '' || /[A-Za-z_]/.test(r.peek()) ? commandName(r) : postfix(r, primary(r), true)
  const elements: Element[] = []
  const redirections: Redirection[] = []
  for (;;) {
    const before = r.at
    r.blanks()
    if (r.done || END.test(r.peek())) break
    redirections.push(...readRedirections(r))
    if (r.done || END.test(r.peek())) break
    if (r.at === before && elements.length > 0 && !/[({]/.test(r.peek()))
      r.fail(`expected a blank before ${r.here()}`)
    elements.push(readElement(r))
  }
  return { kind: 'command', at, invoke, name, elements, redirections }
}

function commandName(r: ScriptReader): Expr {
  const at = r.at
  const word = r.match(/[A-Za-z_%?][^\s(){};,|&'"$`<>@]*/y)
  if (word === undefined) r.fail(`expected a command, got ${r.here()}`)
  r.at += word.length
  return constant(at, word)
}

/** `2>&1`, `3>$null` and so on; none, when there are none. */
export function readRedirections(r: ScriptReader): Redirection[] {
  const out: Redirection[] = []
  for (;;) {
    r.blanks()
    const at = r.at
    const m = r.match(/([1-6*])?>>?(&[12])?/y)
    if (m === undefined) return out
    r.at += m.length
    const from = /^[2-6*]/.test(m) ? m[0]! : '1'
    if (m.endsWith('&1')) out.push({ at, from, to: 1 })
    else if (m.includes('&') || m.includes('>>')) r.fail('this redirection is not read', at)
    else {
      r.blanks()
      out.push({ at, from, to: argument(r) })
    }
  }
}

function readElement(r: ScriptReader): Element {
  const at = r.at
  const parameter = r.match(/-[A-Za-z_?][\w?-]*:?/y)
  if (parameter !== undefined && /^[-\w?:]+$/.test(parameter) && !/[.=\\/]/.test(r.peek(parameter.length))) {
    r.at += parameter.length
    if (!parameter.endsWith(':')) return { kind: 'parameter', at, name: parameter.slice(1), value: undefined }
    r.blanks()
    return { kind: 'parameter', at, name: parameter.slice(1, -1), value: listArgument(r) }
  }
  if (r.looking('--')) r.fail('"--" is not read')
  return { kind: 'argument', at, expr: listArgument(r) }
}

function listArgument(r: ScriptReader): Expr {
  if (r.peek() === '@' && /\w/.test(r.peek(1))) return readSplat(r)
  return r.joined(() => argument(r))
}

const STOP = /[\s(){};,|&]/

function argument(r: ScriptReader): Expr {
  const at = r.at
  const c = r.peek()
  if (c === '' || END.test(c) || c === ',') r.fail(`expected an argument, got ${r.here()}`)
  if (c === '@' && !/[({'"]/.test(r.peek(1))) r.fail(`expected an argument, got ${r.here()}`)
  if (/['"(@{]/.test(c) || (c === '$' && /[\w{($?^:]/.test(r.peek(1)))) {
    const value = postfix(r, primary(r), true)
    if (r.done || STOP.test(r.peek())) return value
    if (value.kind !== 'var' && value.kind !== 'sub') r.fail('text directly after a value is not read')
    r.at = at
  }
  return word(r)
}

/** A bare word: text, perhaps with variables, or a number. */
function word(r: ScriptReader): Expr {
  const at = r.at
  const parts: (string | Expr)[] = []
  let text = ''
  while (!r.done && !STOP.test(r.peek())) {
    const c = r.peek()
    if (c === '`') {
      text += escaped(r.peek(1))
      r.at += 2
    } else if (c === "'" || c === '"') r.fail('a quote inside a word is not read')
    else if (c === '$' && /[\w({]/.test(r.peek(1))) {
      if (text !== '') parts.push(text)
      text = ''
      parts.push(r.peek(1) === '(' ? readSub(r) : readVariable(r, true))
    } else {
      text += c
      r.at++
    }
  }
  if (parts.length === 0) {
    const written = r.text.slice(at, r.at)
    // a sign makes a word of it: `-5` reaches an untyped parameter as text
    const number = /^[\d.]/.test(written) ? numberLiteral(written) : undefined
    return number === undefined ? constant(at, text) : constant(at, number, written)
  }
  if (text !== '') parts.push(text)
  return { kind: 'expand', at, parts, bare: true }
}
