import { readSync } from 'node:fs'

const pageBytes = 262_144
/** How far a page reaches into the next, so that a window never spans two. */
export const windowLimit = 65_536
/** Pages kept: 52 MB. */
const kept = 160

/** Bytes that are read in windows. */
export interface Windows {
  readonly size: number
  /** Bytes from `at` on: `length` of them, at most `windowLimit`; fewer at the end. */
  window(at: number, length: number): Uint8Array
}

/** A file of any size, the latest pages of it kept in memory. */
export class Pages implements Windows {
  readonly size: number
  readonly #file: number
  readonly #pages = new Map<number, Buffer>()
  #last = -1
  #page: Buffer = Buffer.alloc(0)

  constructor(file: number, size: number) {
    this.#file = file
    this.size = size
  }

  window(at: number, length: number): Uint8Array {
    const index = Math.floor(at / pageBytes)
    if (index !== this.#last) this.#turn(index)
    const start = at - index * pageBytes
    return this.#page.subarray(start, Math.min(start + length, this.#page.length))
  }

  #turn(index: number): void {
    let page = this.#pages.get(index)
    if (page === undefined) {
      page = this.#read(index)
      if (this.#pages.size >= kept) this.#pages.delete(this.#oldest())
    } else this.#pages.delete(index)
    this.#pages.set(index, page)
    this.#last = index
    this.#page = page
  }

  #read(index: number): Buffer {
    const start = index * pageBytes
    const page = Buffer.allocUnsafe(Math.min(pageBytes + windowLimit, Math.max(0, this.size - start)))
    let filled = 0
    while (filled < page.length) {
      const n = readSync(this.#file, page, filled, page.length - filled, start + filled)
      // Whoever owns the file finds out that it was cut; what is read of it is checked by its sum.
      if (n === 0) page.fill(0, filled)
      filled = n === 0 ? page.length : filled + n
    }
    return page
  }

  #oldest(): number {
    for (const index of this.#pages.keys()) return index
    return -1
  }
}

/** The beginning of a file, up to a border that moves on. */
export class Beginning implements Windows {
  readonly #whole: Windows
  size = 0

  constructor(whole: Windows) {
    this.#whole = whole
  }

  window(at: number, length: number): Uint8Array {
    return this.#whole.window(at, Math.max(0, Math.min(length, this.size - at)))
  }
}
