import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { constants, deflateRaw, deflateRawSync } from 'node:zlib'

/**
 * How a range of a content is written: literals and copies in turn. Integers little-endian:
 *
 *   int32 n                number of steps
 *   int32 w                number of wide values
 *   int64 from             where the first copy would begin, were its jump 0
 *   int32 wide[w]          values that fit no byte, in the order in which they are asked for
 *   byte literal[n]        bytes of literals before each copy; 255: the next wide value
 *   byte copy[n]           bytes copied, 0: none; 255: the next wide value
 *   byte jump[n]           127 more than the jump; 255: the next wide value (asked for where there is a copy)
 *   literals               of all steps, one after the other
 *
 * from += literal + jump, then the copy reads there, then from += copy. An address below the base's length is one in the base; from there
 * on, in the part of the content that is there already. Columns because they deflate better than rows.
 */
export type Steps = {
  readonly count: number
  readonly literal: Int32Array
  readonly copy: Int32Array
  /** Address that each copy reads from; of a step without copy, whatever. */
  readonly from: Float64Array
}

/** A range of a content, ready to go. */
export type Chunk = {
  readonly at: number
  readonly size: number
  /** First 32 hex digits of the SHA-256 of what it yields. */
  readonly sum: string
  /** `body` is raw deflate; else as it is. */
  readonly z: boolean
  readonly body: Uint8Array
  /** SHA-256 of the content that it copies from; undefined: it copies nothing. */
  readonly base: string | undefined
}

export const sumOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 32)

/** True when a jump of this step can be written after a copy that ended at `last`. */
export const jumpFits = (last: number, literal: number, from: number): boolean =>
  Math.abs(from - last - literal) < 2 ** 31

/** The body of steps [first, end) over the bytes that they yield. */
export function bodyOf(steps: Steps, first: number, end: number, bytes: Uint8Array): Uint8Array {
  const n = end - first
  const origin = originOf(steps, first, end)
  const wide: number[] = []
  const columns = Buffer.alloc(3 * n)
  const put = (at: number, value: number, byte: number): void => {
    if (byte >= 0 && byte < 255) columns[at] = byte
    else {
      columns[at] = 255
      wide.push(value)
    }
  }
  const literals: Uint8Array[] = []
  let from = origin
  let read = 0
  for (let i = 0; i < n; i++) {
    const literal = steps.literal[first + i] ?? 0
    const copy = steps.copy[first + i] ?? 0
    put(i, literal, literal)
    put(n + i, copy, copy)
    literals.push(bytes.subarray(read, read + literal))
    read += literal + copy
    if (copy === 0) continue
    const jump = (steps.from[first + i] ?? 0) - from - literal
    put(2 * n + i, jump, jump + 127)
    from += literal + jump + copy
  }
  const head = Buffer.alloc(16 + 4 * wide.length)
  head.writeInt32LE(n, 0)
  head.writeInt32LE(wide.length, 4)
  head.writeBigInt64LE(BigInt(origin), 8)
  for (const [i, value] of wide.entries()) head.writeInt32LE(value, 16 + 4 * i)
  return Buffer.concat([head, columns, ...literals])
}

/** So that the first copy's jump is 0. */
function originOf(steps: Steps, first: number, end: number): number {
  for (let i = first; i < end; i++)
    if ((steps.copy[i] ?? 0) > 0) return Math.max(0, (steps.from[i] ?? 0) - (steps.literal[i] ?? 0))
  return 0
}

const deflate = promisify(deflateRaw)
const sampleBytes = 4096
const samples = 4

/** The body deflated, or as it is when that saves less than a hundredth; what looks like noise in samples is not tried. */
export async function pack(body: Uint8Array): Promise<{ readonly z: boolean; readonly body: Uint8Array }> {
  if (isNoise(body)) return { z: false, body }
  const packed = await deflate(body, { level: constants.Z_BEST_COMPRESSION, memLevel: 9 })
  return packed.length < body.length * 0.99 ? { z: true, body: packed } : { z: false, body }
}

/** Whether samples of it don't deflate. */
export function isNoise(body: Uint8Array): boolean {
  if (body.length <= 2 * samples * sampleBytes) return false
  const apart = Math.floor((body.length - sampleBytes) / (samples - 1))
  const parts = Array.from({ length: samples }, (_, i) => body.subarray(i * apart, i * apart + sampleBytes))
  return parts.every((part) => deflateRawSync(part, { level: 1 }).length >= part.length)
}
