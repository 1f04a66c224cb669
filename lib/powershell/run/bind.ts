import { CastFailure, convert, itemsOf } from '../convert.ts'
import { PsThrow, Refused, record } from '../errors.ts'
import { type PsErrorRecord, PsSwitch, isNull } from '../objects.ts'
import { text } from '../text.ts'
import { typeOf } from '../types.ts'
import { PsEnum, PsNumber, PsObject, type PsValue } from '../values.ts'
import { type Formal, type Formals } from './formal.ts'

const SMA = 'System.Management.Automation.'
const BINDING = `${SMA}ParameterBindingException`
const VALIDATION = `${SMA}ParameterBindingValidationException`
const TRANSFORM = `${SMA}ParameterBindingArgumentTransformationException`

/** An argument as given: with a name, or by position. */
export interface Given {
  readonly name: string | undefined
  readonly value: PsValue
  /** A name without a value: a switch, unless the next argument is its value. */
  readonly bare?: boolean
  readonly colon?: boolean
  readonly splatted?: boolean
}

/** What binding gave. */
export interface Bound {
  readonly values: Map<string, PsValue>
  /** Positional arguments that found no parameter. */
  readonly rest: PsValue[]
  readonly sets: readonly string[]
  readonly formals: Formals
  readonly suffix: string
  /** Arguments without a name were given. */
  readonly byPosition: boolean
}

const COMMON: { readonly [name: string]: string } = {
  erroraction: 'ErrorAction',
  ea: 'ErrorAction',
  warningaction: 'WarningAction',
  wa: 'WarningAction',
  errorvariable: 'ErrorVariable',
  ev: 'ErrorVariable',
  warningvariable: 'WarningVariable',
  wv: 'WarningVariable',
  outvariable: 'OutVariable',
  ov: 'OutVariable',
  verbose: 'Verbose',
  vb: 'Verbose',
  debug: 'Debug',
  db: 'Debug',
  outbuffer: 'OutBuffer',
  ob: 'OutBuffer',
  pipelinevariable: 'PipelineVariable',
  pv: 'PipelineVariable',
  informationaction: 'InformationAction',
  infa: 'InformationAction',
  informationvariable: 'InformationVariable',
  iv: 'InformationVariable',
  whatif: 'WhatIf',
  wi: 'WhatIf',
  confirm: 'Confirm',
  cf: 'Confirm',
}
const SWITCHES = ['Verbose', 'Debug', 'WhatIf', 'Confirm']

/** Throws an error of binding. */
export function bindFailure(
  id: string,
  message: string,
  suffix: string,
  category = 'InvalidArgument',
  type = BINDING,
  target: PsValue = null,
): never {
  throw new PsThrow(record(suffix === '' ? id : `${id},${suffix}`, message, category, type, target))
}

function findFormal(formals: Formals, name: string, suffix: string): Formal | string | undefined {
  const lower = name.toLowerCase()
  const exactly = formals.list.find(
    (f) => f.name.toLowerCase() === lower || f.aliases.some((a) => a.toLowerCase() === lower),
  )
  if (exactly !== undefined) return exactly
  const common = formals.strict ? COMMON[lower] : undefined
  if (common !== undefined) return common
  const begins = formals.list.filter(
    (f) => f.name.toLowerCase().startsWith(lower) || f.aliases.some((a) => a.toLowerCase().startsWith(lower)),
  )
  const commons = formals.strict
    ? [...new Set(Object.values(COMMON))].filter((c) => c.toLowerCase().startsWith(lower))
    : []
  if (begins.length + commons.length > 1)
    bindFailure(
      'AmbiguousParameter',
      `Parameter cannot be processed because the parameter name '${name}' is ambiguous. Possible matches include: ${[...begins.map((f) => f.name), ...commons].map((n) => `-${n}`).join(' ')}.`,
      suffix,
    )
  return begins[0] ?? commons[0]
}

/** Converts and checks a value for a parameter. */
export function accept(f: Formal, value: PsValue, suffix: string, cmdlet: boolean): PsValue {
  let out = isNull(value) ? null : value
  if (f.type !== undefined && f.type !== 'System.Management.Automation.PSCustomObject') {
    try {
      const truths =
        f.type === 'System.Boolean' ? [out] : f.type === 'System.Boolean[]' ? (itemsOf(out) ?? [out]) : []
      if (truths.some((v) => typeof v === 'string' || isNull(v)))
        throw new CastFailure('x', `Cannot convert value "${text(out)}" to type "System.Boolean".`)
      if (cmdlet && f.type === 'System.String' && itemsOf(out) !== undefined)
        throw new CastFailure('x', 'Cannot convert value to type System.String.')
      out = f.type === 'System.String' && out === null ? '' : convert(out, f.type)
    } catch (x) {
      if (!(x instanceof CastFailure)) throw x
      const message = cmdlet
        ? `Cannot bind parameter '${f.name}'. ${x.message}`
        : `Cannot process argument transformation on parameter '${f.name}'. ${x.message}`
      if (cmdlet) bindFailure('CannotConvertArgumentNoMessage', message, suffix, 'InvalidArgument', BINDING)
      bindFailure('ParameterArgumentTransformationError', message, suffix, 'InvalidData', TRANSFORM)
    }
  }
  if (f.type === undefined && f.declared !== undefined) out = ofUnknown(f, out, suffix)
  const mandatory = [...f.sets.values()].some((s) => s.mandatory)
  if (mandatory) refuseEmpty(f, out, suffix)
  const wrong = f.check?.(out)
  if (wrong !== undefined)
    bindFailure(
      'ParameterArgumentValidationError',
      `Cannot validate argument on parameter '${f.name}'. ${wrong}`,
      suffix,
      'InvalidData',
      VALIDATION,
    )
  return out
}

/** A value for a parameter whose class or enum only the embedder knows. */
function ofUnknown(f: Formal, value: PsValue, suffix: string): PsValue {
  const array = f.declared?.endsWith('[]') === true
  if (array) {
    if (isNull(value)) return null
    const items = itemsOf(value) ?? [value]
    return f.names === undefined ? items : items.map((item) => named(f, item, suffix))
  }
  return f.names === undefined ? value : named(f, value, suffix)
}

/** One of an enum's names, however much of it is written. */
function named(f: Formal, value: PsValue, suffix: string): PsValue {
  const names = f.names ?? []
  const given = value instanceof PsEnum ? value.name : value
  if (given instanceof PsNumber || itemsOf(given) !== undefined) throw new Refused(`no name for -${f.name}`)
  const lower = typeof given === 'string' ? given.trim().toLowerCase() : ''
  const exact = names.find((name) => name.toLowerCase() === lower)
  if (exact !== undefined) return value instanceof PsEnum ? value : exact
  const begins = lower === '' ? [] : names.filter((name) => name.toLowerCase().startsWith(lower))
  if (begins.length === 1) return begins[0] ?? null
  return bindFailure(
    'CannotConvertArgumentNoMessage',
    `Cannot bind parameter '${f.name}'. Cannot convert value "${text(value)}" to type "${f.declared ?? ''}": expected one of ${names.join(', ')}.`,
    suffix,
  )
}

/** A mandatory parameter takes neither null nor what is empty; of a list, no such item. */
function refuseEmpty(f: Formal, value: PsValue, suffix: string): void {
  const refuse = (what: 'Null' | 'EmptyString' | 'EmptyArray', words: string): never =>
    bindFailure(
      `ParameterArgumentValidationError${what}NotAllowed`,
      `Cannot bind argument to parameter '${f.name}' because it is ${words}.`,
      suffix,
      'InvalidData',
      VALIDATION,
    )
  if (isNull(value)) {
    if (!f.allowNull) refuse('Null', 'null')
    return
  }
  if (f.allowEmpty) return
  if (value === '' && f.type !== undefined) refuse('EmptyString', 'an empty string')
  const items = (f.type ?? f.declared)?.endsWith('[]') === true ? itemsOf(value) : undefined
  if (items?.length === 0) refuse('EmptyArray', 'an empty array')
  if (items?.some(isNull) === true && !f.allowNull) refuse('Null', 'null')
  if (items?.includes('') === true) refuse('EmptyString', 'an empty string')
}

/** Binds arguments to parameters by name, then by position; what the pipeline gives comes later. */
export function bind(formals: Formals, given: readonly Given[], suffix: string, cmdlet: boolean): Bound {
  const values = new Map<string, PsValue>()
  const rest: PsValue[] = []
  let loose = 0
  // Told only when all else is bound, and only if no earlier argument is left over.
  let unknown: Unknown | undefined
  const put = (f: Formal | string, value: PsValue, splatted = false): void => {
    const name = typeof f === 'string' ? f : f.name
    if (values.has(name)) {
      if (splatted) throw new Refused('a splatted parameter that is also given')
      bindFailure(
        'ParameterAlreadyBound',
        `Cannot bind parameter because parameter '${name}' is specified more than once. To provide multiple values to parameters that can accept multiple values, use the array syntax. For example, "-parameter value1,value2,value3".`,
        suffix,
      )
    }
    values.set(
      name,
      typeof f === 'string'
        ? SWITCHES.includes(f)
          ? new PsSwitch(convert(value, 'System.Boolean') === true)
          : value
        : accept(f, value, suffix, cmdlet),
    )
  }
  for (let i = 0; i < given.length; i++) {
    const g = given[i]!
    if (g.name === undefined) {
      rest.push(g.value)
      continue
    }
    const f = findFormal(formals, g.name, suffix)
    if (f === undefined) {
      if (formals.strict) {
        unknown ??= { name: g.name, before: rest.length }
        continue
      }
      if (g.splatted === true) throw new Refused('a splatted name that no parameter has')
      loose++
      rest.push(g.colon === true ? `-${g.name}:` : `-${g.name}`)
      if (g.bare !== true) rest.push(g.value)
      continue
    }
    const isSwitch = typeof f === 'string' ? SWITCHES.includes(f) : f.isSwitch
    if (g.bare !== true) put(f, g.value, g.splatted)
    else if (isSwitch) put(f, true)
    else {
      const next = given[i + 1]
      if (next === undefined || next.name !== undefined)
        bindFailure(
          'MissingArgument',
          `Missing an argument for parameter '${typeof f === 'string' ? f : f.name}'. Specify a parameter of type '${(typeof f === 'string' ? undefined : f.type) ?? 'System.Object'}' and try again.`,
          suffix,
        )
      put(f, next.value)
      i++
    }
  }
  // of a simple function: a name that it does not have goes to $args, and is no positional argument
  const unbound = formals.list.some(
    (f) => !values.has(f.name) && [...f.sets.values()].some((x) => x.position !== undefined),
  )
  if (loose > 0 && unbound && rest.length > loose)
    throw new Refused('an unknown parameter name before positional arguments')
  const byPosition = rest.length > 0
  const sets =
    loose > 0 ? possible(formals, values, suffix) : positions(formals, values, rest, unknown, suffix, cmdlet)
  return { values, rest, sets, formals, suffix, byPosition }
}

const setsOf = (formals: Formals): string[] => [
  ...new Set(formals.list.flatMap((f) => [...f.sets.keys()]).filter((s) => s !== '')),
]

function possible(formals: Formals, values: ReadonlyMap<string, PsValue>, suffix: string): readonly string[] {
  let sets = setsOf(formals)
  for (const f of formals.list)
    if (values.has(f.name) && !f.sets.has('')) sets = sets.filter((s) => f.sets.has(s))
  if (sets.length === 0 && setsOf(formals).length > 0)
    bindFailure(
      'AmbiguousParameterSet',
      'Parameter set cannot be resolved using the specified named parameters.',
      suffix,
    )
  return sets
}

function positions(
  formals: Formals,
  values: Map<string, PsValue>,
  rest: PsValue[],
  unknown: Unknown | undefined,
  suffix: string,
  cmdlet: boolean,
): readonly string[] {
  const given = rest.length
  let sets = possible(formals, values, suffix)
  if ((given > 0 || unknown !== undefined) && sets.some((set) => sharesPosition(formals, values, set)))
    throw new Refused('a positional argument where two parameters of a set have one position')
  while (rest.length > 0) {
    const chosen = positional(formals, values, sets, rest[0]!)
    if (chosen === undefined) {
      const last = formals.list.find(
        (f) =>
          f.remaining === true && !values.has(f.name) && (f.sets.has('') || sets.some((s) => f.sets.has(s))),
      )
      if (last !== undefined) {
        values.set(last.name, accept(last, rest.length === 1 ? rest[0]! : [...rest], suffix, cmdlet))
        rest.length = 0
        break
      }
      if (unknown !== undefined && given - rest.length >= unknown.before) refuseUnknown(unknown, suffix)
      if (formals.strict)
        bindFailure(
          'PositionalParameterNotFound',
          `A positional parameter cannot be found that accepts argument '${text(rest[0]!)}'.`,
          suffix,
          'InvalidArgument',
          BINDING,
          null,
        )
      break
    }
    try {
      // By position null is looked at before it is converted, unless another set may take it.
      if (isNull(rest[0]!) && cmdlet && [...chosen.sets.values()].some((s) => s.mandatory)) {
        if (setsOf(formals).length > 1) throw new Refused('null by position')
        refuseEmpty(chosen, null, suffix)
      }
      if (chosen.type === undefined && chosen.names === undefined && chosen.declared !== undefined)
        if (!isNull(rest[0]!) && !isOf(rest[0]!, chosen))
          throw new Refused(`a value by position for -${chosen.name}`)
      values.set(chosen.name, accept(chosen, rest[0]!, suffix, cmdlet))
    } catch (x) {
      if (x instanceof PsThrow && unknown !== undefined && given - rest.length >= unknown.before)
        refuseUnknown(unknown, suffix)
      throw x
    }
    rest.shift()
    sets = possible(formals, values, suffix)
  }
  if (unknown === undefined) return sets
  if (given > unknown.before && formals.defaultSet === undefined && setsOf(formals).length > 1)
    throw new Refused('an unknown parameter name before positional arguments')
  return refuseUnknown(unknown, suffix)
}

/** A name that no parameter has, and how many positional arguments stand before it. */
interface Unknown {
  readonly name: string
  readonly before: number
}

const refuseUnknown = ({ name }: Unknown, suffix: string): never =>
  bindFailure(
    'NamedParameterNotFound',
    `A parameter cannot be found that matches parameter name '${name}'.`,
    suffix,
  )

function sharesPosition({ list }: Formals, values: ReadonlyMap<string, PsValue>, set: string): boolean {
  const taken = list.flatMap((f) => (values.has(f.name) ? [] : (f.sets.get(set)?.position ?? [])))
  return new Set(taken).size < taken.length
}

/** The parameter that takes a positional argument: of the default set before others, and before that one whose type it has. */
function positional(
  { list, defaultSet }: Formals,
  values: ReadonlyMap<string, PsValue>,
  sets: readonly string[],
  value: PsValue,
): Formal | undefined {
  const at = (f: Formal): number =>
    Math.min(
      ...[...f.sets].map(([set, s]) =>
        set === '' || sets.includes(set) ? (s.position ?? Infinity) : Infinity,
      ),
    )
  const free = list.filter((f) => !values.has(f.name) && at(f) < Infinity)
  const first = Math.min(...free.map(at))
  const candidates = free.filter((f) => at(f) === first)
  if (candidates.length > 1 && itemsOf(value) !== undefined)
    throw new Refused('a list by position that several parameters may take')
  const byDefault = candidates.filter(
    (f) =>
      f.sets.has('') || (defaultSet !== undefined && sets.includes(defaultSet) && f.sets.has(defaultSet)),
  )
  const fitting = (some: readonly Formal[]): readonly Formal[] => some.filter((f) => isOf(value, f))
  for (const some of [fitting(byDefault), fitting(candidates), byDefault, candidates]) {
    if (some.length > 1) throw new Refused('a positional argument that several parameters take')
    if (some[0] !== undefined) return some[0]
  }
  return undefined
}

/** Fails when a mandatory parameter of the chosen set has no value; gives the set. */
export function settle(bound: Bound, expectsInput: boolean): string {
  const { formals, values, suffix } = bound
  let sets = possible(formals, values, suffix)
  const missing = (set: string): Formal[] =>
    formals.list.filter((f) => {
      const s = f.sets.get(set) ?? f.sets.get('')
      return s?.mandatory === true && !values.has(f.name) && !(expectsInput && (f.byValue || f.byProperty))
    })
  if (sets.length === 0) sets = ['']
  const byDefault = formals.defaultSet !== undefined && sets.includes(formals.defaultSet)
  const complete = sets.filter((s) => missing(s).length === 0)
  if (complete.length === 0 || (byDefault && !complete.includes(formals.defaultSet!))) {
    const set =
      formals.defaultSet !== undefined && sets.includes(formals.defaultSet) ? formals.defaultSet : sets[0]!
    if (sets.length > 1 && (formals.defaultSet === undefined || !sets.includes(formals.defaultSet)))
      bindFailure(
        'AmbiguousParameterSet',
        'Parameter set cannot be resolved using the specified named parameters.',
        suffix,
      )
    bindFailure(
      'MissingMandatoryParameter',
      `Cannot process command because of one or more missing mandatory parameters: ${missing(set)
        .map((f) => f.name)
        .join(' ')}.`,
      suffix,
    )
  }
  if (formals.defaultSet !== undefined && complete.includes(formals.defaultSet)) return formals.defaultSet
  if (complete.length > 1) {
    // a set that demands something which was given wins over one that demands nothing
    const demanding = complete.filter((set) => formals.list.some((f) => f.sets.get(set)?.mandatory === true))
    if (demanding.length === 1) return demanding[0]!
    if (!expectsInput)
      bindFailure(
        'AmbiguousParameterSet',
        'Parameter set cannot be resolved using the specified named parameters.',
        suffix,
      )
  }
  return complete[0]!
}

/** Binds one object of the pipeline: by value without conversion, by property, by value with conversion. Undefined when nothing takes it. */
export function bindInput(
  bound: Bound,
  set: string | undefined,
  item: PsValue,
  property: (name: string) => PsValue | undefined,
  cmdlet: boolean,
): Map<string, PsValue> | undefined {
  const { formals, values, suffix } = bound
  const within = (f: Formal, sets: readonly string[]): boolean =>
    !values.has(f.name) &&
    (f.sets.has('') || (set !== undefined && f.sets.has(set)) || sets.some((s) => f.sets.has(s)))
  const out = new Map<string, PsValue>()
  const take = (f: Formal): boolean => {
    try {
      out.set(f.name, accept(f, item, suffix, cmdlet))
      return true
    } catch (x) {
      if (
        x instanceof PsThrow &&
        /^(CannotConvertArgument|ParameterArgumentTransformation)/.test(x.record.fqid)
      )
        return false
      throw x
    }
  }
  const valued = formals.list.filter((f) => f.byValue && within(f, bound.sets))
  const direct =
    valued.find((f) => isOf(item, f)) ?? valued.find((f) => f.declared === undefined && f.type === undefined)
  let sets = bound.sets
  if (direct !== undefined && take(direct))
    sets = sets.filter((s) => direct.sets.has('') || direct.sets.has(s))
  for (const f of formals.list) {
    if (!f.byProperty || f === direct || !within(f, sets)) continue
    const v = [f.name, ...f.aliases].map(property).find((p) => p !== undefined)
    if (v !== undefined) out.set(f.name, accept(f, v, suffix, cmdlet))
  }
  if (out.size > 0) return out
  for (const f of valued) if ((f.type !== undefined || f.declared === undefined) && take(f)) return out
  return undefined
}

/** Whether a value is of a parameter's type without conversion, or of its elements'. */
function isOf(item: PsValue, f: Formal): boolean {
  if (f.type === undefined) {
    if (f.declared === undefined) return false
    const wanted = f.declared.replace(/\[\]$/, '').toLowerCase()
    return (
      item instanceof PsObject &&
      item.types.some(
        (t) => t.toLowerCase() === wanted || t.slice(t.lastIndexOf('.') + 1).toLowerCase() === wanted,
      )
    )
  }
  return f.type === typeOf(item) || (f.type.endsWith('[]') && f.type.slice(0, -2) === typeOf(item))
}

/** The error of a pipeline object that no parameter takes. */
export function inputRefused(item: PsValue, suffix: string): PsErrorRecord {
  return record(
    `InputObjectNotBound,${suffix}`,
    'The input object cannot be bound to any parameters for the command either because the command does not take pipeline input or the input and its properties do not match any of the parameters that take pipeline input.',
    'InvalidArgument',
    BINDING,
    item,
  )
}
