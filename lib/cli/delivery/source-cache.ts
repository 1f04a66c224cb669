import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { dirname, isAbsolute, resolve } from 'node:path'
import { err, ok, type Result } from '../../domain/result.ts'
import { type Measured, measureSource } from '../../link/delivery/source.ts'

/**
 * SHA-256 of files of this machine, by path. A file is read again only when its size, its identity or the time of its last write
 * changed; one that was written within the last seconds is read each time, for a further write could bear the same time.
 */
export class SourceCache {
  readonly #base: string
  readonly #file: string
  readonly #known: Map<string, Measured>
  readonly #running = new Map<string, Promise<Result<Measured, string>>>()

  /** @param base folder that relative paths start from @param file where it is kept; what can't be read there is forgotten */
  constructor(base: string, file: string) {
    this.#base = base
    this.#file = file
    this.#known = read(file)
  }

  /** The path in full. */
  path(source: string): string {
    return isAbsolute(source) ? source : resolve(this.#base, source)
  }

  /** Its size, without reading it. */
  async size(source: string): Promise<Result<number, string>> {
    const path = this.path(source)
    try {
      const there = await stat(path)
      if (!there.isFile()) return noFile(path, there)
      await access(path, constants.R_OK)
      return ok(there.size)
    } catch (cause) {
      return err(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`)
    }
  }

  measure(source: string): Promise<Result<Measured, string>> {
    const path = this.path(source)
    const running = this.#running.get(path)
    if (running !== undefined) return running
    const measuring = this.#measure(path).finally(() => this.#running.delete(path))
    this.#running.set(path, measuring)
    return measuring
  }

  async #measure(path: string): Promise<Result<Measured, string>> {
    try {
      const now = await stat(path, { bigint: true })
      if (!now.isFile()) return noFile(path, now)
      const known = this.#known.get(path)
      if (known?.stamp === `${now.size} bytes, written ${now.mtimeNs} ns, file ${now.ino}`) return ok(known)
      const measured = await measureSource(path)
      if (!measured.ok)
        return err(
          measured.error.kind === 'source-changed'
            ? `${path}: it was written to while it was read; wait until it is complete`
            : `${path}: ${measured.error.detail}`,
        )
      // A write in the same tick of the file system's clock would leave no trace.
      if (Date.now() - Number(now.mtimeMs) > settledMs) {
        this.#known.set(path, measured.value)
        this.#save()
      }
      return measured
    } catch (cause) {
      return err(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`)
    }
  }

  /** Kept for the next run; where that fails the file is only read once more. */
  #save(): void {
    try {
      mkdirSync(dirname(this.#file), { recursive: true })
      const fresh = `${this.#file}.${process.pid}`
      writeFileSync(fresh, JSON.stringify([...this.#known.values()]))
      renameSync(fresh, this.#file)
    } catch {
      return
    }
  }
}

const settledMs = 3000

const noFile = (path: string, there: { isDirectory(): boolean }): Result<never, string> =>
  err(`${path}: expected a file, got ${there.isDirectory() ? 'a folder' : 'something else'}`)

function read(file: string): Map<string, Measured> {
  try {
    const list: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return new Map((Array.isArray(list) ? list : []).filter(isMeasured).map((one) => [one.path, one]))
  } catch {
    return new Map()
  }
}

const isMeasured = (value: unknown): value is Measured =>
  typeof value === 'object' &&
  value !== null &&
  ['path', 'sha', 'stamp'].every((name) => typeof Reflect.get(value, name) === 'string') &&
  typeof Reflect.get(value, 'size') === 'number'
