import { createHash } from 'node:crypto'
import { ok, type Result } from '../../domain/result.ts'
import { type FileFailure, sha256 } from '../world/file-nodes.ts'
import type { ContentDisk } from './content-disk.ts'

const yieldLimit = 4_194_304

/** What has arrived of a content: its bytes, and a list of the ranges with their sums. */
export class Part {
  readonly #disk: ContentDisk
  readonly sha: string
  readonly size: number
  readonly name: string
  #buffer: Uint8Array
  #list = ''
  at = 0

  /** Takes up what arrived before, as far as each range is what its line says. */
  constructor(disk: ContentDisk, sha: string, size: number, name: string) {
    this.#disk = disk
    this.sha = sha
    this.size = size
    this.name = name
    const there = disk.read(sha, '.part') ?? new Uint8Array(0)
    this.#buffer = there.slice()
    for (const line of Buffer.from(disk.read(sha, '.list') ?? [])
      .toString('latin1')
      .split('\n')) {
      if (!/^[0-9]{1,18} [0-9a-f]{32}$/.test(line)) break
      const end = Number(line.split(' ')[0])
      if (end <= this.at || end - this.at > yieldLimit || end > size || end > there.length) break
      if (!line.endsWith(` ${sumOf(there.subarray(this.at, end))}`)) break
      this.at = end
      this.#list += `${line}\n`
    }
    void this.#save()
  }

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.at)
  }

  get whole(): string {
    return sha256(this.bytes)
  }

  /** Adds a range, or leaves everything as it was. */
  add(bytes: Uint8Array): Result<void, FileFailure> {
    const { at } = this
    const list = this.#list
    if (at + bytes.length > this.#buffer.length) {
      const grown = new Uint8Array(Math.min(this.size, Math.max(at + bytes.length, 2 * this.#buffer.length)))
      grown.set(this.bytes)
      this.#buffer = grown
    }
    this.#buffer.set(bytes, at)
    this.at += bytes.length
    this.#list += `${this.at} ${sumOf(bytes)}\n`
    const saved = this.#save()
    if (saved.ok) return saved
    this.at = at
    this.#list = list
    void this.#save()
    return saved
  }

  /** Nothing of it is of use. */
  reset(): void {
    this.at = 0
    this.#list = ''
    void this.#save()
  }

  #save(): Result<void, FileFailure> {
    const part = this.#disk.write(this.sha, '.part', this.bytes)
    if (!part.ok) return part
    const list = this.#disk.write(this.sha, '.list', Buffer.from(this.#list))
    return list.ok ? ok(undefined) : list
  }
}

export const sumOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 32)
