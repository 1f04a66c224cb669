import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** A way to a TCP port on this machine that notes what a client sends when, in a thread of its own. */
export type MeasuredRelay = {
  readonly port: number
  /** What came from clients until now. */
  readonly sent: readonly Sent[]
  /** Bytes that went back to clients until now. */
  readonly answered: number
  /** From now on keeps what clients send over the connections that there are; others carry as before. One at a time. */
  hold(): Held
  close(): Promise<void>
}

/** Bytes that were there at an instant, and not yet at an earlier one, in ticks of the machine: on a busy machine these two lie apart. */
export type Sent = readonly [at: number, bytes: number, notBefore: number]

/** What is kept on its way. */
export type Held = {
  readonly bytes: number
  /** Lets it go on. */
  release(): void
}

/** What the relay's thread and the test share. */
export type RelayMemory = {
  /** The port that it leads to. */
  readonly target: number
  /** By the places below. */
  readonly counts: Int32Array
  /** Numbers of `Sent`, one after the other. */
  readonly writes: Float64Array
}
/** How many writes are noted. */
export const sentAt = 0
/** How many connections there were. */
export const connectionsAt = 1
/** Connections of lower numbers are held. */
export const heldBelowAt = 2
/** Bytes that are held. */
export const keptAt = 3
/** Bytes that went back. */
export const answeredAt = 4

/** Writes that one relay can note. */
const mostWrites = 500_000

const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes)

export async function startMeasuredRelay(target: number): Promise<MeasuredRelay> {
  const memory: RelayMemory = {
    target,
    counts: new Int32Array(shared(20)),
    writes: new Float64Array(shared(8 * 3 * mostWrites)),
  }
  const { counts, writes } = memory
  const thread = new Worker(new URL('measured-relay-thread.ts', import.meta.url), {
    workerData: memory,
    execArgv: [],
  })
  const [port] = (await once(thread, 'message')) as [number]
  const sent: Sent[] = []
  return {
    port,
    get sent() {
      for (let i = sent.length; i < Atomics.load(counts, sentAt); i++)
        sent.push([writes[3 * i]!, writes[3 * i + 1]!, writes[3 * i + 2]!])
      return sent
    },
    get answered() {
      return Atomics.load(counts, answeredAt)
    },
    hold: () => {
      Atomics.store(counts, keptAt, 0)
      Atomics.store(counts, heldBelowAt, Atomics.load(counts, connectionsAt))
      return {
        get bytes() {
          return Atomics.load(counts, keptAt)
        },
        release: () => {
          Atomics.store(counts, heldBelowAt, 0)
          thread.postMessage('release')
        },
      }
    },
    async close() {
      const over = once(thread, 'exit')
      thread.postMessage('close')
      await over
    },
  }
}

/** The most that was surely sent within some span of so many ms, bytes. */
export function mostWithin(sent: readonly Sent[], spanMs: number): number {
  let most = 0
  let sum = 0
  let next = 0
  sent.forEach(([, bytes, from], i) => {
    for (; next < sent.length && sent[next]![0] < from + spanMs; next++) sum += sent[next]![1]
    most = Math.max(most, sum)
    // Of what may have been on its way for longer than the span nothing is sure.
    if (next > i) sum -= bytes
    else next = i + 1
  })
  return most
}

/** The most spans that were under way at one instant. */
export function mostAtOnce(spans: readonly (readonly [from: number, to: number])[]): number {
  const changes = spans.flatMap(([from, to]) => [[from, 1] as const, [to, -1] as const])
  let now = 0
  let most = 0
  for (const [, by] of changes.toSorted(([a, x], [b, y]) => a - b || x - y))
    most = Math.max(most, (now += by))
  return most
}
