import { type BuiltIn, classOf, on } from './built-in.ts'
import { checkedValue, keysOf } from './keys.ts'
import { compareNumbers, compareText, order } from '../compare.ts'
import { PsThrow, Refused } from '../errors.ts'
import { isNull } from '../objects.ts'
import { formals } from '../run/formal.ts'
import { text } from '../text.ts'
import { typeOf } from '../types.ts'
import { PsNumber, PsObject, type PsValue } from '../values.ts'

/** Whether -Unique and Get-Unique hold two values for the same. */
export function identical(a: PsValue, b: PsValue): boolean {
  if (a instanceof PsObject && b instanceof PsObject) {
    const [x, y] = [[...a.properties], [...b.properties]]
    return x.length === y.length && x.every(([k, v], i) => y[i]![0] === k && identical(v, y[i]![1]))
  }
  if (typeof a === 'string' || typeof b === 'string') return typeof a === typeof b && a === b
  if (isNull(a) || isNull(b)) return isNull(a) && isNull(b)
  if (a instanceof PsNumber && b instanceof PsNumber) return compareNumbers(a, b) === 0
  return a === b || (typeOf(a) === typeOf(b) && text(a) === text(b))
}

/** The order of Sort-Object: numbers by value, otherwise as text when the types differ. */
export function sortOrder(a: PsValue, b: PsValue, caseSensitive: boolean): number {
  if (isNull(a) || isNull(b)) return Number(!isNull(a)) - Number(!isNull(b))
  if (a instanceof PsNumber && b instanceof PsNumber) return compareNumbers(a, b)
  if (typeOf(a) === typeOf(b) && !(a instanceof PsObject) && !Array.isArray(a))
    return order(a, b, caseSensitive)
  if (a instanceof PsNumber && typeof b === 'string') {
    try {
      return order(a, b, caseSensitive)
    } catch (x) {
      if (!(x instanceof PsThrow)) throw x
    }
  }
  return compareText(text(a), text(b), caseSensitive)
}

/** Kinds that PowerShell compares by turns, so that the order depends on how it goes through the list. */
function comparable(keys: readonly PsValue[]): void {
  const kinds = new Set(
    keys.filter((k) => !isNull(k)).map((k) => (k instanceof PsNumber ? 'number' : typeOf(k))),
  )
  const mixed = kinds.size > 1 && (kinds.has('System.Boolean') || kinds.has('number'))
  if (mixed) throw new Refused(`Sort-Object of ${[...kinds].join(' and ')}`)
}

/** Sort-Object */
export const sortObject: BuiltIn = {
  name: 'Sort-Object',
  className: classOf('Sort-Object'),
  formals: formals(
    'Property:object[]@0 InputObject:object| Descending:switch Unique:switch CaseSensitive:switch Culture:string',
  ),
  start(call) {
    const { values } = call
    if (values.has('Culture')) throw new Refused('-Culture')
    const keys = keysOf(values.get('Property'))
    const held: PsValue[] = []
    const descending = on(values.get('Descending'))
    const cased = on(values.get('CaseSensitive'))
    const add = (item: PsValue): void => {
      if (!isNull(item)) held.push(item)
    }
    return {
      once: () => {
        if (values.has('InputObject')) add(values.get('InputObject')!)
      },
      process: add,
      end: () => {
        const rows = held.map((item) => ({
          item,
          keys: keys.length === 0 ? [item] : keys.map((k) => checkedValue(call, item, k) ?? null),
        }))
        const compare = (a: (typeof rows)[number], b: (typeof rows)[number]): number => {
          for (let i = 0; i < a.keys.length; i++) {
            const d = sortOrder(a.keys[i]!, b.keys[i]!, cased)
            if (d !== 0) return (keys[i]?.descending ?? descending) ? -d : d
          }
          return 0
        }
        for (const i of rows[0]?.keys.keys() ?? []) comparable(rows.map((row) => row.keys[i] ?? null))
        rows.sort(compare)
        let before: (typeof rows)[number] | undefined
        for (const row of rows) {
          if (on(values.get('Unique')) && before !== undefined && compare(before, row) === 0) continue
          before = row
          call.out(row.item)
        }
      },
    }
  },
}

/** Get-Unique */
export const getUnique: BuiltIn = {
  name: 'Get-Unique',
  className: classOf('Get-Unique'),
  formals: formals('InputObject:object| AsString:switch OnType:switch'),
  start(call) {
    if (on(call.values.get('OnType'))) throw new Refused('Get-Unique -OnType')
    let before: PsValue | undefined
    const process = (item: PsValue): void => {
      const same =
        before !== undefined &&
        (on(call.values.get('AsString')) ? text(before) === text(item) : identical(before, item))
      if (!same) call.out(item)
      before = item
    }
    return {
      once: () => {
        if (call.values.has('InputObject')) process(call.values.get('InputObject')!)
      },
      process,
    }
  },
}
