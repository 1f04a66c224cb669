import assert from 'node:assert/strict'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { type Fuzz, fuzzPart } from '../../test/rig/fuzz.ts'
import { InFlight } from './in-flight.ts'
import { LineDecoder } from './lines.ts'
import { marker, type Reply } from './wire.ts'

const ops = 3
const limit = 4096

/** Lines that are nearly ours: the right marker and names, anything as values, and bytes exchanged afterwards. */
const nearly = fc
  .record(
    {
      id: fc.oneof(fc.integer({ min: -1, max: 5 }), fc.double(), fc.string(), fc.constant(null)),
      frame: fc.oneof(fc.integer({ min: -2, max: 3 }), fc.json()),
      hello: fc.oneof(fc.nat(2), fc.string()),
      ok: fc.oneof(fc.boolean(), fc.anything()),
      why: fc.constantFrom('changed', 'owned', 'error', 'need', 'guards', 'bad-frame', 'else', null),
      seen: fc.oneof(fc.jsonValue(), fc.constant(undefined)),
    },
    { requiredKeys: [] },
  )
  .map((line) => {
    try {
      return JSON.stringify(line)
    } catch {
      return '{"id":1'
    }
  })
const packed = fc
  .array(nearly, { maxLength: 4 })
  .map((lines) => `z${deflateRawSync(lines.join('\n')).toString('base64')}`)
const line = fc.oneof(
  nearly.map((text) => Buffer.from(marker + text)),
  packed.map((text) => Buffer.from(marker + text)),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.concat([Buffer.from(marker), bytes])),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
)
const stream = fc
  .tuple(
    fc.array(line, { maxLength: 6 }),
    fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
    fc.integer({ min: 1, max: 64 }),
  )
  .map(([lines, flips, size]) => {
    const bytes = Buffer.concat(lines.flatMap((one) => [one, Buffer.from('\r\n')]))
    for (const [at, value] of flips) if (at < bytes.length) bytes[at] = value
    return { bytes, size }
  })

const decoded = fuzzPart(
  'decodes whatever a host sends, and gives at most one answer to each operation that was asked for',
  0.99,
  stream,
  ({ bytes, size }) => {
    const heard: [number, Reply][] = []
    const inFlight = new InFlight(1, 1, ops, (index, reply) => heard.push([index, reply]))
    const decoder = new LineDecoder(limit)
    let over = false
    for (let at = 0; at < bytes.length && !over; at += size) {
      const lines = decoder.push(bytes.subarray(at, at + size))
      if (lines === 'oversized') break
      for (const decoded of lines) {
        if (decoded.kind === 'noise') inFlight.takeNoise(decoded.text)
        else if (!('hello' in decoded.line)) over ||= inFlight.take(decoded.line) !== undefined
      }
    }
    const indexes = heard.map(([index]) => index)
    assert.equal(new Set(indexes).size, indexes.length)
    assert.ok(indexes.every((index) => index >= 0 && index < ops))
    assert.deepEqual(
      heard.map(([index, reply]) => [index, reply.id]),
      indexes.map((index) => [index, index + 1]),
    )
  },
)

const kept = fuzzPart(
  'keeps no more than a line’s limit in memory',
  0.01,
  fc.uint8Array({ minLength: 1, maxLength: 512 }),
  (bytes) => {
    const decoder = new LineDecoder(limit)
    const piece = Buffer.from(bytes.map((byte) => (byte === 0x0a ? 0x20 : byte)))
    let pushed = 0
    while (pushed <= limit) {
      const lines = decoder.push(piece)
      pushed += piece.length
      assert.equal(lines === 'oversized', pushed > limit)
    }
    assert.ok(decoder.rest().length <= limit + piece.length)
  },
)

/** The decoder of what a host sends, and anything that one may send. */
export const fuzz: Fuzz = { of: 'the decoder of the wire', parts: [decoded, kept] }
