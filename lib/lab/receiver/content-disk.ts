import { err, ok, type Result } from '../../domain/result.ts'
import type { Held } from '../../transport/delivery/wire.ts'
import { type FileFailure, sha256 } from '../world/file-nodes.ts'
import type { World } from '../world/world.ts'

const store = 'C:\\ProgramData\\Chancery'
const folder = `${store}\\content`

/** The store of contents on a host of the lab, file by file as `receiver.ps1` keeps it. */
export class ContentDisk {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
    world.files.makeFolder(folder)
  }

  get free(): number {
    return this.#world.files.free
  }

  read(sha: string, end = ''): Uint8Array | undefined {
    const file = this.#world.files.read(`${folder}\\${sha}${end}`)
    return file.ok ? file.value : undefined
  }

  readAt(path: string): Uint8Array | undefined {
    const file = this.#world.files.read(path)
    return file.ok ? file.value : undefined
  }

  /** Bytes that nobody changes afterwards. */
  write(sha: string, end: string, bytes: Uint8Array): Result<void, FileFailure> {
    const written = this.#world.files.put(`${folder}\\${sha}${end}`, { kind: 'bytes', bytes })
    return written.ok ? ok(undefined) : written
  }

  /** The part becomes the content. */
  place(sha: string, name: string): Result<void, FileFailure> {
    const named = this.write(sha, '.json', Buffer.from(JSON.stringify({ name })))
    if (!named.ok) return named
    const moved = this.#world.files.move(`${folder}\\${sha}.part`, `${folder}\\${sha}`)
    if (!moved.ok) return err(moved.error)
    this.#world.files.remove(`${folder}\\${sha}.list`)
    return ok(undefined)
  }

  /** False: something has it open. */
  remove(sha: string): boolean {
    for (const end of ['', '.json', '.part', '.list']) {
      const path = `${folder}\\${sha}${end}`
      if (this.#world.files.file(path) !== undefined && !this.#world.files.remove(path).ok) return false
    }
    return true
  }

  /** Content that is what its name says; what is there and is not is deleted and named in `bad`. */
  sound(sha: string, known: Set<string>, bad: string[]): Uint8Array | undefined {
    const bytes = this.read(sha)
    if (bytes === undefined) return undefined
    if (known.has(sha) || sha256(bytes) === sha) {
      known.add(sha)
      return bytes
    }
    this.remove(sha)
    bad.push(sha)
    return undefined
  }

  used(sha: string): void {
    const node = this.#world.files.file(`${folder}\\${sha}.json`)
    if (node !== undefined) node.writtenAt = this.#world.now()
  }

  versions(): readonly Held[] {
    const held: Held[] = []
    for (const node of this.#world.files.folder(folder)?.children.values() ?? []) {
      const sha = node.name.slice(0, 64)
      if (node.kind !== 'file' || !/^[0-9a-f]{64}\.json$/.test(node.name)) continue
      const content = this.read(sha)
      if (content === undefined) continue
      const read: unknown = JSON.parse(Buffer.from(this.read(sha, '.json') ?? []).toString('utf8'))
      const name = typeof read === 'object' && read !== null && 'name' in read ? String(read.name) : ''
      held.push({ sha, size: content.length, name, at: new Date(node.writtenAt).toISOString() })
    }
    return held
  }

  /** What the worker keeps of who manages the host; undefined: nothing, null: unreadable. */
  managed(): unknown {
    const file = this.#world.files.read(`${store}\\managed.json`)
    if (!file.ok) return undefined
    try {
      return JSON.parse(Buffer.from(file.value).toString('utf8'))
    } catch {
      return null
    }
  }
}
