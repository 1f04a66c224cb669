import { CastFailure } from '../convert-failure.ts'
import { convert, itemsOf } from '../convert.ts'
import { Refused } from '../errors.ts'
import { isNull } from '../objects.ts'
import { BINDING, TRANSFORM, VALIDATION, bindFailure } from './bind-failure.ts'
import { type Formal } from './formal.ts'
import { text } from '../text.ts'
import { typeOf } from '../types.ts'
import { PsEnum, PsNumber, PsObject, type PsValue } from '../values.ts'

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
  if (given instanceof PsNumber || itemsOf(given) !== undefined || /^[-+]?\d/.test(text(given)))
    throw new Refused(`no name for -${f.name}`)
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
export function refuseEmpty(f: Formal, value: PsValue, suffix: string): void {
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
  if (value === '' && f.type === 'System.String') refuse('EmptyString', 'an empty string')
  const items = (f.type ?? f.declared)?.endsWith('[]') === true ? itemsOf(value) : undefined
  if (items?.length === 0) refuse('EmptyArray', 'an empty array')
  if (items?.some(isNull) === true && !f.allowNull) refuse('Null', 'null')
  if (f.type !== 'System.Object[]' && items?.includes('') === true) refuse('EmptyString', 'an empty string')
}

/** Whether a value is of a parameter's type without conversion, or of its elements'. */
export function isOf(item: PsValue, f: Formal): boolean {
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
