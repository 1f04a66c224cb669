import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { enginesAtOnce } from './engines-at-once.ts'

const gib = 1024 ** 3

describe('engines at once', () => {
  test.each([
    [2, 3.2 * gib, 16, 'two processors, four gibibytes'],
    [2, 1.5 * gib, 9, 'little memory'],
    [2, 0.1 * gib, 2, 'next to none'],
    [16, 64 * gib, 28, 'a large machine'],
  ])('%i processors and %f bytes free: %i (%s)', (processors, free, engines) => {
    expect(enginesAtOnce(processors, free)).toBe(engines)
  })

  test('take at most half of what is free, but for the two that there always are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 256 }),
        fc.integer({ min: 0, max: 2 ** 42 }),
        (processors, free) => {
          const engines = enginesAtOnce(processors, free)
          expect(engines).toBeGreaterThanOrEqual(2)
          if (engines > 2) expect(engines * 80 * 1024 ** 2).toBeLessThanOrEqual(free / 2)
        },
      ),
    )
  })
})
