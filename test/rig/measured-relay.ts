import { connect, createServer, type Socket } from 'node:net'
import { ticks } from '../../lib/link/this-process.ts'

/** A way to a TCP port on this machine that notes what a client sends when. */
export type MeasuredRelay = {
  readonly port: number
  /** What came from clients: ticks of the machine, and bytes. */
  readonly sent: readonly (readonly [at: number, bytes: number])[]
  /** From now on keeps what clients send over the connections that there are; others carry as before. */
  hold(): Held
  close(): Promise<void>
}

/** What is kept on its way. */
export type Held = {
  readonly bytes: number
  /** Lets it go on. */
  release(): void
}

export async function startMeasuredRelay(target: number): Promise<MeasuredRelay> {
  const sent: (readonly [number, number])[] = []
  const sockets = new Set<Socket>()
  /** Ways of a client's bytes, and what each keeps of them. */
  const ways = new Map<Socket, Buffer[] | undefined>()
  const server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port: target, noDelay: true })
    near.setNoDelay(true)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      if (from === near) ways.set(far, undefined)
      from.on('error', () => undefined)
      from.on('close', () => to.destroy())
      from.on('data', (bytes: Buffer) => {
        if (from === near) sent.push([ticks(), bytes.length])
        const kept = ways.get(to)
        if (kept === undefined) to.write(bytes)
        else kept.push(bytes)
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    sent,
    hold: () => {
      const held = [...ways.keys()].map((to) => {
        const kept: Buffer[] = []
        ways.set(to, kept)
        return { to, kept }
      })
      return {
        get bytes() {
          return held.reduce((sum, { kept }) => sum + Buffer.concat(kept).length, 0)
        },
        release: () => {
          for (const { to, kept } of held) {
            ways.set(to, undefined)
            for (const bytes of kept) to.write(bytes)
          }
        },
      }
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
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
