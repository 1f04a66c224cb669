import { casting } from '../arithmetic.ts'
import { convert, converts, itemsOf } from '../convert.ts'
import { toNumber } from '../convert-numbers.ts'
import { getEntry, setEntry } from '../dictionaries.ts'
import { Native, PsThrow, Refused, fail, record } from '../errors.ts'
import { PsChar, PsNumber, PsObject, type PsValue } from '../values.ts'
import { PsDictionary, PsErrorRecord, PsList, PsNative, PsProperty, elementType, isNull } from '../objects.ts'
import { text } from '../text.ts'
import { typeOf } from '../types.ts'
import { type Engine } from './engine.ts'

function place(index: PsValue): number | undefined {
  const n = index instanceof PsNumber ? toNumber(index, 'Int32') : converts(index, 'System.Int32')
  return n instanceof PsNumber ? Number(n.value) : undefined
}

/** `$target[$index]` */
export function getIndex(e: Engine, target: PsValue, index: PsValue): PsValue {
  if (isNull(target)) fail('NullArray', 'Cannot index into a null array.')
  if (target instanceof PsDictionary) return fromDictionary(target, index)
  if (target instanceof PsList && target.type.endsWith('PSMemberInfoIntegratingCollection`1')) {
    const name = text(index).toLowerCase()
    return target.items.find((p) => p instanceof PsProperty && p.name.toLowerCase() === name) ?? null
  }
  if (target instanceof PsNative && target.methods['get_Item'] !== undefined)
    return target.methods['get_Item'](index)
  const chars = typeof target === 'string'
  const items = chars ? undefined : itemsOf(target)
  if (
    !chars &&
    (items === undefined || (target instanceof PsList && /Queue|Stack|HashSet/.test(target.type)))
  ) {
    if (target instanceof PsObject || target instanceof PsNumber || typeof target === 'boolean')
      return alone(target, index)
    return alone(target, index)
  }
  const length = chars ? target.length : items!.length
  const at = (i: PsValue): PsValue | undefined => {
    const n = place(i)
    if (n === undefined) return undefined
    const k = n < 0 ? n + length : n
    if (k < 0 || k >= length) return undefined
    return chars ? new PsChar(target[k]!) : items![k]!
  }
  const many = itemsOf(index)
  if (many !== undefined) return many.map(at).filter((v): v is PsValue => v !== undefined)
  if (isNull(index)) fail('NullArrayIndex', 'Index operation failed; the array index evaluated to null.')
  const found = at(index)
  if (found !== undefined) return found
  if (e.scope.strictness >= 3 && place(index) !== undefined) outOfRange()
  if (target instanceof PsList) failList()
  return null
}

function failList(): PsValue {
  return null
}

function outOfRange(): never {
  throw new PsThrow(
    record(
      'System.IndexOutOfRangeException',
      'Index was outside the bounds of the array.',
      'OperationStopped',
      'System.IndexOutOfRangeException',
    ),
  )
}

function alone(target: PsValue, index: PsValue): PsValue {
  const n = place(index)
  if (target instanceof PsErrorRecord || itemsOf(index) !== undefined)
    throw new Refused(`an index on ${typeOf(target)}`)
  if (n === 0 || n === -1) return target
  fail(
    'CannotIndex',
    `Unable to index into an object of type "${typeOf(target)}".`,
    'InvalidOperation',
    undefined,
    index,
  )
}

function fromDictionary(d: PsDictionary, index: PsValue): PsValue {
  const keys = itemsOf(index)
  if (keys !== undefined) return keys.map((k) => fromDictionary(d, k))
  if (d.ordered && index instanceof PsNumber && typeof index.value === 'bigint' && index.type === 'Int32') {
    const entries = [...d.entries.values()]
    const n = Number(index.value)
    return entries[n < 0 ? n + entries.length : n]?.[1] ?? null
  }
  if (isNull(index)) fail('NullArrayIndex', 'Index operation failed; the array index evaluated to null.')
  return getEntry(d, index) ?? null
}

/** `$target[$index] = $value` */
export function setIndex(_e: Engine, target: PsValue, index: PsValue, value: PsValue): void {
  if (isNull(target)) fail('NullArray', 'Cannot index into a null array.')
  if (target instanceof PsDictionary) {
    if (isNull(index)) fail('NullArrayIndex', 'Index operation failed; the array index evaluated to null.')
    if (d(target) && index instanceof PsNumber && index.type === 'Int32') {
      const entries = [...target.entries.values()]
      const entry = entries[Number(index.value)]
      if (entry === undefined) outOfList()
      entry[1] = value
      return
    }
    if (target.type.startsWith('System.Collections.Generic.Dictionary')) {
      const [k = 'System.Object', v = 'System.Object'] = target.type
        .slice(target.type.indexOf('[') + 1, -1)
        .split(',')
      return setEntry(
        target,
        casting(() => convert(index, k)),
        casting(() => convert(value, v)),
      )
    }
    return setEntry(target, index, value)
  }
  const items = itemsOf(target)
  if (items === undefined)
    fail(
      'CannotIndex',
      `Unable to index into an object of type "${typeOf(target)}".`,
      'InvalidOperation',
      undefined,
      index,
    )
  if (itemsOf(index) !== undefined)
    fail(
      'ArraySliceAssignmentFailed',
      `Array assignment to [${text(index)}] failed because assignment to slices is not supported.`,
    )
  const n = place(index)
  if (n === undefined) throw new Refused('an assignment to an index that is no number')
  const k = n < 0 ? n + items.length : n
  const store = target instanceof PsList ? target.items : (items as PsValue[])
  if (k < 0 || k >= items.length) {
    if (target instanceof PsList) outOfList()
    outOfRange()
  }
  const element = Array.isArray(target)
    ? elementType(target)
    : target instanceof PsList && target.type.includes('[')
      ? target.type.slice(target.type.indexOf('[') + 1, -1)
      : 'System.Object'
  if (target instanceof PsList) target.version++
  store[k] = casting(() => convert(value, element))
}

const d = (x: PsDictionary): boolean => x.ordered

function outOfList(): never {
  const inner = new Native(
    'System.ArgumentOutOfRangeException',
    'Index was out of range. Must be non-negative and less than the size of the collection.',
  ).exception
  throw new PsThrow(
    record('System.ArgumentOutOfRangeException', inner.message, 'OperationStopped', inner.type),
  )
}
