import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UnansweredBytes } from './unanswered.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('never more than the limit, or one request that is longer, is unanswered, and everything is written in the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 100 }),
      async (requests, limit) => {
        const held = new UnansweredBytes(limit)
        const writing = (async () => {
          for (const size of requests) {
            held.request(size)
            for (let at = 0; at < size; at += 7) await held.room(Math.min(7, size - at))
          }
        })()
        for (let answered = 0; answered < requests.length; answered++) {
          await turn()
          expect(held.bytes).toBeLessThanOrEqual(Math.max(limit, ...requests))
          held.answered()
        }
        await writing
        expect(held.bytes).toBeLessThanOrEqual(requests.at(-1) ?? 0)
      },
    ),
  )
})

test('an abort or the end of the channel ends the wait', async () => {
  const held = new UnansweredBytes(10)
  held.request(10)
  await held.room(10)
  held.request(10)
  const abort = new AbortController()
  const stopped = held.room(10, abort.signal)
  abort.abort(new Error('interrupted'))
  await expect(stopped).rejects.toThrow('interrupted')
  const waiting = held.room(10)
  held.end()
  await waiting
})
