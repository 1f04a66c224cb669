import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Measured } from './source.ts'
import { type Keep, type Version, versionsToDrop } from './policy.ts'

/**
 * Contents that were delivered, kept at this end as bases to encode the next version against: `<sha>` and `<sha>.json` with the name.
 * Whoever uses one verifies it first. What can't be read or written is as if it were not there: bases only save bytes.
 */
export class ContentStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  path(sha: string): string {
    return join(this.#folder, sha)
  }

  async versions(): Promise<readonly Version[]> {
    const names = await readdir(this.#folder).catch(() => [])
    const found = await Promise.all(
      names
        .filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
        .map((name) => this.#version(name.slice(0, 64))),
    )
    return found.filter((v) => v !== undefined)
  }

  /** Keeps a copy of a source, and deletes what the limits no longer allow. */
  async keep(source: Measured, name: string, limits: Keep): Promise<void> {
    const path = this.path(source.sha)
    const here = await this.#version(source.sha)
    if (here === undefined) {
      await mkdir(this.#folder, { recursive: true })
      const part = `${path}.${process.pid}`
      await copyFile(source.path, part, constants.COPYFILE_FICLONE)
      await writeFile(`${path}.json`, JSON.stringify({ name }))
      await rename(part, path)
    }
    await this.used(source.sha)
    const kept = await this.#version(source.sha)
    if (kept === undefined) return
    for (const sha of versionsToDrop(await this.versions(), kept, limits)) await this.drop(sha)
  }

  /** Notes that a content is on its way from now on; false: it was noted before, and the other end may have some of it. */
  async begin(sha: string): Promise<boolean> {
    try {
      await mkdir(this.#folder, { recursive: true })
      await writeFile(`${this.path(sha)}.begun`, '', { flag: 'wx' })
      return true
    } catch {
      return false
    }
  }

  /** It has arrived, or nothing of it is there any more. */
  async ended(sha: string): Promise<void> {
    await rm(`${this.path(sha)}.begun`, { force: true }).catch(() => undefined)
  }

  /** It served as a base: its time is now. */
  async used(sha: string): Promise<void> {
    const now = new Date()
    await utimes(`${this.path(sha)}.json`, now, now).catch(() => undefined)
  }

  async drop(sha: string): Promise<void> {
    await rm(this.path(sha), { force: true })
    await rm(`${this.path(sha)}.json`, { force: true })
  }

  async #version(sha: string): Promise<Version | undefined> {
    try {
      const { size } = await stat(this.path(sha))
      const { mtime } = await stat(`${this.path(sha)}.json`)
      const read: unknown = JSON.parse(await readFile(`${this.path(sha)}.json`, 'utf8'))
      const name = typeof read === 'object' && read !== null && 'name' in read ? String(read.name) : sha
      return { sha, size, name, at: mtime.toISOString() }
    } catch {
      return undefined
    }
  }
}
