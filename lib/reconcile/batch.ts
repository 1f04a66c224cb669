import type { Clock } from '../domain/clock.ts'
import type { Failure } from '../domain/failure.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { HostPort, OpBody } from '../transport/port.ts'
import type { FrameEnd, Guard, Reply } from '../transport/wire.ts'
import { endOf, type IntentEnd, intentOf, type Intents } from './intents.ts'
import type { Script } from './loaded-kind.ts'
import { defaultPatience, type Patience, waitBefore } from './patience.ts'

export type BatchOptions = {
  readonly clock: Clock
  /** A frame leaves when nothing was added for this long, ms … */
  readonly quietMs: number
  /** … or when its first operation has waited this long, ms. */
  readonly longestMs: number
  /** The first frame of a plan waits this long for all that is known to come, ms. */
  readonly firstMs: number
  /** After a lost connection; default `defaultPatience`. */
  readonly patience?: Patience
}

/** Waits worth a fraction of what an exchange costs on the link. `rttMs`: round trip of the link. */
export const batchWaits = (rttMs: number): Omit<BatchOptions, 'clock' | 'patience'> => ({
  quietMs: Math.min(Math.max(5, rttMs / 20), 40),
  longestMs: Math.min(Math.max(25, rttMs / 2), 300),
  firstMs: 2000,
})

type Waiting = {
  readonly body: OpBody
  readonly scripts: readonly Script[]
  readonly abort: AbortSignal | undefined
  settle(answer: Result<Reply, Failure>): void
}

export type BatchEnd = Extract<FrameEnd, { ok: false }>

/**
 * Requests for one host that arrive together travel as one frame, and are answered one by one. Frames that change something
 * wait for the guards: the first of them carries every expectation of the host's plan, and if one fails nothing more runs here.
 */
export class HostBatch {
  readonly host: string
  private readonly port: HostPort
  private readonly options: BatchOptions
  private waiting: Waiting[] = []
  private ticket = 0
  private oldest = 0
  private guards: readonly Guard[] = []
  private guardScripts: readonly Script[] = []
  /** Mutations of the plan that wait for no other one and are not sent yet: a frame with all of them leaves at once. */
  private ready = 0
  /** While a frame with guards is under way nothing else that changes something leaves. */
  private guarding: Promise<unknown> | undefined
  private broken: Failure | undefined
  private intents: Intents | undefined
  private pausing: Promise<number | undefined> | undefined
  /** Ids of what was sent and never answered, by key, until it is looked at. */
  private readonly unanswered = new Map<string, number>()
  /** Says what a failed guard means in the words of the resource. */
  private describeGuards: (end: BatchEnd) => Failure

  constructor(port: HostPort, options: BatchOptions) {
    this.host = port.host
    this.port = port
    this.options = options
    this.describeGuards = (end) => ({
      kind: 'protocol',
      host: port.host,
      detail: `frame refused: ${end.why}`,
    })
  }

  /**
   * Arms the guards of a plan. `ready`: how many of its mutations wait for no other one; the first frame waits for all of them, at
   * most the longest wait.
   */
  arm(
    guards: readonly Guard[],
    scripts: readonly Script[],
    ready: number,
    describe: (end: BatchEnd) => Failure,
  ): void {
    this.guards = guards
    this.guardScripts = scripts
    this.ready = ready
    this.describeGuards = describe
    this.broken = undefined
  }

  /** From now on everything that changes something is written down before it is sent, and how it ended. */
  keep(intents: Intents): void {
    this.intents = intents
  }

  /** Says how something ended that was sent and never answered: it was looked at. */
  resolved(key: string, how: IntentEnd): void {
    const id = this.unanswered.get(key)
    if (id === undefined) return
    this.unanswered.delete(key)
    this.intents?.end(id, how)
  }

  /** Now, ms, by the clock that `sleep` sleeps by. */
  now(): number {
    return this.options.clock.now()
  }

  /** Adds an operation to the next frame. Failures are those of `HostPort.exchange`, and `changed` when a guard failed. */
  request(body: OpBody, scripts: readonly Script[], abort?: AbortSignal): Promise<Result<Reply, Failure>> {
    return new Promise((settle) => {
      if (body.op === 'apply' && this.broken !== undefined) return settle(err(this.broken))
      if (this.waiting.length === 0) this.oldest = this.options.clock.now()
      this.waiting.push({ body, scripts, abort, settle })
      void this.flushAfter(this.waitFor(mutationsIn(this.waiting)))
    })
  }

  /** MachineGuid of the host, once it has answered and where it says it. */
  get machine(): string | undefined {
    return this.port.hello?.machine ?? undefined
  }

  /** How long a lost connection is tried again. */
  get patience(): Patience {
    return this.options.patience ?? defaultPatience
  }

  /**
   * Waits before another try to reach the host, all who wait for it together: their looks travel as one frame. Gives how long the wait
   * was, ms; undefined = it would last longer than what is left, or was aborted.
   */
  async pause(attempt: number, leftMs: number, abort?: AbortSignal): Promise<number | undefined> {
    if (abort?.aborted === true) return undefined
    if (this.pausing === undefined) {
      const wait = waitBefore(attempt, this.patience.chance())
      if (wait > leftMs) return undefined
      this.patience.told(attempt, wait, leftMs)
      const over = this.options.clock.sleep(wait, abort).then((whole) => {
        this.pausing = undefined
        return whole ? wait : undefined
      })
      this.pausing = over
    }
    return this.pausing
  }

  /** How long to wait for more, ms. The first frame of a plan waits for every mutation that can be in it. */
  private waitFor(mutations: number): number {
    const { quietMs, longestMs, firstMs } = this.options
    const waited = this.options.clock.now() - this.oldest
    if (mutations === 0 || this.ready === 0) return Math.min(quietMs, Math.max(0, longestMs - waited))
    return mutations >= this.ready ? 0 : Math.max(0, firstMs - waited)
  }

  private async flushAfter(ms: number): Promise<void> {
    const ticket = ++this.ticket
    if (ms > 0) await this.options.clock.sleep(ms)
    else await Promise.resolve()
    if (ticket === this.ticket) await this.flush()
  }

  private async flush(): Promise<void> {
    while (this.guarding !== undefined && mutationsIn(this.waiting) > 0) await this.guarding
    const batch = this.waiting
    this.waiting = []
    if (batch.length === 0) return
    const mutating = mutationsIn(batch)
    if (mutating > 0 && this.broken !== undefined) {
      for (const w of batch) w.settle(err(this.broken))
      return
    }
    const guards = mutating > 0 ? this.guards : []
    const scripts = new Map<string, string>()
    if (guards.length > 0) for (const s of this.guardScripts) scripts.set(s.hash, s.text)
    for (const w of batch) for (const s of w.scripts) scripts.set(s.hash, s.text)
    if (mutating > 0) this.guards = []
    if (mutating > 0) this.ready = 0
    const begun = this.begin(batch)
    if (!begun.ok) {
      this.guards = guards
      for (const w of batch) w.settle(begun)
      return
    }
    const settled = new Set<number>()
    const settle = (index: number, answer: Result<Reply, Failure>) => {
      if (settled.has(index)) return
      settled.add(index)
      this.ended(batch[index]!.body, begun.value.get(index), answer)
      batch[index]!.settle(answer)
    }
    const sending = this.port.exchange(
      { scripts, guards, ops: batch.map((w) => w.body) },
      (index, reply) => settle(index, ok(reply)),
      batch[0]!.abort,
    )
    if (guards.length > 0) this.guarding = sending
    const answer = await sending
    if (this.guarding === sending) this.guarding = undefined
    if (answer.ok && answer.value.end.ok) {
      answer.value.replies.forEach((reply, index) => {
        if (reply !== undefined) settle(index, ok(reply))
      })
    }
    const failure = this.failureOf(answer)
    if (failure !== undefined && mutating > 0 && answer.ok) this.broken = failure
    // Guards that were not answered stay due; those of operations that may have run are settled by looking at each.
    if (!answer.ok) {
      const sent =
        answer.error.kind === 'unknown'
          ? new Set(batch.flatMap((w) => ('key' in w.body ? w.body.key : [])))
          : new Set()
      this.guards = guards.filter((guard) => !sent.has(guard.key))
    }
    batch.forEach((_, index) => {
      settle(
        index,
        err(
          failure ?? { kind: 'protocol', host: this.host, detail: 'a frame ended without all its answers' },
        ),
      )
    })
  }

  /** Writes down what a frame is about to change; ids by the place in the frame. */
  private begin(batch: readonly Waiting[]): Result<ReadonlyMap<number, number>, Failure> {
    const acts = batch.flatMap((w, index) => {
      const intent = intentOf(this.host, w.body)
      return intent === undefined ? [] : [{ index, intent }]
    })
    if (this.intents === undefined || acts.length === 0) return ok(new Map())
    const ids = this.intents.begin(acts.map(({ intent }) => intent))
    if (!ids.ok) return err({ kind: 'unwritten', host: this.host, detail: ids.error })
    return ok(new Map(acts.map(({ index }, i) => [index, ids.value[i]!])))
  }

  private ended(body: OpBody, id: number | undefined, answer: Result<Reply, Failure>): void {
    if (id === undefined || !('key' in body)) return
    if (answer.ok) return this.intents?.end(id, endOf(answer.value))
    const { kind } = answer.error
    if (kind !== 'unknown' && kind !== 'protocol') return this.intents?.end(id, 'not-begun')
    // One that was sent before, on the same guard, is looked for together with this one.
    this.resolved(body.key, 'not-begun')
    this.unanswered.set(body.key, id)
  }

  private failureOf(answer: Awaited<ReturnType<HostPort['exchange']>>): Failure | undefined {
    if (!answer.ok) return answer.error
    return answer.value.end.ok ? undefined : this.describeGuards(answer.value.end)
  }
}

const mutationsIn = (batch: readonly Waiting[]): number => batch.filter((w) => w.body.op === 'apply').length
