import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { constants, deflateRaw } from 'node:zlib'

/**
 * How a range of a content is written: literals and copies in turn. Integers little-endian:
 *
 *   int32 n                number of steps
 *   int64 from             where the first copy would begin, were its jump 0
 *   int32 literal[n]       bytes of literals before each copy
 *   int32 copy[n]          bytes copied; 0: none
 *   int32 jump[n]          from += literal + jump, then the copy reads there, then from += copy
 *   literals               of all steps, one after the other
 *
 * An address below the base's length is one in the base; from there on, in the part of the content that is there already.
 * Columns rather than rows because they deflate better, and because Windows PowerShell takes them in with one call.
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

/** Bytes of content that a chunk yields at most: the receiver holds them in memory. */
export const yieldLimit = 4_194_304

export const sumOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 32)

/** True when a jump of this step can be written after a copy that ended at `last`. */
export const jumpFits = (last: number, literal: number, from: number): boolean =>
  Math.abs(from - last - literal) < 2 ** 31

/** The body of steps [first, end) over the bytes that they yield. */
export function bodyOf(steps: Steps, first: number, end: number, bytes: Uint8Array): Uint8Array {
  const n = end - first
  let literals = 0
  for (let i = first; i < end; i++) literals += steps.literal[i] ?? 0
  const out = Buffer.allocUnsafe(12 + 12 * n + literals)
  const origin = originOf(steps, first, end)
  out.writeInt32LE(n, 0)
  out.writeBigInt64LE(BigInt(origin), 4)
  let from = origin
  let read = 0
  let write = 12 + 12 * n
  for (let i = 0; i < n; i++) {
    const literal = steps.literal[first + i] ?? 0
    const copy = steps.copy[first + i] ?? 0
    const jump = copy === 0 ? 0 : (steps.from[first + i] ?? 0) - from - literal
    out.writeInt32LE(literal, 12 + 4 * i)
    out.writeInt32LE(copy, 12 + 4 * (n + i))
    out.writeInt32LE(jump, 12 + 4 * (2 * n + i))
    if (copy > 0) from += literal + jump + copy
    out.set(bytes.subarray(read, read + literal), write)
    write += literal
    read += literal + copy
  }
  return out
}

/** So that the first copy's jump is 0. */
function originOf(steps: Steps, first: number, end: number): number {
  for (let i = first; i < end; i++)
    if ((steps.copy[i] ?? 0) > 0) return Math.max(0, (steps.from[i] ?? 0) - (steps.literal[i] ?? 0))
  return 0
}

const deflate = promisify(deflateRaw)

/** The body deflated, or as it is when that saves less than a hundredth. */
export async function pack(body: Uint8Array): Promise<{ readonly z: boolean; readonly body: Uint8Array }> {
  const packed = await deflate(body, { level: constants.Z_BEST_COMPRESSION, memLevel: 9 })
  return packed.length < body.length * 0.99 ? { z: true, body: packed } : { z: false, body }
}
