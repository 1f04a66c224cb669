import { basename, join } from 'node:path'
import type { Clock } from '../../domain/clock.ts'
import type { Emit } from '../../domain/event.ts'
import type { Failure } from '../../domain/failure.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Content } from '../../kinds/kind.ts'
import type { OpenLink } from '../../link/index.ts'
import type { ContentPort } from '../../provider/source-files.ts'
import { bring } from '../../transport/delivery/bring.ts'
import type { BringState } from '../../transport/delivery/bring-options.ts'
import type { BulkPort } from '../../transport/delivery/bulk-port.ts'
import type { Delivered, DeliverySource } from '../../transport/delivery/contract.ts'
import { deliver } from '../../transport/delivery/deliver.ts'
import { bytes } from '../view/units.ts'
import { type ExpectedBytes, ExpectedContents } from './expected.ts'
import { HostContents } from './host-contents.ts'
import { RecentRate } from './rate.ts'
import { SourceCache } from './source-cache.ts'

export type ContentsOptions = {
  readonly bulk: (host: string) => BulkPort
  readonly link: (host: string) => OpenLink
  readonly clock: Clock
  readonly emit: Emit
  /** From where the hosts are managed; see `Sender`. */
  readonly from: string
  /** Folder that relative sources start from: the inventory's. */
  readonly base: string
  /** Folder `.chancery`. */
  readonly root: string
}

/** How a content is brought, beyond its way over the link. */
export type BringOrder = {
  /** Folder on the host that holds a courier's bundle; nothing then crosses the link but questions. */
  readonly bundle?: string
  /** A closed window holds nothing up. */
  readonly anyTime?: boolean
  /** What the backup line may not carry is not waited for, unless some of it has crossed the primary. */
  readonly impatient?: boolean
}

/** The files of this machine, and their way into the stores of the hosts. Two of one content to one host are one. */
export class Contents implements ContentPort {
  readonly #options: ContentsOptions
  readonly #sources: SourceCache
  readonly #hosts: HostContents
  readonly #expected: ExpectedContents
  readonly #there = new Set<string>()
  readonly #running = new Map<string, Promise<Result<Delivered, Failure>>>()

  constructor(options: ContentsOptions) {
    this.#options = options
    this.#sources = new SourceCache(options.base, join(options.root, 'sources.json'))
    this.#hosts = new HostContents(join(options.root, 'host-contents.json'))
    this.#expected = new ExpectedContents(this.#sources, join(options.root, 'content'), this.#hosts)
  }

  async measure(source: string): Promise<Result<{ readonly sha256: string; readonly size: number }, string>> {
    const measured = await this.#sources.measure(source)
    return measured.ok ? ok({ sha256: measured.value.sha, size: measured.value.size }) : measured
  }

  /** A file as it can be brought; `name`: what its versions are known by, default the file's own name. */
  async source(path: string, name = basename(path)): Promise<Result<DeliverySource, string>> {
    const measured = await this.#sources.measure(path)
    return measured.ok ? ok({ ...measured.value, name }) : measured
  }

  /** What a content is expected to take of the host's link: for a preview, from what is known here. */
  expected(host: string, content: Content): Promise<ExpectedBytes> {
    return this.#expected.of(host, content)
  }

  async deliver(host: string, content: Content, abort: AbortSignal): Promise<Result<void, Failure>> {
    if (this.#there.has(`${host} ${content.sha256}`)) return ok(undefined)
    const resource = basename(content.source)
    const found = await this.source(content.source)
    const refuse = (rule: string, because: string): Result<never, Failure> =>
      err({ kind: 'refused', host, resource, rule, because, fix: 'Preview again.' })
    if (!found.ok) return refuse('source-unreadable', found.error)
    if (found.value.sha !== content.sha256)
      return refuse(
        'source-changed',
        `${found.value.path} changed since the preview: SHA-256 was ${content.sha256}, is ${found.value.sha}`,
      )
    const delivered = await this.bring(host, found.value, abort)
    return delivered.ok ? ok(undefined) : delivered
  }

  bring(
    host: string,
    source: DeliverySource,
    abort: AbortSignal,
    order: BringOrder = {},
  ): Promise<Result<Delivered, Failure>> {
    const key = `${host} ${source.sha}`
    const running = this.#running.get(key)
    if (running !== undefined) return running
    const bringing = this.#bring(host, source, abort, order).finally(() => this.#running.delete(key))
    this.#running.set(key, bringing)
    return bringing
  }

  async #bring(
    host: string,
    source: DeliverySource,
    abort: AbortSignal,
    { bundle, anyTime = false, impatient = false }: BringOrder,
  ): Promise<Result<Delivered, Failure>> {
    const { bulk, link, clock, emit, root, from } = this.#options
    const door = link(host)
    const { rttMs } = door.state()
    const base = { kind: 'delivery', host, content: source.name, size: source.size } as const
    const waiting = `${source.name} to ${host}`
    const rate = new RecentRate()
    let sent = 0
    let tenths: number | undefined
    let begunOnPrimary = false
    const onState = (state: BringState): void => {
      if (state.kind === 'waiting') {
        const { at, because, until } = state
        door.holds(waiting, because)
        emit({ ...base, state: 'waiting', at, sent, because, ...(until === undefined ? {} : { until }) })
        return
      }
      door.holds(waiting, undefined)
      sent = state.sent
      begunOnPrimary ||= door.state().line === 'primary'
      const before = tenths
      tenths = Math.floor((state.at * 10) / Math.max(1, state.size))
      const tenth = before !== undefined && tenths > before ? { tenth: true as const } : {}
      const bytesPerS = rate.note(clock.now(), state.at)
      const known =
        bytesPerS === undefined || bytesPerS <= 0
          ? {}
          : { bytesPerS, leftMs: ((state.size - state.at) * 1000) / bytesPerS }
      emit({ ...base, state: 'sending', at: state.at, sent, ...known, ...tenth })
    }
    const ended = await bring(source, {
      port: bulk(host),
      door,
      clock,
      random: Math.random,
      deliver,
      rttMs,
      budget: () => door.state().budgetKbitPerS,
      ...(anyTime ? {} : { window: () => door.state().window }),
      hold: (left) => {
        const may = door.bulkLeft()
        if (left <= may) return undefined
        const because = `rule large-waits-for-primary: ${bytes(left)} or more are left to send, and the backup line carries at most ${bytes(may)} more`
        return impatient && !begunOnPrimary
          ? { because, ends: 'Run again when the primary line is back, or add --wait, or --on-backup.' }
          : { because }
      },
      delivery: { store: join(root, 'content'), ...(bundle === undefined ? {} : { bundle }) },
      from,
      onState,
      abort,
    })
    door.holds(waiting, undefined)
    if (!ended.ok) return ended
    this.#there.add(`${host} ${source.sha}`)
    const { how, sent: crossed, holds } = ended.value
    this.#hosts.note(host, holds)
    emit({ ...base, state: how === 'held' ? 'held' : 'delivered', at: source.size, sent: crossed })
    return ended
  }
}
