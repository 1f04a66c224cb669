import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lookahead } from './lookahead.ts'

test('gives every value once, in order, and is never further ahead than it may', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer()), fc.integer({ min: 0, max: 4 }), async (values, count) => {
      let made = 0
      async function* source() {
        for (const value of values) {
          made += 1
          yield value
        }
      }
      const got: number[] = []
      for await (const value of lookahead(source(), count)) {
        got.push(value)
        expect(made).toBeLessThanOrEqual(got.length + count)
      }
      expect(got).toEqual(values)
    }),
  )
})

test('ends its source when nobody takes more, and passes its failure on', async () => {
  let ended = false
  async function* endless() {
    try {
      for (let i = 0; ; i++) yield i
    } finally {
      ended = true
    }
  }
  for await (const value of lookahead(endless(), 2)) if (value === 3) break
  expect(ended).toBe(true)
  async function* failing() {
    yield 1
    throw new Error('gone')
  }
  const got: number[] = []
  await expect(
    (async () => {
      for await (const value of lookahead(failing(), 2)) got.push(value)
    })(),
  ).rejects.toThrow('gone')
  expect(got).toEqual([1])
})
