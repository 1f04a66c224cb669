import { CastFailure, convert, itemsOf } from '../convert.ts'
import { PsThrow, Refused, record } from '../errors.ts'
import { type PsErrorRecord, PsSwitch, isNull } from '../objects.ts'
import { text } from '../text.ts'
import { typeOf } from '../types.ts'
import { PsObject, type PsValue } from '../values.ts'
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
      if (f.type === 'System.Boolean' && (typeof out === 'string' || isNull(out)))
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
  const mandatory = [...f.sets.values()].some((s) => s.mandatory)
  if (mandatory && !f.allowNull && isNull(value))
    bindFailure(
      'ParameterArgumentValidationErrorNullNotAllowed',
      `Cannot bind argument to parameter '${f.name}' because it is null.`,
      suffix,
      'InvalidData',
      VALIDATION,
    )
  if (mandatory && !f.allowEmpty) {
    if (out === '' && f.type !== undefined)
      bindFailure(
        'ParameterArgumentValidationErrorEmptyStringNotAllowed',
        `Cannot bind argument to parameter '${f.name}' because it is an empty string.`,
        suffix,
        'InvalidData',
        VALIDATION,
      )
    const items = f.type?.endsWith('[]') === true ? itemsOf(out) : undefined
    if (items?.length === 0)
      bindFailure(
        'ParameterArgumentValidationErrorEmptyArrayNotAllowed',
        `Cannot bind argument to parameter '${f.name}' because it is an empty array.`,
        suffix,
        'InvalidData',
        VALIDATION,
      )
  }
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

/** Binds arguments to parameters by name, then by position; what the pipeline gives comes later. */
export function bind(formals: Formals, given: readonly Given[], suffix: string, cmdlet: boolean): Bound {
  const values = new Map<string, PsValue>()
  const rest: PsValue[] = []
  let loose = 0
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
      if (formals.strict)
        bindFailure(
          'NamedParameterNotFound',
          `A parameter cannot be found that matches parameter name '${g.name}'.`,
          suffix,
          'InvalidArgument',
          BINDING,
          null,
        )
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
  const sets =
    loose > 0 ? possible(formals, values, suffix) : positions(formals, values, rest, suffix, cmdlet)
  return { values, rest, sets, formals, suffix }
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
  suffix: string,
  cmdlet: boolean,
): readonly string[] {
  let sets = possible(formals, values, suffix)
  const preferred = (): readonly string[] =>
    formals.defaultSet !== undefined && sets.includes(formals.defaultSet)
      ? [formals.defaultSet, ...sets]
      : sets
  while (rest.length > 0) {
    let chosen: Formal | undefined
    let at = Infinity
    for (const f of formals.list) {
      if (values.has(f.name)) continue
      for (const [set, s] of f.sets) {
        if (s.position === undefined || (set !== '' && !sets.includes(set))) continue
        const first = set === '' || set === preferred()[0]
        const rank = s.position + (first ? 0 : 0.5)
        if (rank < at) {
          at = rank
          chosen = f
        }
      }
    }
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
    values.set(chosen.name, accept(chosen, rest.shift()!, suffix, cmdlet))
    sets = possible(formals, values, suffix)
  }
  return sets
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
  const complete = sets.filter((s) => missing(s).length === 0)
  if (complete.length === 0) {
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
