import { ok, type Result } from '../domain/result.ts'
import { type Managed, once, type Owner } from '../transport/wire.ts'
import { type FileFailure, sha256 } from './world/file-nodes.ts'
import type { World } from './world/world.ts'

const store = 'C:\\ProgramData\\Chancery'

/** What the worker keeps on its host: scripts by hash, and a record of whose each thing is. Files, so that a restart loses nothing. */
export class WorkerStore {
  readonly #world: World
  readonly #scripts = new Map<string, string>()

  constructor(world: World) {
    this.#world = world
  }

  /** Text of a script; undefined when the host lacks it, or what lies there is not the script of that hash. */
  script(hash: string): string | undefined {
    const held = this.#scripts.get(hash)
    if (held !== undefined) return held
    if (!/^[0-9a-f]{64}$/.test(hash)) return undefined
    const file = this.#world.files.read(`${store}\\scripts\\${hash}.ps1`)
    if (!file.ok || sha256(file.value) !== hash) return undefined
    const text = new TextDecoder().decode(file.value)
    this.#scripts.set(hash, text)
    return text
  }

  /** Takes a script in; the hash has been checked. */
  take(hash: string, text: string): Result<void, FileFailure> {
    if (this.script(hash) !== undefined) return ok(undefined)
    if (text.startsWith(once)) {
      this.#scripts.set(hash, text)
      return ok(undefined)
    }
    const written = this.#write(`scripts\\${hash}.ps1`, text)
    if (written.ok) this.#scripts.set(hash, text)
    return written
  }

  owner(key: string): Owner | null {
    const file = this.#world.files.read(this.#record(key))
    return file.ok ? (JSON.parse(new TextDecoder().decode(file.value)) as Owner) : null
  }

  /** Writes the record. */
  own(key: string, text: string): Result<void, FileFailure> {
    return this.#write(`owned\\${sha256(new TextEncoder().encode(key))}.json`, text)
  }

  disown(key: string): void {
    this.#world.files.remove(this.#record(key), false, true)
  }

  /** From where the host is managed; null: nobody has acted on it, without properties: the record can't be read. */
  managed(): Partial<Managed> | null {
    const file = this.#world.files.read(`${store}\\managed.json`)
    if (!file.ok) return null
    try {
      return JSON.parse(new TextDecoder().decode(file.value)) as Managed
    } catch {
      return {}
    }
  }

  manage(text: string): Result<void, FileFailure> {
    return this.#write('managed.json', text)
  }

  #record(key: string): string {
    return `${store}\\owned\\${sha256(new TextEncoder().encode(key))}.json`
  }

  #write(name: string, text: string): Result<void, FileFailure> {
    const path = `${store}\\${name}`
    const folder = this.#world.files.makeFolder(path.slice(0, path.lastIndexOf('\\')))
    if (!folder.ok) return folder
    const file = this.#world.files.write(path, text)
    return file.ok ? ok(undefined) : file
  }
}
