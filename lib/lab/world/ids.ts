/** Random identities of a world, the same for the same seed. */
export class Ids {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A version 4 UUID, lower case. */
  uuid(): string {
    const hex = Array.from({ length: 32 }, (_, i) => this.#nibble(i).toString(16)).join('')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  }

  /** Version and variant have their places. */
  #nibble(at: number): number {
    const random = this.#next() >>> 28
    return at === 12 ? 4 : at === 16 ? 8 + (random & 3) : random
  }

  /** mulberry32. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }
}
