import { createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import type { Steps } from './chunk.ts'
import { type Ranges } from './chunks.ts'
import { type Matcher, StepList } from './steps.ts'

/** Bytes of a block's sums: CRC-32, and the first 3 of its SHA-256. */
const sumBytes = 7

/** Length of the blocks of a signature: half the square root of the size, so that signature and misses weigh about the same. */
export const blockFor = (size: number): number =>
  Math.min(1_048_576, Math.max(512, Math.ceil(Math.sqrt(size) / 128) * 64))

/** What a signature of such a content weighs on its way, base64, bytes. */
export const signatureBytes = (size: number): number =>
  Math.ceil((Math.ceil(size / blockFor(size)) * sumBytes * 4) / 3)

/** What sending a content whole would weigh, by deflating samples of it. */
export async function wholeEstimate(content: Ranges): Promise<number> {
  const sample = 65_536
  const count = Math.min(8, Math.ceil(content.size / sample))
  let raw = 0
  let packed = 0
  for (let i = 0; i < count; i++) {
    const at = Math.floor((i * Math.max(0, content.size - sample)) / Math.max(1, count - 1))
    const read = await content.read(at, Math.min(sample, content.size - at))
    if (!read.ok) break
    raw += read.value.length
    packed += Math.min(read.value.length, deflateRawSync(read.value, { level: 6 }).length)
  }
  return raw === 0 ? content.size : Math.ceil((content.size * packed) / raw)
}

const table = new Uint32Array(256).map((_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})

/** CRC-32 as GZIP has it. */
export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff
  for (const byte of bytes) c = (table[(c ^ byte) & 0xff] ?? 0) ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}

/** The sums of a content's blocks, as the receiver computes them. */
export function signatureOf(content: Uint8Array, block: number): Uint8Array {
  const out = Buffer.alloc(Math.ceil(content.length / block) * sumBytes)
  for (let i = 0; i * block < content.length; i++) {
    const part = content.subarray(i * block, (i + 1) * block)
    out.writeUInt32LE(crc32(part), i * sumBytes)
    createHash('sha256')
      .update(part)
      .digest()
      .copy(out, i * sumBytes + 4, 0, 3)
  }
  return out
}

/**
 * Finds a range in a base of which only block sums are known (it lies on the host and not here): CRC-32 rolled over every position, then
 * the SHA-256 where it hits. A chunk whose copies turn out otherwise on the host has another sum, and is refused there.
 */
export class SignatureMatcher implements Matcher {
  readonly base: string
  readonly #block: number
  readonly #sums: Buffer
  readonly #blocks = new Map<number, number[]>()
  readonly #leave = new Uint32Array(256)
  readonly #mask: number

  constructor(base: string, size: number, block: number, sums: Uint8Array) {
    this.base = base
    this.#block = block
    this.#sums = Buffer.from(sums)
    for (let i = 0; (i + 1) * sumBytes <= sums.length && (i + 1) * block <= size; i++) {
      const crc = this.#sums.readUInt32LE(i * sumBytes)
      const same = this.#blocks.get(crc)
      if (same === undefined) this.#blocks.set(crc, [i])
      else same.push(i)
    }
    const zeros = new Uint8Array(block + 1)
    const plain = crc32(zeros)
    for (let byte = 0; byte < 256; byte++) {
      zeros[0] = byte
      this.#leave[byte] = (crc32(zeros) ^ plain) >>> 0
    }
    // One byte fewer in front: the CRC of `block` zeros against that of one more.
    this.#mask = (crc32(new Uint8Array(block)) ^ plain) >>> 0
  }

  async steps(range: Buffer): Promise<Steps> {
    const list = new StepList()
    const block = this.#block
    let expected = -1
    let at = 0
    let crc = -1
    while (at + block <= range.length) {
      if (crc < 0) crc = crc32(range.subarray(at, at + block))
      const found = this.#find(range, at, crc, expected)
      if (found >= 0) {
        list.copy(at, block, found * block)
        expected = found + 1
        at += block
        crc = -1
        continue
      }
      // The CRC one byte longer, then without its first byte.
      const longer =
        ((table[(crc ^ 0xffffffff ^ (range[at + block] ?? 0)) & 0xff] ?? 0) ^
          ((crc ^ 0xffffffff) >>> 8) ^
          0xffffffff) >>>
        0
      crc = (longer ^ (this.#leave[range[at] ?? 0] ?? 0) ^ this.#mask) >>> 0
      at++
    }
    return list.finish(range.length)
  }

  #find(range: Buffer, at: number, crc: number, expected: number): number {
    const candidates = this.#blocks.get(crc)
    if (candidates === undefined) return -1
    const sum = createHash('sha256')
      .update(range.subarray(at, at + this.#block))
      .digest()
    const right = (i: number): boolean =>
      sum.compare(this.#sums, i * sumBytes + 4, i * sumBytes + sumBytes, 0, 3) === 0
    if (candidates.includes(expected) && right(expected)) return expected
    return candidates.find(right) ?? -1
  }
}
