import { err, ok, type Result } from '../../domain/result.ts'
import { type Chunk } from '../../link/delivery/chunk.ts'
import { chunksOf } from '../../link/delivery/chunks.ts'
import { ContentStore } from '../../link/delivery/content-store.ts'
import { DeltaMatcher } from '../../link/delivery/delta.ts'
import { Pages } from '../../link/delivery/pages.ts'
import { versionsToDrop } from '../../link/delivery/policy.ts'
import { measureSource, SourceReader } from '../../link/delivery/source.ts'
import type { Matcher } from '../../link/delivery/steps.ts'
import { refused, strange } from './answers.ts'
import { Bases } from './bases.ts'
import type { Deliver, Delivered, DeliverOptions, DeliveryFailure, DeliverySource } from './contract.ts'
import { lookahead } from './lookahead.ts'
import { DeliveryTalk, TalkOver } from './talk.ts'
import type { DeliveryRefusal, DeliveryReply, Held } from './wire.ts'

/** How far this end may be ahead of the answers: requests, and bytes of them. */
const aheadRequests = 64
const aheadBytes = 8_388_608
/** Chunks that are encoded while one is sent. */
const encodedAhead = 2
/** Chunks that are sent while nothing is known of the host, where it most likely has nothing of the content. */
const guessed = 8
/** How often a delivery begins again from where the host stands after a refusal that allows it. */
const attempts = 6

const defaults = { keep: { versions: 3, bytes: 8 * 1024 ** 3 }, chunkBytes: 65_536, waitMs: 60_000 }

/** See `Deliver`. The channel stays open: whoever opened it closes it. */
export const deliver: Deliver = async (channel, content, options) => {
  const reader = await SourceReader.open(content)
  if (!reader.ok) return reader
  const talk = new DeliveryTalk(channel)
  const run = new Delivery(content, options, reader.value, talk)
  try {
    return await run.run()
  } catch (cause) {
    if (cause instanceof TalkOver)
      return err(
        cause.why === 'lost'
          ? { kind: 'lost', at: run.at, detail: cause.message }
          : { kind: 'protocol', detail: cause.message },
      )
    if (options.abort?.aborted) return err({ kind: 'interrupted' })
    throw cause
  } finally {
    await run.close()
  }
}

type Sent =
  | { readonly state: 'all'; readonly finished: Promise<DeliveryReply> }
  | { readonly state: 'refused'; readonly refusal: DeliveryRefusal }
  | { readonly state: 'failed'; readonly failure: DeliveryFailure }

/** Chunks that were sent before the host answered: where they end, and their answers with the bytes of each. */
type Guess = { readonly at: number; readonly replies: [Promise<DeliveryReply>, number][] }

/**
 *   open ──► held
 *     │ what the host has, a base
 *     ▼
 *   chunks ── refused: base or sum ──► another base, or none; from where the host stands
 *     │     └─ refused: order ──► from where the host stands
 *     ▼
 *   finish ── refused: whole ──► once more from what was intact
 */
class Delivery {
  readonly #content: DeliverySource
  readonly #options: DeliverOptions
  readonly #reader: SourceReader
  readonly #talk: DeliveryTalk
  readonly #store: ContentStore | undefined
  readonly #bases: Bases
  #how: Delivered['how'] = 'whole'
  #base: string | null = null
  /** Bytes that the host had when the channel was opened. */
  #from = 0
  #guessed: Guess | undefined
  #held: readonly string[] = []
  /** Bytes of content that the host has. */
  at = 0

  constructor(content: DeliverySource, options: DeliverOptions, reader: SourceReader, talk: DeliveryTalk) {
    this.#content = content
    this.#options = options
    this.#reader = reader
    this.#talk = talk
    this.#store = options.store === undefined ? undefined : new ContentStore(options.store)
    this.#bases = new Bases(content, this.#store)
  }

  async run(): Promise<Result<Delivered, DeliveryFailure>> {
    const { sha, size, name } = this.#content
    const { sender, waitMs = defaults.waitMs, bundle } = this.#options
    const have = bundle === undefined ? await this.#bases.offer() : []
    const asked = await this.#talk.send({
      op: 'open',
      sha,
      size,
      name,
      ...(sender === undefined ? {} : { sender }),
      have,
      waitMs,
    })
    const guess = bundle === undefined && have.length === 0 ? await this.#guess(asked.reply) : undefined
    const opened = await asked.reply
    if (!opened.ok) return refused(opened)
    if (opened.op !== 'open') return strange(opened)
    for (const bad of opened.bad)
      this.#bases.leaveOut(bad, 'the copy on the host is corrupted; it was deleted there')
    this.#held = opened.versions.map((version) => version.sha)
    this.at = opened.at
    if (guess !== undefined && opened.at === 0 && !opened.held) this.#guessed = guess
    if (opened.held) return this.#done('held', opened.at, [])
    const drop = this.#drop(opened.versions)
    if (bundle === undefined) return this.#send(opened.base, opened.versions, drop)
    const picked = await this.#talk.ask({ op: 'pickup', path: bundle, drop })
    if (!picked.ok) return refused(picked)
    return picked.op === 'pickup' ? this.#done('bundle', opened.at, picked.dropped) : strange(picked)
  }

  /**
   * The first chunks, as they are, behind the `open`: they cross while the host starts its receiver and looks. Where the host has something
   * of the content after all it refuses them. Nothing is guessed of one that was begun before.
   */
  async #guess(opened: Promise<DeliveryReply>): Promise<Guess | undefined> {
    if (!(await this.#store?.begin(this.#content.sha))) return undefined
    let known = false
    const over = (): void => void (known = true)
    opened.then(over, over)
    const replies: Guess['replies'] = []
    let at = 0
    const matcher = await DeltaMatcher.of(new Pages(this.#reader.descriptor, this.#content.size))
    for await (const chunk of chunksOf(this.#ranges(), 0, matcher, this.#chunkBytes)) {
      if (known || !chunk.ok || replies.length === guessed) break
      const { reply } = await this.#talk.send(headOf(chunk.value), chunk.value.body)
      replies.push([reply, chunk.value.body.length])
      at += chunk.value.size
    }
    return { at, replies }
  }

  async #send(
    first: string | null,
    held: readonly Held[],
    drop: readonly string[],
  ): Promise<Result<Delivered, DeliveryFailure>> {
    const resumedAt = this.at
    this.#from = resumedAt
    let refusal: DeliveryRefusal | undefined
    let choose = true
    let matcher: Matcher | undefined
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (choose && this.at < this.#content.size) {
        const chosen = await this.#bases.choose(first, held, this.#talk, this.#reader)
        matcher = chosen.matcher
        this.#how = chosen.how
        this.#base = matcher.base ?? null
      }
      choose = false
      const sent = await this.#chunks(matcher, drop)
      if (sent.state === 'failed') return this.#sourceFailed(sent.failure)
      if (sent.state === 'all') {
        const finished = await sent.finished
        if (finished.ok)
          return finished.op === 'finish'
            ? this.#done(this.#how, resumedAt, finished.dropped)
            : strange(finished)
        refusal = finished
        if (finished.why !== 'whole') return refused(finished)
        const changed = await this.#sourceChanged()
        if (changed !== undefined) return this.#sourceFailed(changed)
      } else refusal = sent.refusal
      this.at = refusal.at
      const base = refusal.why === 'base' ? refusal.sha : refusal.why === 'sum' ? matcher?.base : undefined
      if (base !== undefined) {
        this.#bases.leaveOut(base, 'on the host it is not what its name says')
        choose = true
      } else if (refusal.why !== 'order' && refusal.why !== 'whole') return refused(refusal)
    }
    return refusal === undefined ? err({ kind: 'protocol', detail: 'no answer' }) : refused(refusal)
  }

  /** Sends what is missing, ahead of the answers, and asks for the end behind it. */
  async #chunks(matcher: Matcher | undefined, drop: readonly string[]): Promise<Sent> {
    const { abort } = this.#options
    const ahead = new Map<Promise<DeliveryReply>, number>(this.#guessed?.replies)
    const from = this.#guessed?.at ?? this.at
    this.#guessed = undefined
    let bytes = [...ahead.values()].reduce((sum, weight) => sum + weight, 0)
    let refusal: DeliveryRefusal | undefined
    const listen = (reply: Promise<DeliveryReply>): void =>
      void reply.then(
        (answer) => {
          if (!answer.ok) refusal ??= answer
          else if (answer.op === 'chunk') this.#progress(answer.at)
        },
        () => undefined,
      )
    for (const reply of ahead.keys()) listen(reply)
    const oldest = async (): Promise<void> => {
      for (const [reply, weight] of ahead) {
        await reply
        ahead.delete(reply)
        bytes -= weight
        return
      }
    }
    const encoded = chunksOf(this.#ranges(), from, matcher, this.#chunkBytes)
    for await (const chunk of lookahead(encoded, encodedAhead)) {
      abort?.throwIfAborted()
      if (!chunk.ok) return { state: 'failed', failure: chunk.error }
      const { reply } = await this.#talk.send(headOf(chunk.value), chunk.value.body)
      ahead.set(reply, chunk.value.body.length)
      listen(reply)
      bytes += chunk.value.body.length
      while (ahead.size >= aheadRequests || bytes > aheadBytes) await oldest()
      if (refusal !== undefined) break
    }
    // Where a chunk is refused after all this is too: the host has not got everything.
    const end = refusal === undefined ? await this.#talk.send({ op: 'finish', drop }) : undefined
    while (ahead.size > 0) await oldest()
    return refusal === undefined
      ? { state: 'all', finished: end?.reply ?? this.#talk.ask({ op: 'finish', drop }) }
      : { state: 'refused', refusal }
  }

  get #chunkBytes(): number {
    return this.#options.chunkBytes ?? defaults.chunkBytes
  }

  #ranges() {
    const reader = this.#reader
    return { size: this.#content.size, read: (at: number, length: number) => reader.read(at, length) }
  }

  #progress(at: number): void {
    this.at = at
    const { size } = this.#content
    this.#options.onProgress?.({ at, size, from: this.#from, sent: this.#talk.sent, base: this.#base })
  }

  /** What arrived of a file that changed is of no use: it goes. */
  async #sourceFailed(failure: DeliveryFailure): Promise<Result<never, DeliveryFailure>> {
    await this.#talk.ask({ op: 'drop', drop: [this.#content.sha] })
    await this.#store?.ended(this.#content.sha)
    return err(failure)
  }

  /** All was sent and is another content: was the file written to without leaving a trace in its times? */
  async #sourceChanged(): Promise<DeliveryFailure | undefined> {
    const { path, sha } = this.#content
    const now = await measureSource(path)
    if (!now.ok) return now.error
    return now.value.sha === sha
      ? undefined
      : { kind: 'source-changed', path, detail: `SHA-256 was ${sha}, is ${now.value.sha}` }
  }

  #drop(held: readonly Held[]): readonly string[] {
    const { sha, size, name } = this.#content
    const incoming = { sha, size, name, at: '9999-12-31T00:00:00.000Z' }
    return versionsToDrop(held, incoming, this.#options.keep ?? defaults.keep)
  }

  async #done(
    how: Delivered['how'],
    resumedAt: number,
    dropped: readonly string[],
  ): Promise<Result<Delivered, DeliveryFailure>> {
    const { sha, name } = this.#content
    const notes = [...this.#bases.notes]
    await this.#store?.ended(sha)
    if (dropped.length > 0)
      notes.push(
        `${dropped.length === 1 ? 'an older version' : `${dropped.length} older versions`} deleted on the host`,
      )
    try {
      await this.#store?.keep(this.#content, name, this.#options.keep ?? defaults.keep)
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause)
      notes.push(`no copy kept as a base for the next version: ${detail}`)
    }
    const holds = [...this.#held.filter((one) => one !== sha && !dropped.includes(one)), sha]
    const { sent, received } = this.#talk
    return ok({ sha, how, sent, received, resumedAt, base: this.#base, holds, notes })
  }

  async close(): Promise<void> {
    await this.#bases.close()
    await this.#reader.close()
  }
}

function headOf(chunk: Chunk) {
  const { at, size, sum, z, base } = chunk
  return { op: 'chunk', at, size, sum, z, ...(base === undefined ? {} : { base }) } as const
}
