import { type Expr, type Script, type Stmt } from '../syntax/ast.ts'
import { type Tables } from '../tables.ts'
import { type Findings } from './findings.ts'
import { type Inference } from './inference.ts'
import { literal, plain } from './names.ts'
import { type Around, walkBlock } from './walk.ts'

const COMPARES = new Set(['eq', 'ne', 'ceq', 'cne', 'in', 'notin', 'contains', 'notcontains'])

/** Finds texts compared with a value of an enum, or kept beside one, that are no name of it. */
export function enumFindings(script: Script, inference: Inference, tables: Tables, f: Findings): void {
  const texts = new EnumTexts(script, inference, tables)
  const check = (enumName: string | undefined, x: Expr): void => {
    if (enumName === undefined) return
    const names = tables.enums.get(enumName.toLowerCase())
    for (const one of itemsOf(x)) {
      const text = one.kind === 'const' && typeof one.value === 'string' ? one.value : undefined
      if (
        text !== undefined &&
        names !== undefined &&
        !names.some((n) => n.toLowerCase() === text.toLowerCase())
      )
        f.add('unknown-enum-text', one.at, `${enumName} has no ${text}: ${names.join(', ')}`)
    }
  }
  walkBlock(script.block, {
    expr(x, around) {
      if (x.kind !== 'binary' || !COMPARES.has(x.op)) return
      check(texts.of(x.left, around), x.right)
      check(texts.of(x.right, around), x.left)
    },
    stmt(s) {
      if (s.kind !== 'assign' || s.target.kind !== 'var') return
      const value = plain(s.value)
      if (value?.kind === 'const') check(texts.ofVariable(s.target.name), value)
    },
  })
}

const itemsOf = (x: Expr): readonly Expr[] => {
  if (x.kind === 'list') return x.items
  if (x.kind === 'paren' || x.kind === 'array') {
    const [only] = x.kind === 'paren' ? [x.inner] : x.body
    const inner = only === undefined ? undefined : plain(only)
    return inner === undefined ? [] : itemsOf(inner)
  }
  return [x]
}

/** Which expressions are values of an enum, or the text of one. */
class EnumTexts {
  readonly #inference: Inference
  readonly #tables: Tables
  readonly #variables = new Map<string, string | undefined>()

  constructor(script: Script, inference: Inference, tables: Tables) {
    this.#inference = inference
    this.#tables = tables
    walkBlock(script.block, {
      stmt: (s, around) => {
        if (s.kind !== 'assign' || s.target.kind !== 'var') return
        const value = plain(s.value)
        // a text that the script sets itself is held to the enum of what else the variable gets
        if (s.op === '=' && literal(value) !== undefined) return
        const key = s.target.name.toLowerCase()
        const now = s.op === '=' ? this.#ofStatement(s.value, around) : undefined
        this.#variables.set(
          key,
          this.#variables.has(key) && this.#variables.get(key) !== now ? undefined : now,
        )
      },
    })
  }

  ofVariable(name: string): string | undefined {
    return this.#variables.get(name.toLowerCase())
  }

  #ofStatement(s: Stmt, around: Around): string | undefined {
    const x = plain(s)
    return x === undefined ? undefined : this.of(x, around)
  }

  of(x: Expr, around: Around): string | undefined {
    switch (x.kind) {
      case 'var':
        return this.ofVariable(x.name)
      case 'paren':
        return this.#ofStatement(x.inner, around)
      case 'cast':
        return x.type.name.toLowerCase() === 'string' ? this.of(x.expr, around) : undefined
      case 'invoke':
        return x.name.kind === 'const' && /^tostring$/i.test(String(x.name.value))
          ? this.of(x.target, around)
          : undefined
      case 'member': {
        const found = this.#inference.propertiesAt(x, around)
        const [first] = found ?? []
        const name = first?.enum
        // the number behind a CIM property has texts of its own
        const sure = name !== undefined && found?.every((p) => p.enum === name && p.type === name) === true
        return sure && this.#tables.enums.has(name.toLowerCase()) ? name : undefined
      }
      default:
        return undefined
    }
  }
}
