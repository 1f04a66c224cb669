import { type Block, type Command, type Expr, type Script, type Stmt } from '../syntax/ast.ts'
import { type Findings } from './findings.ts'
import { commandName, plain } from './names.ts'
import { walkBlock } from './walk.ts'

/** Holds a look to what it prints: one literal object, and lists in an order of their own. */
export function observationFindings(script: Script, f: Findings): void {
  const printed = script.block.end?.flatMap(outputs) ?? []
  for (const s of printed) {
    const literal = objectOf(s)
    if (literal === undefined)
      f.add('loose-output', s.at, 'a look prints [pscustomobject]@{ … } and nothing else')
  }
  const assigned = assignmentsOf(script)
  walkBlock(script.block, {
    expr(x) {
      if (x.kind !== 'cast' || x.type.name.toLowerCase() !== 'pscustomobject' || x.expr.kind !== 'hash')
        return
      for (const [key, value] of x.expr.entries)
        if (unsorted(value, assigned, new Set()))
          f.add('unsorted-list', key.at, 'a list of what a cmdlet returns comes in any order: Sort-Object')
    },
  })
}

/** Statements whose values the script prints. */
function outputs(s: Stmt): readonly Stmt[] {
  const all = (body: readonly Stmt[] | undefined): readonly Stmt[] => body?.flatMap(outputs) ?? []
  switch (s.kind) {
    case 'pipeline':
      return isSilent(s) ? [] : [s]
    case 'if':
      return [...s.clauses.flatMap(([, body]) => all(body)), ...all(s.otherwise)]
    case 'while':
    case 'do':
    case 'for':
    case 'foreach':
      return all(s.body)
    case 'try':
      return [...all(s.body), ...s.catches.flatMap((c) => all(c.body)), ...all(s.last)]
    case 'return':
      return s.value === undefined ? [] : [s.value]
    default:
      return []
  }
}

/** A pipeline that ends in a block which prints nothing. */
function isSilent(s: Stmt & { kind: 'pipeline' }): boolean {
  const last = s.rest.at(-1)
  if (last === undefined || commandName(last)?.toLowerCase() !== 'foreach-object') return false
  const blocks = last.elements.flatMap((el) =>
    el.kind === 'argument' && el.expr.kind === 'block' ? [el.expr.block] : [],
  )
  return blocks.length > 0 && blocks.every((b: Block) => (b.end?.flatMap(outputs) ?? []).length === 0)
}

const objectOf = (s: Stmt): Expr | undefined => {
  const x = plain(s)
  return x?.kind === 'cast' && x.type.name.toLowerCase() === 'pscustomobject' && x.expr.kind === 'hash'
    ? x
    : undefined
}

type Assigned = ReadonlyMap<string, readonly Stmt[]>

function assignmentsOf(script: Script): Assigned {
  const out = new Map<string, Stmt[]>()
  walkBlock(script.block, {
    stmt(s) {
      if (s.kind !== 'assign' || s.target.kind !== 'var') return
      const key = s.target.name.toLowerCase()
      out.set(key, [...(out.get(key) ?? []), s.value])
    },
  })
  return out
}

/** Whether a value is a list that comes from a cmdlet and was never sorted. */
function unsorted(s: Stmt, assigned: Assigned, visited: Set<string>): boolean {
  if (s.kind !== 'pipeline') return false
  const { first, rest } = s
  if (rest.some(settles)) return false
  if (first.kind === 'command')
    return settles(first) ? false : /^get-/i.test(commandName(first) ?? '') && rest.length > 0
  return unsortedValue(first, assigned, visited)
}

function unsortedValue(x: Expr, assigned: Assigned, visited: Set<string>): boolean {
  switch (x.kind) {
    case 'array': {
      const [only] = x.body
      if (only?.kind === 'pipeline' && only.first.kind === 'command' && x.body.length === 1)
        return ![only.first, ...only.rest].some(settles) && /^get-/i.test(commandName(only.first) ?? '')
      return only !== undefined && unsorted(only, assigned, visited)
    }
    case 'paren':
      return unsorted(x.inner, assigned, visited)
    case 'var': {
      const key = x.name.toLowerCase()
      if (visited.has(key)) return false
      visited.add(key)
      return (assigned.get(key) ?? []).some((value) => unsorted(value, assigned, visited))
    }
    default:
      return false
  }
}

/** A stage that gives an order, leaves one thing at most, or picks by what only one has. */
function settles(c: Command): boolean {
  const name = commandName(c)?.toLowerCase() ?? ''
  if (name === 'sort-object' || name === 'measure-object') return true
  return (
    name === 'where-object' &&
    c.elements.some((el) => el.kind === 'argument' && el.expr.kind === 'block' && byIdentity(el.expr.block))
  )
}

/** `{ $_.Id -eq … }`. */
function byIdentity(b: Block): boolean {
  const [only] = b.end ?? []
  const x = only === undefined ? undefined : plain(only)
  if (x?.kind !== 'binary' || x.op !== 'eq') return false
  const left = x.left.kind === 'invoke' ? x.left.target : x.left
  return (
    left.kind === 'member' && left.name.kind === 'const' && /^(id|deviceid)$/i.test(String(left.name.value))
  )
}
