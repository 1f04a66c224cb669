import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** A way to a TCP port on this machine that notes what a client sends when, in a thread of its own. */
export type MeasuredRelay = {
  readonly port: number
  /** What came from clients until now: ticks of the machine, and bytes. */
  readonly sent: readonly (readonly [at: number, bytes: number])[]
  /** Bytes that went back to clients until now. */
  readonly answered: number
  /** From now on keeps what clients send over the connections that there are; others carry as before. One at a time. */
  hold(): Held
  close(): Promise<void>
}

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
  /** When something came, ticks of the machine, and how much. */
  readonly instants: Float64Array
  readonly sizes: Float64Array
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
    instants: new Float64Array(shared(8 * mostWrites)),
    sizes: new Float64Array(shared(8 * mostWrites)),
  }
  const { counts, instants, sizes } = memory
  const thread = new Worker(new URL('measured-relay-thread.ts', import.meta.url), {
    workerData: memory,
    execArgv: [],
  })
  const [port] = (await once(thread, 'message')) as [number]
  const sent: (readonly [number, number])[] = []
  return {
    port,
    get sent() {
      for (let at = sent.length; at < Atomics.load(counts, sentAt); at++)
        sent.push([instants[at]!, sizes[at]!])
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

/** The most that was sent within any span of so many ms, bytes. */
export function mostWithin(sent: MeasuredRelay['sent'], spanMs: number): number {
  let most = 0
  let sum = 0
  let first = 0
  for (const [at, bytes] of sent) {
    sum += bytes
    for (let [from, gone] = sent[first]!; at - from >= spanMs; [from, gone] = sent[++first]!) sum -= gone
    most = Math.max(most, sum)
  }
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
