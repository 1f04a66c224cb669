import { type Command, type Expr, type Script, type Stmt } from '../syntax/ast.ts'
import { type ObjectClass, type Tables } from '../tables.ts'
import { commandName } from './commands.ts'
import { type Findings } from './findings.ts'
import { walkBlock } from './walk.ts'

/** Members that any value may have, or that are not properties of a class. */
const ANY = new Set(['psobject', 'count', 'length', 'gettype', 'tostring', 'psbase', 'pstypenames'])
const KEEPS = new Set(['where-object', 'sort-object', 'get-unique'])

/** Classes that a value may be of; undefined when it is not known, or when a class is not complete. */
type Kinds = readonly string[] | undefined

/** Finds properties read from what a cmdlet returned that none of its classes has. */
export function propertyFindings(script: Script, tables: Tables, f: Findings): void {
  const variables = typedVariables(script, tables)
  const check = (x: Expr, item: Kinds): void => {
    walkExpression(x, (m) => {
      if (m.static || m.name.kind !== 'const') return
      const kinds = kindsOf(m.target, variables, item, tables)
      const name = String(m.name.value)
      if (kinds === undefined || ANY.has(name.toLowerCase())) return
      if (!kinds.some((k) => propertyIn(k, name, tables) !== undefined))
        f.add('unknown-property', m.at + 1, `${kinds.join(' or ')} has no property ${name}`)
    })
  }
  walkBlock(script.block, {
    stmt(s) {
      if (s.kind !== 'pipeline') return
      if (s.first.kind !== 'command') check(s.first, undefined)
      let item: Kinds =
        s.first.kind === 'command'
          ? outputOf(s.first, tables)
          : kindsOf(s.first, variables, undefined, tables)
      for (const c of s.first.kind === 'command' ? [s.first, ...s.rest] : s.rest) {
        for (const el of c.elements) {
          const x = el.kind === 'argument' ? el.expr : el.value
          if (x === undefined) continue
          if (x.kind === 'block') blockReads(x, item, check)
          else check(x, undefined)
        }
        if (c !== s.first && !KEEPS.has(commandName(c)?.toLowerCase() ?? '')) item = undefined
      }
    },
  })
}

/** Only what stands directly in the block of a pipeline reads its item; nested pipelines are visited on their own. */
function blockReads(x: Expr & { kind: 'block' }, item: Kinds, check: (x: Expr, item: Kinds) => void): void {
  if (item === undefined) return
  walkBlock(x.block, {
    stmt(s) {
      if (s.kind === 'pipeline' && s.first.kind !== 'command' && s.rest.length === 0)
        checkItem(s.first, item, check)
    },
  })
}

function checkItem(x: Expr, item: Kinds, check: (x: Expr, item: Kinds) => void): void {
  let nested = false
  walkExpression(
    x,
    () => undefined,
    (inner) => {
      if (inner.kind === 'block' || inner.kind === 'paren' || inner.kind === 'array') nested = true
    },
  )
  if (!nested) check(x, item)
}

function walkExpression(
  x: Expr,
  member: (m: Expr & { kind: 'member' }) => void,
  each: (x: Expr) => void = () => undefined,
): void {
  each(x)
  const go = (y: Expr): void => walkExpression(y, member, each)
  switch (x.kind) {
    case 'member':
      member(x)
      return go(x.target)
    case 'invoke':
      go(x.target)
      return x.args.forEach(go)
    case 'index':
      go(x.target)
      return go(x.index)
    case 'unary':
    case 'cast':
      return go(x.expr)
    case 'binary':
      go(x.left)
      return go(x.right)
    case 'list':
      return x.items.forEach(go)
    case 'expand':
      for (const p of x.parts) if (typeof p !== 'string') go(p)
  }
}

/** Variables that hold only what one cmdlet returns, wherever they are assigned. */
function typedVariables(script: Script, tables: Tables): ReadonlyMap<string, Kinds> {
  const out = new Map<string, Kinds>()
  const known = new Map<string, Expr>()
  const put = (name: string, kinds: Kinds): void => {
    const key = name.toLowerCase()
    const before = out.get(key)
    if (!out.has(key)) out.set(key, kinds)
    else if (before?.join() !== kinds?.join()) out.set(key, undefined)
  }
  const isNull = (s: Stmt): boolean =>
    s.kind === 'pipeline' &&
    s.first.kind === 'var' &&
    s.first.name.toLowerCase() === 'null' &&
    s.rest.length === 0
  walkBlock(script.block, {
    stmt(s) {
      if (s.kind === 'foreach') put(s.variable.name, statementKinds(s.over, out, tables))
      if (s.kind !== 'assign') return
      if (s.target.kind === 'var') {
        if (!isNull(s.value))
          put(s.target.name, s.op === '=' ? statementKinds(s.value, out, tables) : undefined)
      } else if (s.target.kind !== 'member' && s.target.kind !== 'index') known.set(String(s.at), s.target)
    },
  })
  out.delete('_')
  return known.size > 0 ? new Map() : out
}

function statementKinds(s: Stmt, variables: ReadonlyMap<string, Kinds>, tables: Tables): Kinds {
  if (s.kind !== 'pipeline') return undefined
  const first =
    s.first.kind === 'command' ? outputOf(s.first, tables) : kindsOf(s.first, variables, undefined, tables)
  return s.rest.every((c) => KEEPS.has(commandName(c)?.toLowerCase() ?? '') || firstOnly(c))
    ? first
    : undefined
}

const firstOnly = (c: Command): boolean =>
  commandName(c)?.toLowerCase() === 'select-object' &&
  c.elements.every((el) =>
    el.kind === 'parameter' ? /^(first|last|skip)$/i.test(el.name) : el.expr.kind === 'const',
  )

function outputOf(c: Command, tables: Tables): Kinds {
  const name = commandName(c)?.toLowerCase() ?? ''
  if (name === 'get-ciminstance' || name === 'get-wmiobject') return byClassName(c, tables)
  return complete(tables.outputs.get(name), tables)
}

function byClassName(c: Command, tables: Tables): Kinds {
  const at = c.elements.findIndex((el) => el.kind === 'parameter' && /^classname$/i.test(el.name))
  const next = c.elements[at + 1]
  const written =
    at >= 0 && next?.kind === 'argument' && next.expr.kind === 'const' ? String(next.expr.value) : undefined
  return written === undefined ? undefined : complete([written], tables)
}

function complete(kinds: Kinds, tables: Tables): Kinds {
  if (kinds === undefined || kinds.length === 0) return undefined
  const classes = kinds.map((k) => tables.classes.get(k.toLowerCase()))
  if (classes.some((c) => c === undefined || c.incomplete === true || (c.subclasses?.length ?? 0) > 0))
    return undefined
  return kinds
}

function kindsOf(x: Expr, variables: ReadonlyMap<string, Kinds>, item: Kinds, tables: Tables): Kinds {
  switch (x.kind) {
    case 'var':
      return x.name === '_' ? item : variables.get(x.name.toLowerCase())
    case 'index':
      return kindsOf(x.target, variables, item, tables)
    case 'paren':
      return statementKinds(x.inner, variables, tables)
    case 'array':
      return x.body.length === 1 ? statementKinds(x.body[0]!, variables, tables) : undefined
    case 'member': {
      if (x.static || x.name.kind !== 'const') return undefined
      const name = String(x.name.value)
      const on = kindsOf(x.target, variables, item, tables)
      const types = on?.map((k) => propertyIn(k, name, tables)?.type)
      if (types === undefined || types.some((t) => t === undefined || t === null)) return undefined
      return complete(
        types.filter((t) => t !== undefined && t !== null),
        tables,
      )
    }
    default:
      return undefined
  }
}

function propertyIn(
  kind: string,
  name: string,
  tables: Tables,
): ObjectClass['properties'][string] | undefined {
  const lower = name.toLowerCase()
  for (
    let c = tables.classes.get(kind.toLowerCase());
    c !== undefined;
    c = c.base === null ? undefined : tables.classes.get(c.base.toLowerCase())
  ) {
    for (const [key, p] of Object.entries(c.properties)) if (key.toLowerCase() === lower) return p
  }
  return undefined
}
