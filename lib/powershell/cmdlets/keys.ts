import { itemsOf } from '../convert.ts'
import { getEntry } from '../dictionaries.ts'
import { PsThrow, Refused, record } from '../errors.ts'
import { PsBlock, PsDictionary, isNull } from '../objects.ts'
import { text } from '../text.ts'
import { PsObject, type PsValue } from '../values.ts'
import { propertyOf } from '../members/properties.ts'
import { wildcard } from '../regex.ts'
import { type Starting } from './built-in.ts'

/** One thing to look at of each object: a property's name, a block, or a table that says more. */
export interface Key {
  readonly label: string
  readonly descending: boolean | undefined
  readonly of: string | PsBlock
  readonly table: PsDictionary | undefined
}

/** Reads a -Property value. */
export function keysOf(v: PsValue | undefined): readonly Key[] {
  if (v === undefined || isNull(v)) return []
  return (itemsOf(v) ?? [v]).map((k): Key => {
    if (k instanceof PsBlock) return { label: k.block.text, descending: undefined, of: k, table: undefined }
    if (k instanceof PsDictionary) {
      const find = (...names: string[]): PsValue | undefined => {
        for (const [key, value] of k.entries.values())
          if (names.some((n) => n.toLowerCase().startsWith(text(key).toLowerCase()))) return value
        return undefined
      }
      const expression = find('Expression')
      if (expression === undefined || isNull(expression)) throw new Refused('a table without Expression')
      const label = find('Name', 'Label')
      const descending = find('Descending')
      const ascending = getEntry(k, 'Ascending')
      return {
        label:
          label === undefined
            ? expression instanceof PsBlock
              ? expression.block.text
              : text(expression)
            : text(label),
        descending:
          descending !== undefined
            ? descending === true
            : ascending !== undefined
              ? ascending !== true
              : undefined,
        of: expression instanceof PsBlock ? expression : text(expression),
        table: k,
      }
    }
    return { label: text(k), descending: undefined, of: text(k), table: undefined }
  })
}

/** The value of a key for an object; undefined when it has no such property. */
export function valueOf(call: Starting, item: PsValue, key: Key): PsValue | undefined {
  const e = call.engine
  if (typeof key.of === 'string') {
    if (/[*?[]/.test(key.of) && item instanceof PsObject) {
      const pattern = wildcard(key.of, false)
      const hits = [...item.properties.keys()].filter((n) => pattern.test(n))
      if (hits.length !== 1) throw new Refused('a wildcard that is not one property')
      return propertyOf(e, item, hits[0]!)
    }
    return isNull(item) ? undefined : propertyOf(e, item, key.of)
  }
  const v = e.call(key.of, { here: true, item })
  return isNull(v) ? null : v
}

/** As valueOf, with the error that Sort-Object and its like give when a block fails. */
export function checkedValue(call: Starting, item: PsValue, key: Key): PsValue | undefined {
  try {
    return valueOf(call, item, key)
  } catch (x) {
    if (!(x instanceof PsThrow)) throw x
    const inner = x.record.exception
    const made = record(
      `ExpressionEvaluation,${call.className}`,
      inner.message,
      'InvalidResult',
      inner.type,
      item,
      inner.inner,
    )
    call.report(made)
    return null
  }
}
