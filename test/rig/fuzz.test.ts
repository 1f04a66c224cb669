import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzPart, inputsOf } from './fuzz.ts'

describe('inputs put before a reader', () => {
  const part = (hold: (input: number) => void) => fuzzPart('reads', 0.25, fc.nat(), hold)

  it('are all read, each told of, and the same ones under the same seed', () => {
    const [first, second]: [number[], number[]] = [[], []]
    let begun = 0
    part((input) => first.push(input)).try(50, 7, { begun: () => void begun++, took: () => {} })
    part((input) => second.push(input)).try(50, 7)
    expect(begun).toBe(50)
    expect(first).toHaveLength(50)
    expect(second).toEqual(first)
    expect(
      inputsOf(
        part(() => {}),
        10_000,
      ),
    ).toBe(2_500)
  })

  it('fail where the reader throws, or prints a warning', () => {
    const odd = part((input) => {
      if (input % 2 === 1) throw new Error('odd')
    })
    expect(() => odd.try(50, 7)).toThrow('odd')
    expect(() => part(() => process.emitWarning('look')).try(1, 7)).toThrow('printed: look')
  })

  it('fail where the reader adds to what every object inherits', () => {
    try {
      expect(() => part(() => void Reflect.set(Object.prototype, 'polluted', true)).try(1, 7)).toThrow(
        'adds nothing',
      )
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted')
    }
  })
})
