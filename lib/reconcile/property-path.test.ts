import { describe, expect, it } from 'vitest'
import { parsePath, valueAt, withValueAt } from './property-path.ts'

describe('a path of a property', () => {
  it('is read as Pulumi writes it', () => {
    expect(parsePath('content')).toEqual(['content'])
    expect(parsePath('adapters[0].vlan')).toEqual(['adapters', 0, 'vlan'])
    expect(parsePath('adapters[*].mac')).toEqual(['adapters', '*', 'mac'])
    expect(parsePath('a["b.c \\" d"].e')).toEqual(['a', 'b.c " d', 'e'])
  })
  it.each(['', '[0]', 'a..b', 'a[', 'a b', '*', 'a[x]'])('is none in %j', (text) => {
    expect(parsePath(text)).toBeUndefined()
  })
  it('puts and takes a value, in one item or in all', () => {
    const value = { list: [{ a: 1, b: 2 }, { a: 3 }], other: true }
    expect(withValueAt(value, ['list', 0, 'a'], 9)).toEqual({ ...value, list: [{ a: 9, b: 2 }, { a: 3 }] })
    expect(withValueAt(value, ['list', '*', 'a'], undefined)).toEqual({ ...value, list: [{ b: 2 }, {}] })
    expect(withValueAt(value, ['list', 1], undefined)).toEqual({ ...value, list: [{ a: 1, b: 2 }] })
    expect(withValueAt(value, ['none', 'a'], 1)).toEqual(value)
  })
  it('finds a value, and nothing of an object’s own kind', () => {
    expect(valueAt({ list: [{ a: 1 }] }, ['list', 0, 'a'])).toBe(1)
    expect(valueAt({ list: [] }, ['list', 'length', 'x'])).toBeUndefined()
    expect(valueAt({}, ['toString'])).toBeUndefined()
  })
})
