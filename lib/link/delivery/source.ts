import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { err, ok, type Result } from '../../domain/result.ts'

/** A file of this machine that is to be delivered. */
export type Measured = {
  readonly path: string
  /** SHA-256, hex. */
  readonly sha: string
  readonly size: number
  /** Size, time of the last write and identity when it was hashed. */
  readonly stamp: string
}

export type SourceFailure =
  /** It is not what was hashed: written to, replaced or cut meanwhile. */
  | { readonly kind: 'source-changed'; readonly path: string; readonly detail: string }
  | { readonly kind: 'source-unreadable'; readonly path: string; readonly detail: string }

const readBytes = 1_048_576

/** Hashes a file; `source-changed` when it is written to meanwhile. */
export async function measureSource(path: string): Promise<Result<Measured, SourceFailure>> {
  try {
    await using file = await open(path, 'r')
    const { stamp, size } = await stampOf(file)
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafe(readBytes)
    let at = 0
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, readBytes, at)
      if (bytesRead === 0) break
      hash.update(buffer.subarray(0, bytesRead))
      at += bytesRead
    }
    const after = await stampOf(file)
    if (after.stamp !== stamp || at !== size)
      return err({
        kind: 'source-changed',
        path,
        detail: `was ${stamp}, is ${after.stamp} after it was read`,
      })
    return ok({ path, sha: hash.digest('hex'), size, stamp })
  } catch (cause) {
    return err(unreadable(path, cause))
  }
}

/** The ranges of a measured file; each read checks that the file is still the one that was measured. */
export class SourceReader {
  readonly #file: FileHandle
  readonly source: Measured

  private constructor(file: FileHandle, source: Measured) {
    this.#file = file
    this.source = source
  }

  static async open(source: Measured): Promise<Result<SourceReader, SourceFailure>> {
    try {
      const reader = new SourceReader(await open(source.path, 'r'), source)
      const changed = await reader.#changed()
      if (changed === undefined) return ok(reader)
      await reader.close()
      return err(changed)
    } catch (cause) {
      return err(unreadable(source.path, cause))
    }
  }

  /** Exactly `length` bytes from `at` on. */
  async read(at: number, length: number): Promise<Result<Buffer, SourceFailure>> {
    const bytes = Buffer.allocUnsafe(length)
    try {
      for (let filled = 0; filled < length;) {
        const { bytesRead } = await this.#file.read(bytes, filled, length - filled, at + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      const changed = await this.#changed()
      return changed === undefined ? ok(bytes) : err(changed)
    } catch (cause) {
      return err(unreadable(this.source.path, cause))
    }
  }

  /** The file's descriptor, for whoever reads it in pages. */
  get descriptor(): number {
    return this.#file.fd
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  async #changed(): Promise<SourceFailure | undefined> {
    const { stamp } = await stampOf(this.#file)
    const { path, stamp: expected } = this.source
    if (stamp === expected) return undefined
    return { kind: 'source-changed', path, detail: `was ${expected} when it was hashed, is ${stamp}` }
  }
}

async function stampOf(file: FileHandle): Promise<{ readonly stamp: string; readonly size: number }> {
  const { size, mtimeNs, ino } = await file.stat({ bigint: true })
  return { stamp: `${size} bytes, written ${mtimeNs} ns, file ${ino}`, size: Number(size) }
}

const unreadable = (path: string, cause: unknown): SourceFailure => ({
  kind: 'source-unreadable',
  path,
  detail: cause instanceof Error ? cause.message : String(cause),
})
