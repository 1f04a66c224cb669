import { readFileSync, readdirSync } from 'node:fs'
import { type Signature } from './host.ts'

/** A property of a class of objects that a cmdlet returns. */
export interface ClassProperty {
  readonly type: string | null
  readonly array: boolean
  /** Its enum, where it has one; the type itself where it is a .NET enum. */
  readonly enum?: string
}

/** A class of objects. `incomplete`: it has more properties than these. */
export interface ObjectClass {
  readonly base: string | null
  readonly properties: { readonly [name: string]: ClassProperty }
  readonly incomplete?: boolean
  readonly subclasses?: readonly string[]
}

/** What is documented of the cmdlets that our scripts may use; all keys in lower case. */
export interface Tables {
  readonly cmdlets: ReadonlyMap<
    string,
    { readonly name: string; readonly module: string; readonly signature: Signature }
  >
  /** Common parameters, and those of -WhatIf and -Confirm: name and aliases. */
  readonly common: ReadonlySet<string>
  readonly shouldProcess: ReadonlySet<string>
  readonly aliases: ReadonlyMap<string, readonly string[]>
  readonly outputs: ReadonlyMap<string, readonly string[]>
  readonly classes: ReadonlyMap<string, ObjectClass>
  /** Names of the values of each enum. */
  readonly enums: ReadonlyMap<string, readonly string[]>
}

const FOLDER = new URL('./tables/', import.meta.url)
const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8'))
const lower = <T>(record: { readonly [name: string]: T }): Map<string, T> =>
  new Map(Object.entries(record).map(([name, v]) => [name.toLowerCase(), v]))

interface ModuleTable {
  readonly module: string
  readonly cmdlets: { readonly [name: string]: Signature }
}

interface ObjectTable {
  readonly outputs?: { readonly [cmdlet: string]: readonly string[] }
  readonly classes: { readonly [name: string]: ObjectClass }
  readonly enums?: { readonly [name: string]: { readonly [value: string]: number | null } }
}

interface CommonTable {
  readonly common: { readonly [name: string]: { readonly aliases: readonly string[] } }
  readonly shouldProcess: { readonly [name: string]: { readonly aliases: readonly string[] } }
}

interface AliasTable {
  readonly aliases: { readonly [alias: string]: { readonly targets: readonly string[] } }
  readonly functions: { readonly [name: string]: unknown } | readonly string[]
}

const modules = (): readonly string[] =>
  readdirSync(FOLDER).filter((f) => f.endsWith('.json') && f !== 'common.json' && f !== 'aliases.json')

let loaded: Tables | undefined

/** All tables, read once. */
export function loadTables(): Tables {
  loaded ??= load()
  return loaded
}

function load(): Tables {
  const cmdlets = new Map<string, { name: string; module: string; signature: Signature }>()
  for (const file of modules()) {
    const table = readJson(file) as ModuleTable
    for (const [name, signature] of Object.entries(table.cmdlets))
      cmdlets.set(name.toLowerCase(), { name, module: table.module, signature })
  }
  const outputs = new Map<string, readonly string[]>()
  const classes = new Map<string, ObjectClass>()
  const enums = new Map<string, readonly string[]>()
  for (const file of readdirSync(new URL('objects/', FOLDER))) {
    const table = readJson(`objects/${file}`) as ObjectTable
    for (const [name, c] of Object.entries(table.classes)) classes.set(name.toLowerCase(), c)
    for (const [name, o] of lower(table.outputs ?? {})) outputs.set(name, o)
    for (const [name, e] of lower(table.enums ?? {})) enums.set(name, Object.keys(e))
  }
  const common = readJson('common.json') as CommonTable
  const names = (of: CommonTable['common']): Set<string> =>
    new Set(Object.entries(of).flatMap(([name, p]) => [name, ...p.aliases].map((n) => n.toLowerCase())))
  const aliases = new Map(
    [...lower((readJson('aliases.json') as AliasTable).aliases)].map(([alias, a]) => [alias, a.targets]),
  )
  return {
    cmdlets,
    common: names(common.common),
    shouldProcess: names(common.shouldProcess),
    aliases,
    outputs,
    classes,
    enums,
  }
}

/** The names of all documented cmdlets and aliases, in lower case. */
export function commandNames(): ReadonlySet<string> {
  const tables = loadTables()
  return new Set([...tables.cmdlets.keys(), ...tables.aliases.keys()])
}
