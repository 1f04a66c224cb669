import { type BuiltIn, type Running } from '../cmdlets/built-in.ts'
import { Leave, Native, PsThrow, Refused, RUNTIME } from '../errors.ts'
import { type Call, type Cmdlet, type ErrorInit } from '../host.ts'
import { NOTHING, PsErrorRecord, PsException, PsList, PsSwitch, PsWarning } from '../objects.ts'
import { text } from '../text.ts'
import { type PsValue } from '../values.ts'
import { propertyOf } from '../members/properties.ts'
import { bind, inputLacking, settle } from './bind.ts'
import { type Bound, type Given } from './bound.ts'
import { bindInput, inputRefused } from './bind-input.ts'
import { type Engine, type Out } from './engine.ts'
import { formalsOf } from './formal.ts'
import { type Stage } from './stage.ts'
import { hresultOf } from '../errors.ts'

/** The common parameters of one call. */
interface Common {
  readonly errorAction: string | undefined
  readonly warningAction: string | undefined
  readonly errors: PsList | undefined
  readonly warnings: PsList | undefined
  readonly out: PsList | undefined
}

const ACTIONS = ['SilentlyContinue', 'Stop', 'Continue', 'Inquire', 'Ignore']

function common(e: Engine, b: Bound): Common {
  const action = (name: string): string | undefined => {
    const v = b.values.get(name)
    if (v === undefined) return undefined
    const found = ACTIONS.find((a) => a.toLowerCase() === text(v).toLowerCase())
    if (found === undefined || found === 'Inquire') throw new Refused(`-${name} ${text(v)}`)
    return found
  }
  const variable = (name: string): PsList | undefined => {
    const v = b.values.get(name)
    if (v === undefined) return undefined
    const list = new PsList('System.Collections.ArrayList', [])
    const target = text(v)
    if (target.startsWith('+')) throw new Refused(`-${name} +name`)
    e.scope.set(target, list)
    return list
  }
  for (const name of ['OutBuffer', 'PipelineVariable', 'InformationVariable'])
    if (b.values.has(name)) throw new Refused(`-${name}`)
  const whatIf = b.values.get('WhatIf')
  if (whatIf instanceof PsSwitch && whatIf.on) throw new Refused('-WhatIf')
  return {
    errorAction: action('ErrorAction'),
    warningAction: action('WarningAction'),
    errors: variable('ErrorVariable'),
    warnings: variable('WarningVariable'),
    out: variable('OutVariable'),
  }
}

function report(e: Engine, c: Common, record: PsErrorRecord): void {
  c.errors?.items.unshift(record)
  if (c.errorAction === 'Ignore') return
  e.report(record, c.errorAction)
}

function warning(e: Engine, c: Common, message: string): void {
  c.warnings?.items.push(new PsWarning(message))
  e.warn(message, c.warningAction)
}

/** A cmdlet of the language. */
export function cmdletStage(
  e: Engine,
  cmdlet: BuiltIn,
  givenOf: () => readonly Given[],
  out: Out,
  hasInput: boolean,
): Stage {
  let bound: Bound
  let running: Running
  let shared: Common
  const emit: Out = (v) => {
    shared.out?.items.push(v)
    out(v === NOTHING ? null : v)
  }
  const stage: Stage = {
    begin() {
      bound = bind(cmdlet.formals, givenOf(), cmdlet.className, true)
      shared = common(e, bound)
      settle(bound, hasInput)
      running = cmdlet.start({
        engine: e,
        values: bound.values,
        hasInput,
        out: emit,
        report: (r) => report(e, shared, r),
        warn: (m) => warning(e, shared, m),
        stop: () => {
          throw new Leave('stop', '', stage)
        },
        className: cmdlet.className,
      })
    },
    process(item) {
      if (item === undefined) return running.once?.()
      if (running.process !== undefined) return running.process(item)
      report(e, shared, inputRefused(item, cmdlet.className))
    },
    end() {
      running.end?.()
    },
  }
  return stage
}

/** A cmdlet of the embedder. */
export function hostStage(
  e: Engine,
  cmdlet: Cmdlet,
  givenOf: () => readonly Given[],
  out: Out,
  hasInput: boolean,
): Stage {
  const formals = formalsOf(cmdlet.signature)
  const suffix = cmdlet.className ?? cmdlet.name
  let bound: Bound
  let shared: Common
  let last: Call | undefined
  const callOf = (values: ReadonlyMap<string, PsValue>, set: string): Call => ({
    bound: values,
    set,
    write: (v) => {
      shared.out?.items.push(v)
      out(v)
    },
    warn: (m) => warning(e, shared, m),
    error: (init) => report(e, shared, recordOf(init)),
    fail: (init) => {
      const record = recordOf(init)
      shared.errors?.items.unshift(record)
      throw new PsThrow(record)
    },
  })
  const invoke = (values: Map<string, PsValue>): void => {
    const whole = { ...bound, values }
    const set = settle(whole, false)
    last = callOf(visible(values), set)
    try {
      cmdlet.invoke(last)
    } catch (x) {
      if (x instanceof Native)
        throw new PsThrow(new PsErrorRecord(x.exception, `${x.exception.type},${suffix}`, 'NotSpecified'))
      throw x
    }
  }
  return {
    begin() {
      bound = bind(formals, givenOf(), suffix, true)
      shared = common(e, bound)
      settle(bound, hasInput)
    },
    process(item) {
      if (item === undefined) return invoke(bound.values)
      const taken = bindInput(bound, undefined, item, (name) => propertyOf(e, item, name), true)
      if (taken === undefined) {
        if (bound.byPosition) throw new Refused('input that nothing takes beside positional arguments')
        return report(e, shared, inputRefused(item, suffix))
      }
      const values = new Map([...bound.values, ...taken])
      try {
        settle({ ...bound, values }, false)
      } catch (x) {
        if (!(x instanceof PsThrow)) throw x
        if (x.record.fqid.startsWith('AmbiguousParameterSet,'))
          throw new Refused('input that several sets take')
        if (!x.record.fqid.startsWith('MissingMandatoryParameter,')) throw x
        return report(e, shared, inputLacking(x.record, suffix))
      }
      invoke(values)
    },
    end() {
      cmdlet.end?.(last ?? callOf(visible(bound.values), ''))
    },
  }
}

const COMMON_NAMES = [
  'ErrorAction',
  'WarningAction',
  'ErrorVariable',
  'WarningVariable',
  'OutVariable',
  'Verbose',
  'Debug',
  'InformationAction',
  'Confirm',
  'WhatIf',
]

function visible(values: ReadonlyMap<string, PsValue>): ReadonlyMap<string, PsValue> {
  return new Map(
    [...values]
      .filter(([name]) => !COMMON_NAMES.includes(name))
      .map(([name, v]) => [name, v instanceof PsSwitch ? v.on : v]),
  )
}

function recordOf(init: ErrorInit): PsErrorRecord {
  const type = init.type ?? RUNTIME
  const exception = new PsException(type, init.message, null, init.hresult ?? hresultOf(type))
  return new PsErrorRecord(exception, init.fqid, init.category, init.target ?? null)
}
