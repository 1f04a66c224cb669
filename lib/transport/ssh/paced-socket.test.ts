import { Duplex, PassThrough } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PacedSocket } from './paced-socket.ts'
import { onLine } from './packets.ts'

/** A socket that keeps what it is given. */
function sink(): { readonly inner: Duplex; readonly got: Buffer[] } {
  const got: Buffer[] = []
  const inner = new Duplex({
    read: () => undefined,
    write: (bytes: Buffer, _encoding, done) => {
      got.push(bytes)
      done()
    },
  })
  return { inner, got }
}

test('every byte passes once, in order, in pieces that were all asked for', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 9000 }), { minLength: 1, maxLength: 6 }),
      async (writes) => {
        const { inner, got } = sink()
        const asked: number[] = []
        const paced = new PacedSocket(inner, (bytes) => {
          asked.push(bytes)
          return Promise.resolve()
        })
        for (const bytes of writes) paced.write(bytes)
        await new Promise<void>((resolve) => paced.end(resolve))
        expect(Buffer.concat(got)).toEqual(Buffer.concat(writes))
        expect(got.map((piece) => onLine(piece.length))).toEqual(asked)
        expect(Math.max(...asked)).toBeLessThanOrEqual(4096)
      },
    ),
  )
})

test('what was accepted has passed only once the link let it', async () => {
  const { inner } = sink()
  let open: () => void = () => undefined
  const paced = new PacedSocket(inner, () => new Promise((resolve) => (open = resolve)))
  paced.write(Buffer.alloc(100))
  const mark = paced.accepted
  expect(mark).toBe(100)
  expect(paced.passed).toBe(0)
  open()
  await new Promise((resolve) => setImmediate(resolve))
  expect(paced.passed).toBe(mark)
})

test('writes that are corked leave together', async () => {
  const { inner, got } = sink()
  const paced = new PacedSocket(inner, () => Promise.resolve())
  paced.cork()
  for (let i = 0; i < 5; i += 1) paced.write(Buffer.alloc(50))
  paced.uncork()
  await new Promise((resolve) => setImmediate(resolve))
  expect(got.map((piece) => piece.length)).toEqual([250])
})

test('an error of the link ends the connection', async () => {
  const paced = new PacedSocket(new PassThrough(), () => Promise.reject(new Error('lease lost')))
  const ended = new Promise<Error>((resolve) => paced.on('error', resolve))
  paced.write('x')
  expect((await ended).message).toBe('lease lost')
})
