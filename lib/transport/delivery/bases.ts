import { type FileHandle, open } from 'node:fs/promises'
import type { ContentStore } from '../../link/delivery/content-store.ts'
import { DeltaMatcher } from '../../link/delivery/delta.ts'
import { Pages } from '../../link/delivery/pages.ts'
import { basesFor, type Version } from '../../link/delivery/policy.ts'
import { blockFor, SignatureMatcher, signatureBytes, wholeEstimate } from '../../link/delivery/signature.ts'
import { measureSource, type SourceReader } from '../../link/delivery/source.ts'
import type { Matcher } from '../../link/delivery/steps.ts'
import type { DeliverySource } from './contract.ts'
import type { DeliveryTalk } from './talk.ts'

/** Bases that are offered to the host at most. */
const offered = 16

/** Which content a delivery is encoded against: one that both ends hold, or one of which the host tells the block sums, or none. */
export class Bases {
  readonly #content: DeliverySource
  readonly #store: ContentStore | undefined
  readonly #unfit = new Set<string>()
  readonly #files: FileHandle[] = []
  #here: readonly Version[] = []
  readonly notes: string[] = []

  constructor(content: DeliverySource, store: ContentStore | undefined) {
    this.#content = content
    this.#store = store
  }

  /** What this end could encode against, best first. */
  async offer(): Promise<readonly string[]> {
    const { name, size, sha } = this.#content
    const versions = (await this.#store?.versions()) ?? []
    this.#here = basesFor(
      name,
      size,
      versions.filter((v) => v.sha !== sha),
    ).slice(0, offered)
    return this.#here.map((v) => v.sha)
  }

  /** It served badly: never again in this delivery. */
  leaveOut(sha: string, because: string): void {
    this.#unfit.add(sha)
    this.notes.push(`base ${sha.slice(0, 12)} left aside: ${because}`)
  }

  /** The matcher to go on with; `first`: what the host chose of what was offered. */
  async choose(
    first: string | null,
    held: readonly Version[],
    talk: DeliveryTalk,
    reader: SourceReader,
  ): Promise<{ readonly matcher: Matcher; readonly how: 'delta' | 'signature' | 'whole' }> {
    const content = new Pages(reader.descriptor, this.#content.size)
    const whole = async () => ({ matcher: await DeltaMatcher.of(content), how: 'whole' }) as const
    const onHost = new Map(held.map((v) => [v.sha, v]))
    const both = this.#here.filter((v) => onHost.has(v.sha) || v.sha === first)
    const order =
      first === null ? both : [...both].sort((a, b) => Number(b.sha === first) - Number(a.sha === first))
    for (const { sha } of order) {
      if (this.#unfit.has(sha)) continue
      const matcher = await this.#local(sha, reader)
      if (matcher !== undefined) return { matcher, how: 'delta' }
    }
    const { name, size } = this.#content
    const far = basesFor(name, size, held).find(
      (v) => !this.#unfit.has(v.sha) && v.size * 2 >= size && v.size <= size * 2,
    )
    if (far === undefined) return whole()
    // Sums that weigh a quarter of the whole already leave too little to win.
    if (signatureBytes(far.size) * 4 > (await wholeEstimate({ size, read: (at, n) => reader.read(at, n) })))
      return whole()
    const block = blockFor(far.size)
    const reply = await talk.ask({ op: 'signature', sha: far.sha, block })
    if (reply.ok && reply.op === 'signature') {
      const sums = Buffer.from(reply.sums, 'base64')
      return { matcher: new SignatureMatcher(far.sha, far.size, block, sums), how: 'signature' }
    }
    this.leaveOut(far.sha, 'the host could not tell its block sums')
    return whole()
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()))
    this.#files.length = 0
  }

  async #local(sha: string, reader: SourceReader): Promise<Matcher | undefined> {
    if (this.#store === undefined) return undefined
    const path = this.#store.path(sha)
    const measured = await measureSource(path)
    if (!measured.ok || measured.value.sha !== sha) {
      this.leaveOut(sha, 'its copy here is corrupted; it was deleted here')
      await this.#store.drop(sha)
      return undefined
    }
    const file = await open(path, 'r')
    this.#files.push(file)
    await this.#store.used(sha)
    const content = new Pages(reader.descriptor, this.#content.size)
    return DeltaMatcher.of(content, { sha, pages: new Pages(file.fd, measured.value.size) })
  }
}
