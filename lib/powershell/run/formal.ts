import { type Signature } from '../host.ts'
import { text as plainText } from '../text.ts'
import { resolveType } from '../types.ts'
import { type PsValue } from '../values.ts'

/** What a set says of a parameter. */
export interface InSet {
  readonly mandatory: boolean
  readonly position: number | undefined
}

/** A parameter that arguments are bound to. */
export interface Formal {
  readonly name: string
  readonly aliases: readonly string[]
  /** Full .NET type, or undefined for any. */
  readonly type: string | undefined
  /** The type as documented, where the interpreter does not know it. */
  readonly declared?: string | undefined
  readonly isSwitch: boolean
  readonly byValue: boolean
  readonly byProperty: boolean
  /** Set name to what it says; the name '' stands for all sets. */
  readonly sets: ReadonlyMap<string, InSet>
  /** Fails with a message when the value is not accepted. */
  readonly check: ((value: PsValue) => string | undefined) | undefined
  /** Names of an enum that the interpreter does not know: a value is one of them. */
  readonly names?: readonly string[]
  readonly allowNull: boolean
  readonly allowEmpty: boolean
  /** Takes all positional arguments that are left. */
  readonly remaining?: boolean
}

/** All that binding needs to know of a command. */
export interface Formals {
  readonly list: readonly Formal[]
  readonly defaultSet: string | undefined
  /** Takes -ErrorAction and its like, and refuses what it does not know. */
  readonly strict: boolean
}

/**
 * Parameters written short: `Name=Alias:type@position!|`, `!` mandatory, `+` takes what is left, `|` from the pipeline by value, `^` by property name.
 * Sets: `{A,B}` after the rest limits a parameter to these.
 */
export function formals(spec: string, defaultSet?: string): Formals {
  const list = spec
    .split(/\s+/)
    .filter((s) => s !== '')
    .map((s): Formal => {
      const m = /^(\w+)(?:=([\w/]+))?:([\w.[\]]+)(?:@(\d+))?([!|^+]*)(?:\{([\w,]+)\})?$/.exec(s)
      if (m === null) throw new Error(`not a parameter: ${s}`)
      const flags = m[5] ?? ''
      const inSet: InSet = {
        mandatory: flags.includes('!'),
        position: m[4] === undefined ? undefined : Number(m[4]),
      }
      const array = (m[3]!.match(/\[\]/g) ?? []).length
      const type = resolveType({ name: m[3]!.replace(/\[\]/g, ''), array, args: [] })
      return {
        name: m[1]!,
        aliases: m[2]?.split('/') ?? [],
        type: m[3] === 'object' ? undefined : type,
        isSwitch: m[3] === 'switch',
        byValue: flags.includes('|'),
        remaining: flags.includes('+'),
        byProperty: flags.includes('^'),
        sets: new Map((m[6] ?? '').split(',').map((name) => [name, inSet])),
        check: undefined,
        allowNull: !inSet.mandatory,
        allowEmpty: !inSet.mandatory,
      }
    })
  return { list, defaultSet, strict: true }
}

const ALL = '(All)'
const cache = new WeakMap<Signature, Formals>()

/** The parameters of a cmdlet by its signature. */
export function formalsOf(signature: Signature): Formals {
  const known = cache.get(signature)
  if (known !== undefined) return known
  const clean = (name: string): string => name.replace(/ \(Default\)$/, '')
  const list = Object.entries(signature.parameters).map(([name, p]): Formal => {
    const sets = new Map<string, InSet>()
    for (const s of signature.sets) {
      if (!s.parameters.some((n) => n.toLowerCase() === name.toLowerCase())) continue
      const has = (names: readonly string[]): boolean =>
        names.some((n) => n.toLowerCase() === name.toLowerCase())
      const position = has(s.positional)
        ? (p.position ?? s.positional.findIndex((n) => n.toLowerCase() === name.toLowerCase()))
        : undefined
      sets.set(clean(s.name) === ALL ? '' : clean(s.name), { mandatory: has(s.mandatory), position })
    }
    if (sets.size === 0) sets.set('', { mandatory: false, position: p.position ?? undefined })
    const accepted = p.values
    const bracket = (p.type ?? '').endsWith('[]')
    // `Type` with accepted values is an enum of its module.
    const type = p.switch
      ? 'System.Management.Automation.SwitchParameter'
      : /^Type\b/.test(p.type ?? '') && accepted !== undefined
        ? undefined
        : resolveType({ name: (p.type ?? 'Object').replace(/\[\]$/, ''), array: bracket ? 1 : 0, args: [] })
    return {
      name,
      aliases: p.aliases,
      type,
      declared: p.type ?? undefined,
      isSwitch: p.switch,
      byValue: p.pipeline,
      byProperty: p.pipeline,
      sets,
      ...(accepted === undefined || accepted.length === 0 || p.switch
        ? { check: undefined }
        : type === undefined
          ? { check: undefined, names: accepted }
          : { check: inSet(accepted) }),
      allowNull: false,
      allowEmpty: false,
    }
  })
  const made: Formals = {
    list,
    defaultSet: signature.sets
      .map((s) => s.name)
      .find((n) => n.endsWith(' (Default)'))
      ?.replace(/ \(Default\)$/, ''),
    strict: true,
  }
  cache.set(signature, made)
  return made
}

/** A check against a list of accepted values. */
export function inSet(
  values: readonly string[],
  caseSensitive = false,
): (value: PsValue) => string | undefined {
  const fold = (s: string): string => (caseSensitive ? s : s.toLowerCase())
  const accepted = new Set(values.map(fold))
  return (value) => {
    for (const v of Array.isArray(value) ? value : [value]) {
      const shown = plainText(v)
      if (!accepted.has(fold(shown)))
        return `The argument "${shown}" does not belong to the set "${values.join(',')}" specified by the ValidateSet attribute. Supply an argument that is in the set and then try the command again.`
    }
    return undefined
  }
}
