import { type Attribute, type Block, type Command, type Expr, type Stmt } from '../syntax/ast.ts'

/** Where a node stands: how many loops of the same block are around it, how deep in blocks, and what `$_` is there. */
export interface Around {
  readonly loops: number
  readonly depth: number
  readonly item: Item
}

/** What `$_` is: what reaches a command of a pipeline, an error in a `catch`, or nothing. */
export type Item =
  | {
      readonly of: 'pipeline'
      readonly pipeline: Stmt & { readonly kind: 'pipeline' }
      readonly stage: number
      readonly around: Around
    }
  | { readonly of: 'error' }
  | { readonly of: 'nothing' }

const OUTSIDE: Around = { loops: 0, depth: 0, item: { of: 'nothing' } }

/** What a walk calls; each returns nothing. */
export interface Visitor {
  expr?(x: Expr, around: Around): void
  stmt?(s: Stmt, around: Around): void
  /** `item`: what `$_` is in the blocks that the command is given. */
  command?(c: Command, around: Around, first: boolean, item: Item): void
  block?(b: Block, around: Around): void
  attribute?(a: Attribute): void
}

/** Visits everything in a block, outside before inside, in the order of the text. */
export function walkBlock(b: Block, v: Visitor, around: Around = OUTSIDE): void {
  v.block?.(b, around)
  for (const a of b.attributes) v.attribute?.(a)
  for (const p of b.parameters ?? []) {
    for (const a of p.attributes) v.attribute?.(a)
    if (p.initial !== undefined) expr(p.initial, v, around)
  }
  for (const part of [b.begin, b.process, b.end]) statements(part ?? [], v, around)
}

function statements(body: readonly Stmt[], v: Visitor, around: Around): void {
  for (const s of body) stmt(s, v, around)
}

function stmt(s: Stmt, v: Visitor, around: Around): void {
  v.stmt?.(s, around)
  const inLoop = { ...around, loops: around.loops + 1 }
  const some = (x: Stmt | undefined): void => {
    if (x !== undefined) stmt(x, v, around)
  }
  switch (s.kind) {
    case 'pipeline':
      if (s.first.kind === 'command') command(s.first, v, around, true)
      else expr(s.first, v, around)
      s.rest.forEach((c, stage) =>
        command(c, v, around, false, { of: 'pipeline', pipeline: s, stage, around }),
      )
      return
    case 'assign':
      expr(s.target, v, around)
      return stmt(s.value, v, around)
    case 'if':
      for (const [test, body] of s.clauses) {
        stmt(test, v, around)
        statements(body, v, around)
      }
      return statements(s.otherwise ?? [], v, around)
    case 'while':
    case 'do':
      stmt(s.condition, v, around)
      return statements(s.body, v, inLoop)
    case 'for':
      some(s.start)
      some(s.condition)
      some(s.next)
      return statements(s.body, v, inLoop)
    case 'foreach':
      stmt(s.over, v, around)
      return statements(s.body, v, inLoop)
    case 'switch':
      stmt(s.on, v, around)
      for (const c of s.clauses) {
        if (c.test !== undefined) expr(c.test, v, around)
        statements(c.body, v, inLoop)
      }
      return
    case 'try':
      statements(s.body, v, around)
      for (const c of s.catches) statements(c.body, v, { ...around, item: { of: 'error' } })
      return statements(s.last ?? [], v, around)
    case 'throw':
    case 'return':
    case 'exit':
      return some(s.value)
    case 'break':
    case 'continue':
      return
    case 'function':
      return walkBlock(s.block, v, { ...OUTSIDE, depth: around.depth + 1 })
  }
}

function command(c: Command, v: Visitor, around: Around, first: boolean, item: Item = around.item): void {
  v.command?.(c, around, first, item)
  if (c.name.kind !== 'const') expr(c.name, v, around)
  for (const el of c.elements) {
    const x = el.kind === 'argument' ? el.expr : el.value
    if (x?.kind === 'block') expr(x, v, { ...around, item })
    else if (x !== undefined) expr(x, v, around)
  }
}

function expr(x: Expr, v: Visitor, around: Around): void {
  v.expr?.(x, around)
  switch (x.kind) {
    case 'const':
    case 'var':
    case 'type':
      return
    case 'expand':
      for (const p of x.parts) if (typeof p !== 'string') expr(p, v, around)
      return
    case 'member':
      return expr(x.target, v, around)
    case 'invoke':
      expr(x.target, v, around)
      for (const a of x.args) expr(a, v, around)
      return
    case 'index':
      expr(x.target, v, around)
      return expr(x.index, v, around)
    case 'unary':
    case 'cast':
      return expr(x.expr, v, around)
    case 'step':
      return expr(x.target, v, around)
    case 'binary':
      expr(x.left, v, around)
      return expr(x.right, v, around)
    case 'list':
      for (const i of x.items) expr(i, v, around)
      return
    case 'array':
    case 'sub':
      return statements(x.body, v, around)
    case 'paren':
      return stmt(x.inner, v, around)
    case 'hash':
      for (const [key, value] of x.entries) {
        expr(key, v, around)
        stmt(value, v, around)
      }
      return
    case 'block':
      return walkBlock(x.block, v, { loops: 0, depth: around.depth + 1, item: around.item })
  }
}
