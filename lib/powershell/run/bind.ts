import { convert } from '../convert.ts'
import { Refused, record } from '../errors.ts'
import { type PsErrorRecord, PsSwitch } from '../objects.ts'
import { accept } from './accept.ts'
import { BINDING, bindFailure } from './bind-failure.ts'
import { type Bound, type Given, possible } from './bound.ts'
import { type Formal, type Formals } from './formal.ts'
import { type Unknown, positions } from './positions.ts'
import { type PsValue } from '../values.ts'

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
  if (expectsInput && complete.length === 0 && sets.length > 1)
    throw new Refused('input where several sets miss a mandatory parameter')
  if (complete.length === 0 || (!expectsInput && byDefault && !complete.includes(formals.defaultSet!))) {
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

/** The error of a pipeline object that leaves a mandatory parameter without a value. */
export function inputLacking(failed: PsErrorRecord, suffix: string): PsErrorRecord {
  return record(
    `InputObjectMissingMandatory,${suffix}`,
    failed.exception.message.replace(
      'Cannot process command because of one or more missing mandatory parameters',
      'The input object cannot be bound because it did not contain the information required to bind all mandatory parameters',
    ),
    'InvalidArgument',
    BINDING,
  )
}
