import { createInterface } from 'node:readline'
import { ok } from '../../lib/domain/result.ts'
import { createLink } from '../../lib/link/index.ts'
import { batchWaits, HostBatch } from '../../lib/reconcile/batch.ts'
import { createTransport } from '../../lib/transport/session.ts'
import { asWanted, clock, createAll, line, link, lookAtAll, twenty, twentyTargets } from './twenty.ts'

/** What `near-side.ts` is told, as JSON in its only argument. */
export type NearSideOrder = {
  readonly address: string
  readonly port: number
  readonly account: string
  /** Private key file. */
  readonly key: string
  readonly knownHosts: string
}

/** The line that it prints when all answers of a part are there; it waits for a line before the next part. */
export type NearSidePart = {
  /** What the host's worker reported as its own work, ms. */
  readonly computeMs: number
  /** Frames that were answered. */
  readonly frames: number
  /** Bytes of frames and answers in the channel. */
  readonly channelUp: number
  readonly channelDown: number
}

/** Creates twenty files over a connection that it opens, then looks at them over the same. */
async function main(order: NearSideOrder): Promise<void> {
  const host = 'bench'
  const door = createLink({ link, clock, emit: () => undefined, random: Math.random })
  const transport = createTransport({
    resolve: () => order,
    knownHosts: order.knownHosts,
    allowed: () => ok(undefined),
    door: () => door,
    emit: () => undefined,
    clock,
  })
  const port = transport.host(host)
  const batch = new HostBatch(port, { clock, ...batchWaits(line.rttMs) })
  const targets = await twentyTargets(host)
  const input = createInterface({ input: process.stdin })
  // Ends with whoever started it, whatever it is at.
  input.once('close', () => process.exit(0))
  const lines = input[Symbol.asyncIterator]()
  let last = { ...port.counters }
  const report = (): void => {
    const now = { ...port.counters }
    const part: NearSidePart = {
      computeMs: now.hostMs - last.hostMs,
      frames: now.exchanges - last.exchanges,
      channelUp: now.bytesUp - last.bytesUp,
      channelDown: now.bytesDown - last.bytesDown,
    }
    last = now
    process.stdout.write(`${JSON.stringify(part)}\n`)
  }

  await lines.next()
  const created = await createAll(batch, targets)
  for (const each of created)
    if (!each.ok || each.value.short !== undefined) throw new Error(`not created: ${JSON.stringify(each)}`)
  report()
  await lines.next()
  const found = asWanted(targets, await lookAtAll(batch, targets))
  if (found !== twenty.length) throw new Error(`expected ${twenty.length} files as wanted, found ${found}`)
  report()
}

await main(JSON.parse(process.argv[2] ?? '{}') as NearSideOrder)
