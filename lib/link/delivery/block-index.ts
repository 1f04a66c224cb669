import type { Pages } from './pages.ts'

/** Bytes that are hashed together; a match of `width + step - 1` bytes is always found. */
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
 * Where in a base the blocks of `width` bytes are that begin at multiples of `step`, 2^21 of them at most; the first of equal ones.
 * 16 MB, whatever the size of the base. An entry holds the number of the block and 11 bits of its hash.
 */
export class BlockIndex {
  readonly step: number
  readonly #slots = new Int32Array(1 << slotBits)

  private constructor(step: number) {
    this.step = step
  }

  /** Reads the base once, giving way between parts. */
  static async of(base: Pages): Promise<BlockIndex> {
    let step = 8
    while (base.size / step >= (1 << entryBits) - 1) step *= 2
    const index = new BlockIndex(step)
    const part = 32_768
    for (let at = 0; at + width <= base.size; at += part) {
      index.#take(base.window(at, part + width - 1), at)
      if (at % 4_194_304 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    return index
  }

  #take(bytes: Uint8Array, at: number): void {
    const { step } = this
    const slots = this.#slots
    if (step >= width) {
      for (let i = (step - (at % step)) % step; i + width <= bytes.length; i += step)
        this.#put(slots, hashAt(bytes, i), (at + i) / step)
      return
    }
    let hash = hashAt(bytes, 0)
    for (let i = 0; ; i++) {
      if ((at + i) % step === 0) this.#put(slots, hash, (at + i) / step)
      if (i + width >= bytes.length) return
      hash = roll(hash, bytes[i] ?? 0, bytes[i + width] ?? 0)
    }
  }

  #put(slots: Int32Array, hash: number, block: number): void {
    const slot = slotOf(hash)
    if (slots[slot] === 0) slots[slot] = (tagOf(hash) << entryBits) | (block + 1)
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
