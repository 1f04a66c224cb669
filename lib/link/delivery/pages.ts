import { readSync } from 'node:fs'

const pageBytes = 262_144
/** How far a page reaches into the next, so that a window never spans two. */
export const windowLimit = 65_536
/** Pages kept: 80 MB. */
const kept = 256

/** A file of any size as windows of at most `windowLimit` bytes, the latest pages kept in memory. */
export class Pages {
  readonly size: number
  readonly #file: number
  readonly #pages = new Map<number, Buffer>()
  #last = -1
  #page: Buffer = Buffer.alloc(0)

  constructor(file: number, size: number) {
    this.#file = file
    this.size = size
  }

  /** Bytes from `at` on: `length` of them, fewer at the end of the file. */
  window(at: number, length: number): Buffer {
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
      if (n === 0) throw new ShortFile()
      filled += n
    }
    return page
  }

  #oldest(): number {
    for (const index of this.#pages.keys()) return index
    return -1
  }
}

/** A file is shorter than it was said to be. */
export class ShortFile extends Error {
  constructor() {
    super('the file is shorter than it was')
  }
}
