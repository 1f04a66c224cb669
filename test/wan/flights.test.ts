import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok } from '../../lib/domain/result.ts'
import type { LabHost } from '../../lib/lab/index.ts'
import { createLink } from '../../lib/link/index.ts'
import { batchWaits, HostBatch } from '../../lib/reconcile/batch.ts'
import type { Target } from '../../lib/reconcile/target.ts'
import { createTransport, type Transport } from '../../lib/transport/session.ts'
import { startLabHost } from '../contracts/worker/lab-host.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { asWanted, clock, createAll, line, link, lookAtAll, twentyTargets } from './twenty.ts'

/** What has crossed a host's line so far: TCP's payload, both ways together. */
const crossed = (host: LabHost) => {
  const { connections, frames, operations, bytesUp, bytesDown } = host.counters
  return { connections, frames, operations, bytes: bytesUp + bytesDown }
}
type Crossed = ReturnType<typeof crossed>
const since = (host: LabHost, before: Crossed): Crossed => {
  const now = crossed(host)
  return {
    connections: now.connections - before.connections,
    frames: now.frames - before.frames,
    operations: now.operations - before.operations,
    bytes: now.bytes - before.bytes,
  }
}

/**
 * What TCP may carry, bytes. On the line come about 30 headers of 52 bytes, cold, and 6, warm: within 15,000 and 4,000 bytes in all,
 * which the benchmark counts.
 */
const payloadLimit = { cold: 13_400, warm: 3_600 } as const

describe('twenty files on one host', () => {
  let stop: () => Promise<void>
  let transport: Transport
  let host: LabHost
  let batch: HostBatch
  let targets: readonly Target[]
  beforeAll(async () => {
    const { lab, reach, stop: stopLab } = await startLabHost()
    host = lab.host('host')
    const door = createLink({ link, clock, emit: () => undefined, random: () => 0 })
    transport = createTransport({
      resolve: () => ({ address: '127.0.0.1', ...reach }),
      knownHosts: reach.knownHosts,
      allowed: () => ok(undefined),
      door: () => door,
      emit: () => undefined,
      clock,
    })
    stop = async () => {
      await transport.close()
      await stopLab()
    }
    batch = new HostBatch(transport.host('host'), { clock, ...batchWaits(line.rttMs) })
    targets = await twentyTargets('host')
  })
  afterAll(() => stop())

  it('are created over a new connection in one exchange, worker and scripts included', async () => {
    const before = crossed(host)
    const created = await createAll(batch, targets)
    expect(created.filter((each) => each.ok && each.value.short === undefined)).toHaveLength(20)
    const cost = since(host, before)
    expect(cost).toMatchObject({ connections: 1, frames: 1, operations: 20 })
    expect(cost.bytes).toBeLessThanOrEqual(payloadLimit.cold)
  })

  it('are looked at over the same connection in one exchange, and need nothing', async () => {
    const before = crossed(host)
    expect(asWanted(targets, await lookAtAll(batch, targets))).toBe(20)
    const cost = since(host, before)
    expect(cost).toMatchObject({ connections: 0, frames: 1, operations: 20 })
    expect(cost.bytes).toBeLessThanOrEqual(payloadLimit.warm)
  })
})

/** A program of files; `chained`: each waits for the one before. */
const files = (folder: string, count: number, chained: boolean): string => `
import { File } from '${new URL('../../lib/provider/resources/index.ts', import.meta.url).pathname}'
export default ({ site }) => {
  let before
  for (let i = 0; i < ${count}; i++) {
    const file = new File('${folder}-' + i, { host: site.hosts[0].id, path: 'C:\\\\${folder}\\\\' + i + '.txt', content: 'text ' + i },
      { dependsOn: ${chained} && before ? [before] : [] })
    before = file
  }
}`

describe('a chain of four', () => {
  const depth = 4
  let rig: Rig
  let host: LabHost
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    host = rig.lab.host('nairobi-hv1')
  }, 300_000)
  afterAll(() => rig.close())

  /** Frames of a preview and of the apply behind it. */
  const framesOf = async (program: string): Promise<{ preview: number; apply: number }> => {
    const before = host.counters.frames
    let previewed = before
    const report = await rig.run('up', {
      program,
      confirm: async () => {
        previewed = host.counters.frames
        return true
      },
    })
    expect(report.sites).toMatchObject([{ outcome: 'done', changes: { create: depth } }])
    return { preview: previewed - before, apply: host.counters.frames - previewed }
  }

  it('is previewed in one exchange and applied in at most four more than a flat set', async () => {
    const flat = await framesOf(rig.program('flat', files('Flat', depth, false)))
    const chain = await framesOf(rig.program('chain', files('Chain', depth, true)))
    expect([flat.preview, chain.preview]).toEqual([1, 1])
    expect(chain.apply).toBeLessThanOrEqual(flat.apply + depth)
  }, 240_000)
})
