import { type Command, type Expr, type Script, type Stmt } from '../syntax/ast.ts'
import { type ClassProperty, type Tables } from '../tables.ts'
import { commandName } from './names.ts'
import { type Around, type Item, walkBlock } from './walk.ts'

/** Classes that a value may be of; undefined when it is not known, or when a class is not complete. */
export type Kinds = readonly string[] | undefined

/** Cmdlets that pass on what they are given. */
const KEEPS = new Set(['where-object', 'sort-object', 'get-unique'])

/** What the values of a script are, as far as its text and the documented outputs of cmdlets say. */
export class Inference {
  readonly #tables: Tables
  /** Variables that hold only what one cmdlet returns, wherever they are assigned. */
  readonly #variables = new Map<string, Kinds>()

  constructor(script: Script, tables: Tables) {
    this.#tables = tables
    walkBlock(script.block, {
      stmt: (s, around) => {
        if (s.kind === 'foreach') this.#put(s.variable.name, this.ofStatement(s.over, around))
        if (s.kind === 'assign' && s.target.kind === 'var' && !isNull(s.value))
          this.#put(s.target.name, s.op === '=' ? this.ofStatement(s.value, around) : undefined)
      },
    })
  }

  #put(name: string, kinds: Kinds): void {
    const key = name.toLowerCase()
    if (!this.#variables.has(key)) this.#variables.set(key, kinds)
    else if (this.#variables.get(key)?.join() !== kinds?.join()) this.#variables.set(key, undefined)
  }

  of(x: Expr, around: Around): Kinds {
    switch (x.kind) {
      case 'var':
        return x.name === '_' ? this.ofItem(around.item) : this.#variables.get(x.name.toLowerCase())
      case 'index':
        return this.of(x.target, around)
      case 'paren':
        return this.ofStatement(x.inner, around)
      case 'array':
        return x.body.length === 1 ? this.ofStatement(x.body[0]!, around) : undefined
      case 'member': {
        const types = this.propertiesAt(x, around)?.map((p) => p.type)
        return types?.every((t) => t !== null) === true ? this.#complete(types) : undefined
      }
      default:
        return undefined
    }
  }

  /** The property that a member expression reads, in each class that its target may be of; undefined where one has none. */
  propertiesAt(x: Expr & { kind: 'member' }, around: Around): readonly ClassProperty[] | undefined {
    if (x.static || x.name.kind !== 'const') return undefined
    const name = String(x.name.value)
    const found = this.of(x.target, around)?.map((k) => this.property(k, name))
    return found?.every((p) => p !== undefined) === true ? found : undefined
  }

  ofItem(item: Item): Kinds {
    if (item.of !== 'pipeline') return undefined
    const { pipeline, stage, around } = item
    return this.#through(pipeline, pipeline.rest.slice(0, stage), around)
  }

  ofStatement(s: Stmt, around: Around): Kinds {
    return s.kind === 'pipeline' ? this.#through(s, s.rest, around) : undefined
  }

  #through(s: Stmt & { kind: 'pipeline' }, stages: readonly Command[], around: Around): Kinds {
    if (!stages.every((c) => KEEPS.has(commandName(c)?.toLowerCase() ?? '') || firstOnly(c))) return undefined
    return s.first.kind === 'command' ? this.#output(s.first) : this.of(s.first, around)
  }

  #output(c: Command): Kinds {
    const name = commandName(c)?.toLowerCase() ?? ''
    // a job comes instead of what the cmdlet returns
    if (c.elements.some((el) => el.kind === 'parameter' && /^asjob$/i.test(el.name))) return undefined
    if (name !== 'get-ciminstance' && name !== 'get-wmiobject')
      return this.#complete(this.#tables.outputs.get(name))
    const at = c.elements.findIndex((el) => el.kind === 'parameter' && /^classname$/i.test(el.name))
    const next = c.elements[at + 1]
    const written =
      at >= 0 && next?.kind === 'argument' && next.expr.kind === 'const'
        ? [String(next.expr.value)]
        : undefined
    return this.#complete(written)
  }

  #complete(kinds: Kinds): Kinds {
    if (kinds === undefined || kinds.length === 0) return undefined
    const classes = kinds.map((k) => this.#tables.classes.get(k.toLowerCase()))
    return classes.every((c) => c !== undefined && c.incomplete !== true && (c.subclasses?.length ?? 0) === 0)
      ? kinds
      : undefined
  }

  /** A property of a class or of what it is derived from, its name in any case. */
  property(kind: string, name: string): ClassProperty | undefined {
    const lower = name.toLowerCase()
    for (
      let c = this.#tables.classes.get(kind.toLowerCase());
      c !== undefined;
      c = c.base === null ? undefined : this.#tables.classes.get(c.base.toLowerCase())
    ) {
      for (const [key, p] of Object.entries(c.properties)) if (key.toLowerCase() === lower) return p
    }
    return undefined
  }
}

const isNull = (s: Stmt): boolean =>
  s.kind === 'pipeline' &&
  s.first.kind === 'var' &&
  s.first.name.toLowerCase() === 'null' &&
  s.rest.length === 0

const firstOnly = (c: Command): boolean =>
  commandName(c)?.toLowerCase() === 'select-object' &&
  c.elements.every((el) =>
    el.kind === 'parameter' ? /^(first|last|skip)$/i.test(el.name) : el.expr.kind === 'const',
  )
