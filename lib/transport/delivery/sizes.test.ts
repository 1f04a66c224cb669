import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chunkBytesFor, unansweredFor } from './sizes.ts'

const rate = fc.integer({ min: 8, max: 10_000_000 })

test('a chunk is a power of two within its bounds, and near a third of a second of the budget between them', () => {
  fc.assert(
    fc.property(rate, (kbitPerS) => {
      const bytes = chunkBytesFor(kbitPerS)
      expect(Math.log2(bytes) % 1).toBe(0)
      expect(bytes).toBeGreaterThanOrEqual(16_384)
      expect(bytes).toBeLessThanOrEqual(524_288)
      const ms = (bytes * 8) / kbitPerS
      if (bytes > 16_384 && bytes < 524_288) expect(ms).toBeGreaterThan(240)
      if (bytes > 16_384) expect(ms).toBeLessThan(500)
    }),
  )
})

test('what may be unanswered covers a round trip of the line and two chunks more', () => {
  fc.assert(
    fc.property(rate, fc.integer({ min: 0, max: 2000 }), (kbitPerS, rttMs) => {
      const line = (kbitPerS * rttMs) / 8
      expect(unansweredFor(kbitPerS, rttMs)).toBeGreaterThanOrEqual(line + 2 * chunkBytesFor(kbitPerS))
    }),
  )
})
