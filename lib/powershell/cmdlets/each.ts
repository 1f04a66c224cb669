import { comparison, match } from '../match.ts'
import { equal, isType } from '../compare.ts'
import { itemsOf, truth } from '../convert.ts'
import { Native, PsThrow, Refused, record } from '../errors.ts'
import { PsBlock, PsErrorRecord, PsSwitch, PsType, isNull, NOTHING } from '../objects.ts'
import { text } from '../text.ts'
import { type PsValue } from '../values.ts'
import { callMethod } from '../members/methods.ts'
import { propertyOf } from '../members/properties.ts'
import { formals } from '../run/formal.ts'
import { emit } from '../run/engine.ts'
import { scripted } from '../run/errors.ts'
import { type BuiltIn, type Starting, classOf } from './built-in.ts'

/** Runs a block for a cmdlet: an error of the engine gets the cmdlet's name in its id. */
function inCmdlet<T>(call: Starting, action: () => T): T {
  try {
    return action()
  } catch (x) {
    if (!(x instanceof PsThrow)) throw x
    const r = x.record
    if (
      scripted.has(r) ||
      r.fqid.includes(',') ||
      r.category === 'OperationStopped' ||
      !r.exception.type.startsWith('System.Management.Automation.')
    )
      throw x
    if (fromEngine(r))
      throw new PsThrow(new PsErrorRecord(r.exception, `${r.fqid},${call.className}`, r.category, r.target))
    throw x
  }
}

const fromEngine = (r: PsErrorRecord): boolean => r.exception.record === r

/** Sees that an object has a property or method that a simplified form names. */
function member(call: Starting, item: PsValue, name: string, args: readonly PsValue[] | undefined): void {
  const e = call.engine
  if (args === undefined) {
    const v = isNull(item) ? undefined : propertyOf(e, item, name)
    if (v !== undefined) return emit(v, call.out)
    if (e.scope.strictness === 0) return call.out(null)
  }
  if (isNull(item)) throw new Refused('a member of null in ForEach-Object')
  try {
    const v = callMethod(e, item, name, args ?? [])
    if (v !== NOTHING) emit(v, call.out)
  } catch (x) {
    if (!(x instanceof PsThrow) || args !== undefined || x.record.fqid !== 'MethodNotFound') throw x
    call.report(
      record(
        `PropertyOrMethodNotFound,${call.className}`,
        `The input name "${name}" cannot be resolved to a property or method.`,
        'InvalidOperation',
        'System.Management.Automation.PSArgumentException',
        item,
      ),
    )
  }
}

/** ForEach-Object */
export const foreachObject: BuiltIn = {
  name: 'ForEach-Object',
  className: classOf('ForEach-Object'),
  formals: formals(
    'InputObject:object| Process:object@0{block} Begin:scriptblock{block} End:scriptblock{block} RemainingScripts:object[]+{block} MemberName:string{member} ArgumentList=Args:object[]{member}',
    'block',
  ),
  start(call) {
    const { engine: e, values } = call
    const given = values.get('Process')
    const more = itemsOf(values.get('RemainingScripts') ?? []) ?? []
    const scripts = [...(given === undefined ? [] : (itemsOf(given) ?? [given])), ...more]
    const name = values.get('MemberName') ?? (typeof given === 'string' ? given : undefined)
    const called = values.has('ArgumentList')
      ? (itemsOf(values.get('ArgumentList')!) ?? [])
      : name !== undefined && more.length > 0
        ? more
        : undefined
    // of several blocks the first begins and, from three on, the last ends, unless that is said by name
    let begin = values.get('Begin')
    let end = values.get('End')
    let each = scripts
    if (name === undefined && scripts.length > 1) {
      if (begin === undefined) {
        begin = scripts[0]
        each = scripts.slice(1)
      }
      if (end === undefined && each.length > 1) {
        end = each.at(-1)
        each = each.slice(0, -1)
      }
    }
    const run = (block: PsValue | undefined, item: PsValue | undefined): void => {
      if (!(block instanceof PsBlock)) throw new Refused('ForEach-Object without a block')
      inCmdlet(call, () =>
        e.runBlock(block, item === undefined ? { here: true } : { here: true, item }, call.out),
      )
    }
    if (begin !== undefined) run(begin, undefined)
    const process = (item: PsValue): void => {
      if (name !== undefined) return member(call, item, text(name), called)
      if (each.length === 0) throw new Refused('ForEach-Object without a block')
      for (const block of each) run(block, item)
    }
    return {
      once: () => {
        if (values.has('InputObject')) process(values.get('InputObject')!)
        else if (name === undefined) process(null)
      },
      process,
      end: () => {
        if (end !== undefined) run(end, undefined)
      },
    }
  },
}

const TESTS = [
  'EQ',
  'NE',
  'GT',
  'GE',
  'LT',
  'LE',
  'Like',
  'NotLike',
  'Match',
  'NotMatch',
  'Contains',
  'NotContains',
  'In',
  'NotIn',
  'Is',
  'IsNot',
  'Not',
]
const CASED = TESTS.slice(0, 14).map((t) => `C${t}`)

/** Where-Object */
export const whereObject: BuiltIn = {
  name: 'Where-Object',
  className: classOf('Where-Object'),
  formals: formals(
    `InputObject:object| FilterScript:scriptblock@0!{block} Property:string@0!{simple} Value:object@1{simple} ${[...TESTS, ...CASED].map((t) => `${t}:switch{simple}`).join(' ')}`,
    'block',
  ),
  start(call) {
    const { engine: e, values } = call
    const filter = values.get('FilterScript')
    const test = (item: PsValue): boolean => {
      if (filter instanceof PsBlock) {
        const out: PsValue[] = []
        inCmdlet(call, () => e.runBlock(filter, { here: true, item }, (v) => out.push(v)))
        return truth(out.length === 1 ? out[0]! : out)
      }
      return simple(call, item)
    }
    const process = (item: PsValue): void => {
      if (test(item)) call.out(item)
    }
    return {
      once: () => {
        if (values.has('InputObject')) process(values.get('InputObject')!)
      },
      process,
    }
  },
}

function simple(call: Starting, item: PsValue): boolean {
  const { engine: e, values } = call
  const name = text(values.get('Property') ?? null)
  const operator = [...TESTS, ...CASED].find((t) => values.get(t) instanceof PsSwitch)
  const left = isNull(item) ? undefined : propertyOf(e, item, name)
  if (left === undefined && e.scope.strictness >= 2) {
    if (operator === undefined) throw new Refused('Where-Object with a name that the object has not')
    throw new PsThrow(
      record(
        `PropertyNotFound,${call.className}`,
        `The input name "${name}" cannot be resolved to a property.`,
        'InvalidArgument',
        'System.Management.Automation.PSArgumentException',
        item,
      ),
    )
  }
  const v = left ?? null
  if (operator === undefined) return truth(v)
  if (operator === 'Not') return !truth(v)
  if (!values.has('Value')) throw new Refused(`Where-Object -${operator} without a value`)
  const right = values.get('Value') ?? null
  const caseSensitive = CASED.includes(operator)
  const op = (caseSensitive ? operator.slice(1) : operator).toLowerCase()
  try {
    if (op === 'match' || op === 'notmatch')
      return truth(match(v, right, op === 'notmatch', caseSensitive).result)
    if (op === 'is' || op === 'isnot')
      return isType(v, right instanceof PsType ? right.name : text(right)) === (op === 'is')
    if (op === 'eq' && !Array.isArray(v)) return equal(v, right, caseSensitive)
    return truth(comparison(op, v, right, caseSensitive))
  } catch (x) {
    if (x instanceof Native) throw new Refused('Where-Object with this pattern')
    throw x
  }
}
