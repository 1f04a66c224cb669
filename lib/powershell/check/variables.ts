import { type Block, type Expr, type Script, type Stmt } from '../syntax/ast.ts'
import { type Findings } from './findings.ts'
import { walkBlock } from './walk.ts'

/** Variables that are there before anything is assigned. */
const GIVEN = (
  'null true false params args input pid error host home pwd matches myinvocation psversiontable executioncontext ' +
  'erroractionpreference warningpreference verbosepreference progresspreference confirmpreference whatifpreference'
).split(' ')
/** Assigning one is heard by PowerShell itself. */
const PREFERENCE = /(preference|^outputencoding)$/

/** Names that have a value for certain; `undefined` where the text is never reached. */
type Known = ReadonlySet<string> | undefined

/** Finds variables that are read where they may have no value yet, and such as are never read. */
export function variableFindings(script: Script, f: Findings): void {
  const read = new Set<string>()
  const walk = new Flow(f, read)
  const shared = assigned(script.block)
  walkBlock(script.block, {
    stmt(s) {
      if (s.kind !== 'function') return
      walk.block(s.block, new Set([...GIVEN, ...shared.keys(), '_']))
    },
  })
  walk.block(script.block, new Set(GIVEN))
  for (const [name, { at, written }] of shared)
    if (!read.has(name) && !PREFERENCE.test(name))
      f.add('never-read', at, `$${written} is assigned and never read`)
}

/** What is assigned outside functions, and where first. */
function assigned(block: Block): ReadonlyMap<string, { readonly at: number; readonly written: string }> {
  const out = new Map<string, { at: number; written: string }>()
  walkBlock(block, {
    stmt(s) {
      if (s.kind !== 'assign' || s.target.kind !== 'var' || s.target.scope !== undefined) return
      const { name, at } = s.target
      if (name.toLowerCase() !== 'null' && !out.has(name.toLowerCase()))
        out.set(name.toLowerCase(), { at, written: name })
    },
  })
  return out
}

const both = (a: Known, b: Known): Known =>
  a === undefined ? b : b === undefined ? a : new Set([...a].filter((name) => b.has(name)))

/** What an expression assigns on its way: `($line = $reader.ReadLine())`. */
function inParens(x: Expr): readonly string[] {
  switch (x.kind) {
    case 'binary':
      return [...inParens(x.left), ...inParens(x.right)]
    case 'unary':
    case 'cast':
      return inParens(x.expr)
    case 'member':
    case 'invoke':
      return inParens(x.target)
    case 'paren': {
      const { inner } = x
      if (inner.kind === 'assign' && inner.target.kind === 'var') return [inner.target.name]
      return inner.kind === 'pipeline' && inner.first.kind !== 'command' ? inParens(inner.first) : []
    }
    default:
      return []
  }
}

class Flow {
  readonly #f: Findings
  readonly #read: Set<string>

  constructor(f: Findings, read: Set<string>) {
    this.#f = f
    this.#read = read
  }

  block(b: Block, known: Known): Known {
    const own = (b.parameters ?? []).reduce((k: Known, p) => this.#with(k, p.name), known)
    for (const p of b.parameters ?? []) if (p.initial !== undefined) this.#expr(p.initial, known)
    return [b.begin, b.process, b.end].reduce((k: Known, part) => this.#list(part ?? [], k), own)
  }

  #list(body: readonly Stmt[], known: Known): Known {
    return body.reduce((k: Known, s) => this.#stmt(s, k), known)
  }

  #stmt(s: Stmt, known: Known): Known {
    switch (s.kind) {
      case 'pipeline':
        return this.#pipeline(s, known)
      case 'assign':
        return this.#assign(s, known)
      case 'if':
        return this.#if(s, known)
      case 'while':
      case 'do': {
        const tested = s.kind === 'while' ? this.#stmt(s.condition, known) : known
        const after = this.#list(s.body, tested)
        if (s.kind === 'do') this.#stmt(s.condition, after)
        return s.kind === 'do' ? after : tested
      }
      case 'for': {
        const started = s.start === undefined ? known : this.#stmt(s.start, known)
        if (s.condition !== undefined) this.#stmt(s.condition, started)
        const after = this.#list(s.body, started)
        if (s.next !== undefined) this.#stmt(s.next, after)
        return started
      }
      case 'foreach': {
        const over = this.#stmt(s.over, known)
        this.#list(s.body, this.#with(over, s.variable.name))
        return over
      }
      case 'switch': {
        const on = this.#stmt(s.on, known)
        for (const c of s.clauses) {
          if (c.test !== undefined) this.#expr(c.test, this.#with(on, '_'))
          this.#list(c.body, this.#with(on, '_'))
        }
        return on
      }
      case 'try': {
        const ends = [
          this.#list(s.body, known),
          ...s.catches.map((c) => this.#list(c.body, this.#with(known, '_'))),
        ]
        const after = ends.reduce(both)
        const last = this.#list(s.last ?? [], known)
        return after === undefined ? undefined : new Set([...after, ...(last ?? [])])
      }
      case 'throw':
      case 'return':
      case 'exit':
        if (s.value !== undefined) this.#stmt(s.value, known)
        return undefined
      case 'break':
      case 'continue':
        return undefined
      case 'function':
        return known
    }
  }

  #with(known: Known, name: string): Known {
    return known === undefined ? undefined : new Set([...known, name.toLowerCase()])
  }

  #assign(s: Stmt & { kind: 'assign' }, known: Known): Known {
    const after = this.#stmt(s.value, known)
    if (s.target.kind !== 'var') {
      this.#expr(s.target, after)
      return after
    }
    if (s.op !== '=') this.#expr(s.target, after)
    return s.target.scope === undefined ? this.#with(after, s.target.name) : after
  }

  #if(s: Stmt & { kind: 'if' }, known: Known): Known {
    let before = known
    const ends: Known[] = []
    for (const [test, body] of s.clauses) {
      before = this.#stmt(test, before)
      ends.push(this.#list(body, before))
    }
    return [...ends, this.#list(s.otherwise ?? [], before)].reduce(both)
  }

  #pipeline(s: Stmt & { kind: 'pipeline' }, known: Known): Known {
    if (s.first.kind !== 'command') this.#expr(s.first, known)
    for (const c of s.first.kind === 'command' ? [s.first, ...s.rest] : s.rest) {
      this.#expr(c.name, known)
      for (const el of c.elements) {
        const x = el.kind === 'argument' ? el.expr : el.value
        if (x !== undefined) this.#expr(x, known)
      }
    }
    const gained = s.first.kind === 'command' ? [] : inParens(s.first)
    return gained.reduce((k: Known, name) => this.#with(k, name), known)
  }

  #expr(x: Expr, known: Known): void {
    switch (x.kind) {
      case 'const':
      case 'type':
        return
      case 'var':
        return this.#var(x, known)
      case 'expand':
        for (const p of x.parts) if (typeof p !== 'string') this.#expr(p, known)
        return
      case 'member':
        return this.#expr(x.target, known)
      case 'invoke':
        this.#expr(x.target, known)
        return x.args.forEach((a) => this.#expr(a, known))
      case 'index':
        this.#expr(x.target, known)
        return this.#expr(x.index, known)
      case 'unary':
      case 'cast':
        return this.#expr(x.expr, known)
      case 'step':
        return this.#expr(x.target, known)
      case 'binary':
        this.#expr(x.left, known)
        return this.#expr(x.right, known)
      case 'list':
        return x.items.forEach((i) => this.#expr(i, known))
      case 'array':
      case 'sub':
        this.#list(x.body, known)
        return
      case 'paren':
        this.#stmt(x.inner, known)
        return
      case 'hash':
        for (const [key, value] of x.entries) {
          this.#expr(key, known)
          this.#stmt(value, known)
        }
        return
      case 'block':
        this.block(x.block, this.#with(known, '_'))
    }
  }

  #var(x: Expr & { kind: 'var' }, known: Known): void {
    if (x.scope !== undefined) return
    const name = x.name.toLowerCase()
    this.#read.add(name)
    if (known?.has(name) === false)
      this.#f.add('unassigned', x.at, `$${x.name} may have no value here: strict mode ends the script`)
  }
}
