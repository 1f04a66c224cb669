import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Which contents the store of each host held when something was last delivered there: what a preview reckons with, and nothing else. */
export class HostContents {
  readonly #file: string

  /** @param file where it is kept; what can't be read there is not known */
  constructor(file: string) {
    this.#file = file
  }

  /** SHA-256 of each; undefined: nothing was delivered there yet. */
  of(host: string): readonly string[] | undefined {
    return this.#read().get(host)
  }

  /** Kept for later previews; where that fails they say `at most`. */
  note(host: string, contents: readonly string[]): void {
    try {
      const all = { ...Object.fromEntries(this.#read()), [host]: contents }
      mkdirSync(dirname(this.#file), { recursive: true })
      const fresh = `${this.#file}.${process.pid}`
      writeFileSync(fresh, JSON.stringify(all))
      renameSync(fresh, this.#file)
    } catch {
      return
    }
  }

  #read(): ReadonlyMap<string, readonly string[]> {
    try {
      const read: unknown = JSON.parse(readFileSync(this.#file, 'utf8'))
      if (typeof read !== 'object' || read === null) return new Map()
      return new Map(Object.entries(read).filter((entry): entry is [string, string[]] => isList(entry[1])))
    } catch {
      return new Map()
    }
  }
}

const isList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')
