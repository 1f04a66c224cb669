import type { Windows } from './pages.ts'

/** Bytes that are hashed together; a run of `width + step - 1` bytes is always found. */
export const width = 24
const slotBits = 22
const entryBits = 21
const prime = 0x2f0b4c47
/** prime ^ width mod 2^32: takes the oldest byte out. */
const out = power(prime, width)

function power(base: number, exponent: number): number {
  let value = 1
  for (let i = 0; i < exponent; i++) value = Math.imul(value, base)
  return value
}

/** The hash of the first `width` bytes from `at` on. */
export function hashAt(bytes: Uint8Array, at: number): number {
  let hash = 0
  for (let i = at; i < at + width; i++) hash = (Math.imul(hash, prime) + (bytes[i] ?? 0) + 1) | 0
  return hash
}

/** The hash one byte further on: `oldest` leaves, `newest` enters. */
export const roll = (hash: number, oldest: number, newest: number): number =>
  (Math.imul(hash, prime) + newest + 1 - Math.imul(out, oldest + 1)) | 0

/**
 * Where in a content the blocks of `width` bytes are that begin at multiples of `step`, 2^21 of them at most; the first of equal ones.
 * 16 MB, whatever the size of the content. An entry holds the number of the block and 11 bits of its hash.
 */
export class BlockIndex {
  readonly step: number
  readonly #slots = new Int32Array(1 << slotBits)
  /** Bytes that were looked at. */
  #at = 0

  /** For a content of so many bytes. */
  constructor(size: number) {
    let step = 4
    while (size / step >= (1 << entryBits) - 1) step *= 2
    this.step = step
  }

  /** Looks at a content up to `end`, giving way between parts. */
  async reach(content: Windows, end: number): Promise<void> {
    const part = 32_768
    while (this.#at + width <= end) {
      const bytes = content.window(this.#at, Math.min(part + width - 1, end - this.#at))
      this.#take(bytes)
      if (this.#at % 4_194_304 < part) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  #take(bytes: Uint8Array): void {
    const { step } = this
    const blocks = bytes.length - width + 1
    if (step >= width) {
      for (let i = (step - (this.#at % step)) % step; i < blocks; i += step)
        this.#put(hashAt(bytes, i), (this.#at + i) / step)
    } else {
      let hash = hashAt(bytes, 0)
      for (let i = 0; i < blocks; i++) {
        if ((this.#at + i) % step === 0) this.#put(hash, (this.#at + i) / step)
        hash = roll(hash, bytes[i] ?? 0, bytes[i + width] ?? 0)
      }
    }
    this.#at += blocks
  }

  #put(hash: number, block: number): void {
    const slot = slotOf(hash)
    if (this.#slots[slot] === 0) this.#slots[slot] = (tagOf(hash) << entryBits) | (block + 1)
  }

  /** Where a block of that hash may be; -1: nowhere. */
  find(hash: number): number {
    const entry = this.#slots[slotOf(hash)] ?? 0
    if (entry === 0 || entry >>> entryBits !== tagOf(hash)) return -1
    return ((entry & ((1 << entryBits) - 1)) - 1) * this.step
  }
}

const mixed = (hash: number): number => Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
const slotOf = (hash: number): number => mixed(hash) >>> (32 - slotBits)
const tagOf = (hash: number): number => (mixed(hash ^ 0x5bd1e995) >>> 7) & 0x7ff
