import { builtInNames } from '../cmdlets/index.ts'
import { type Command, type Element, type Expr, type Script } from '../syntax/ast.ts'
import { type Signature } from '../host.ts'
import { loadTables, type Tables } from '../tables.ts'
import { Findings, type Finding } from './findings.ts'
import { enumFindings } from './enum-texts.ts'
import { errorRecordFindings } from './error-records.ts'
import { Inference } from './inference.ts'
import { commandName, isProgram, literal, plain } from './names.ts'
import { propertyFindings } from './properties.ts'
import { variableFindings } from './variables.ts'
import { walkBlock } from './walk.ts'

/** Cmdlets whose arguments read well without a name. */
const LANGUAGE = new Set(builtInNames.map((n) => n.toLowerCase()))

type Hash = Expr & { readonly kind: 'hash' }

/** One table that is splatted: the names it may hold, as far as the script shows. */
export interface Splat {
  readonly names: ReadonlyMap<
    string,
    { readonly at: number; readonly value: Expr | undefined; readonly always: boolean }
  >
  /** False when it gets names that the text does not show. */
  readonly whole: boolean
}

/** The tables that a script builds: `$new = @{ … }`, `$new.Name = …`. */
export function splatsOf(script: Script): ReadonlyMap<string, Splat> {
  const out = new Map<
    string,
    { names: Map<string, { at: number; value: Expr | undefined; always: boolean }>; whole: boolean }
  >()
  const of = (
    name: string,
  ): { names: Map<string, { at: number; value: Expr | undefined; always: boolean }>; whole: boolean } => {
    const key = name.toLowerCase()
    const known = out.get(key) ?? { names: new Map(), whole: true }
    out.set(key, known)
    return known
  }
  walkBlock(script.block, {
    stmt(s) {
      if (s.kind !== 'assign') return
      const value = plain(s.value)
      if (s.target.kind === 'var') {
        const known = of(s.target.name)
        if (value?.kind !== 'hash' || s.op !== '=') known.whole = false
        else entries(value, known.names)
      } else if (
        s.target.kind === 'member' &&
        s.target.target.kind === 'var' &&
        s.target.name.kind === 'const'
      ) {
        of(s.target.target.name).names.set(String(s.target.name.value).toLowerCase(), {
          at: s.target.at + 1,
          value,
          always: false,
        })
      } else if (s.target.kind === 'index' && s.target.target.kind === 'var') {
        const key = s.target.index.kind === 'const' ? String(s.target.index.value).toLowerCase() : undefined
        if (key === undefined) of(s.target.target.name).whole = false
        else of(s.target.target.name).names.set(key, { at: s.target.at, value, always: false })
      }
    },
  })
  return out
}

function entries(
  hash: Hash,
  names: Map<string, { at: number; value: Expr | undefined; always: boolean }>,
): void {
  for (const [key, s] of hash.entries) {
    if (key.kind !== 'const') continue
    names.set(String(key.value).toLowerCase(), { at: key.at, value: plain(s), always: true })
  }
}

/** What -ErrorAction a command is given, in lower case. */
export function errorActionOf(c: Command, splats: ReadonlyMap<string, Splat>): string | undefined {
  for (const [i, el] of c.elements.entries()) {
    if (el.kind === 'parameter' && /^(erroraction|ea)$/i.test(el.name))
      return literal(el.value ?? argumentAfter(c, i))?.toLowerCase()
    if (el.kind === 'argument' && el.expr.kind === 'var' && el.expr.splat) {
      const found = splats.get(el.expr.name.toLowerCase())?.names.get('erroraction')
      if (found?.always === true) return literal(found.value)?.toLowerCase()
    }
  }
  return undefined
}

function argumentAfter(c: Command, i: number): Expr | undefined {
  const next: Element | undefined = c.elements[i + 1]
  return next?.kind === 'argument' ? next.expr : undefined
}

/** Holds each command of a script against the documented cmdlets, and the properties it reads against what they return. */
export function checkCommands(script: Script, tables: Tables = loadTables()): readonly Finding[] {
  const f = new Findings(script)
  const splats = splatsOf(script)
  const functions = new Set<string>()
  walkBlock(script.block, {
    stmt: (s) => {
      if (s.kind === 'function') functions.add(s.name.toLowerCase())
    },
  })
  walkBlock(script.block, {
    command(c, _around, first) {
      const name = commandName(c)
      if (name === undefined || functions.has(name.toLowerCase()) || isProgram(name)) return
      const alias = tables.aliases.get(name.toLowerCase())
      const entry = tables.cmdlets.get(name.toLowerCase())
      if (entry === undefined && alias !== undefined)
        f.add('alias', c.at, `${name} is an alias${alias.length > 0 ? ` of ${alias.join(', ')}` : ''}`)
      else if (entry === undefined)
        f.add('unknown-cmdlet', c.at, `no documented cmdlet of the modules in use is called ${name}`)
      else parameters(f, c, entry.name, entry.signature, tables, splats, first)
    },
  })
  const inference = new Inference(script, tables)
  propertyFindings(script, inference, f)
  enumFindings(script, inference, tables, f)
  errorRecordFindings(script, f)
  variableFindings(script, f)
  return f.all
}

function parameters(
  f: Findings,
  c: Command,
  name: string,
  signature: Signature,
  tables: Tables,
  splats: ReadonlyMap<string, Splat>,
  first: boolean,
): void {
  const given = new Set<string>()
  let certain = true
  let positional = 0
  const check = (written: string, at: number, value: Expr | undefined): string | undefined => {
    const found = parameterOf(signature, written)
    if (found === undefined) {
      const lower = written.toLowerCase()
      if (tables.common.has(lower) && signature.commonParameters === true) return undefined
      if (tables.shouldProcess.has(lower) && signature.supportsShouldProcess === true) return undefined
      const begins = Object.keys(signature.parameters).filter((p) => p.toLowerCase().startsWith(lower))
      f.add(
        begins.length > 0 ? 'abbreviated-parameter' : 'unknown-parameter',
        at,
        begins.length > 0
          ? `${name} -${written}: write -${begins.join(' or -')}`
          : `${name} has no parameter -${written}`,
      )
      return undefined
    }
    const [own, p] = found
    given.add(own)
    const text = literal(value)
    if (
      p.values !== undefined &&
      p.values.length > 0 &&
      text !== undefined &&
      !p.switch &&
      !p.values.some((v) => v.toLowerCase() === text.toLowerCase())
    )
      f.add('bad-value', value?.at ?? at, `${name} -${own}: expected ${p.values.join(', ')}, got ${text}`)
    return own
  }
  c.elements.forEach((el, i) => {
    if (el.kind === 'argument') {
      if (el.expr.kind === 'var' && el.expr.splat) {
        const splat = splats.get(el.expr.name.toLowerCase())
        if (splat?.whole !== true) certain = false
        for (const [key, entry] of splat?.names ?? []) {
          const own = check(key, entry.at, entry.value)
          // what is only sometimes there decides no set
          if (own !== undefined && !entry.always) {
            given.delete(own)
            certain = false
          }
        }
        return
      }
      const before = c.elements[i - 1]
      if (before?.kind === 'parameter' && before.value === undefined && takesValue(signature, before.name))
        return
      positional++
      if (!LANGUAGE.has(name.toLowerCase())) f.add('positional', el.at, `${name}: write the parameter's name`)
      return
    }
    check(el.name, el.at, el.value ?? (takesValue(signature, el.name) ? argumentAfter(c, i) : undefined))
  })
  sets(f, c, name, signature, given, positional, certain, first)
}

function parameterOf(
  signature: Signature,
  written: string,
): [string, Signature['parameters'][string]] | undefined {
  const lower = written.toLowerCase()
  return Object.entries(signature.parameters).find(
    ([n, p]) => n.toLowerCase() === lower || p.aliases.some((a) => a.toLowerCase() === lower),
  )
}

const takesValue = (signature: Signature, written: string): boolean => {
  const found = parameterOf(signature, written)?.[1]
  return found === undefined ? !/^(verbose|debug|whatif|confirm|vb|db|wi|cf)$/i.test(written) : !found.switch
}

function sets(
  f: Findings,
  c: Command,
  name: string,
  signature: Signature,
  given: ReadonlySet<string>,
  positional: number,
  certain: boolean,
  first: boolean,
): void {
  const has = (names: readonly string[], wanted: string): boolean =>
    names.some((n) => n.toLowerCase() === wanted.toLowerCase())
  const fitting = signature.sets.filter((s) =>
    [...given].every((p) => has(s.parameters, p) || !signature.sets.some((o) => has(o.parameters, p))),
  )
  if (signature.sets.length === 0) return
  if (fitting.length === 0) {
    f.add(
      'parameter-set',
      c.at,
      `${name}: no parameter set has ${[...given].map((p) => `-${p}`).join(' and ')} together`,
    )
    return
  }
  if (!fitting.some((s) => s.positional.filter((p) => !given.has(p)).length >= positional))
    f.add('positional', c.at, `${name} takes fewer arguments without a name`)
  if (!certain) return
  const missing = fitting.map((s) =>
    s.mandatory
      .filter((m) => !has([...given], m) && !(!first && signature.parameters[m]?.pipeline === true))
      .slice(positional),
  )
  const least = missing.reduce((a, b) => (b.length < a.length ? b : a))
  if (least.length > 0)
    f.add('missing-parameter', c.at, `${name} needs ${least.map((p) => `-${p}`).join(' and ')}`)
}
