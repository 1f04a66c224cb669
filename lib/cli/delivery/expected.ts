import { basename } from 'node:path'
import type { Content } from '../../kinds/kind.ts'
import { ContentStore } from '../../link/delivery/content-store.ts'
import { deltaSize } from '../../link/delivery/delta-size.ts'
import { basesFor } from '../../link/delivery/policy.ts'
import type { HostContents } from './host-contents.ts'
import type { SourceCache } from './source-cache.ts'

/** What a content is expected to take of the link, bytes. `atMost`: what the host has of it is not known, so it is the whole. */
export type ExpectedBytes = { readonly bytes: number; readonly atMost: boolean }

/** Larger ones are not encoded for a preview. */
const encodedUpTo = 64 * 1024 * 1024

/** What contents will take of the links, by what was noted of the hosts when something was last delivered there. */
export class ExpectedContents {
  readonly #sources: SourceCache
  readonly #store: ContentStore
  readonly #hosts: HostContents
  readonly #deltas = new Map<string, Promise<number | undefined>>()

  /** @param store folder of the contents delivered before */
  constructor(sources: SourceCache, store: string, hosts: HostContents) {
    this.#sources = sources
    this.#store = new ContentStore(store)
    this.#hosts = hosts
  }

  async of(host: string, { source, sha256, size }: Content): Promise<ExpectedBytes> {
    const there = this.#hosts.of(host) ?? []
    if (there.includes(sha256)) return { bytes: 0, atMost: false }
    if (there.length === 0 || size > encodedUpTo) return { bytes: size, atMost: true }
    const both = (await this.#store.versions()).filter((version) => there.includes(version.sha))
    const [base] = basesFor(basename(source), size, both)
    const key = `${sha256} ${base?.sha}`
    const delta = this.#deltas.get(key) ?? (base === undefined ? undefined : this.#delta(source, base))
    if (delta !== undefined) this.#deltas.set(key, delta)
    const bytes = await delta
    return bytes === undefined ? { bytes: size, atMost: true } : { bytes, atMost: false }
  }

  /** Undefined: one of the two can't be read; the delivery will say which. */
  async #delta(
    source: string,
    base: { readonly sha: string; readonly size: number },
  ): Promise<number | undefined> {
    const measured = await this.#sources.measure(source)
    if (!measured.ok) return undefined
    const size = await deltaSize(measured.value, { ...base, path: this.#store.path(base.sha) })
    return size.ok ? size.value : undefined
  }
}
