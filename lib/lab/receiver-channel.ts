import type { ServerChannel } from 'ssh2'
import type { Clock } from '../domain/clock.ts'
import type { Faults } from './faults.ts'
import type { ContentLocks } from './receiver/content-locks.ts'
import { Receiver } from './receiver/receiver.ts'
import type { World } from './world/world.ts'

/** What a receiver's channel does to the connection around it. */
export type ReceiverSurroundings = {
  readonly world: World
  readonly clock: Clock
  readonly faults: Faults
  readonly pid: number
  /** One for all receivers of a host. */
  readonly locks: ContentLocks
  readonly counters: { bulkBytes: number }
  /** Cuts the connection now. */
  readonly cut: () => void
  /** The line falls silent, in both directions, and no connection ends. */
  readonly cutLink: () => void
}

/** Runs a receiver on an exec channel: binary in, lines out, with whatever faults are ordered. */
export function serveReceiver(channel: ServerChannel, around: ReceiverSurroundings): void {
  const { world, clock, faults, pid, locks, counters, cut, cutLink } = around
  let over = false
  const receiver = new Receiver({
    world,
    clock,
    pid,
    locks,
    psVersion: '5.1.20348.2227',
    print: (line) => {
      if (!over) channel.write(`${line}\r\n`)
    },
    ended: (status) => {
      if (over) return
      over = true
      if (status !== undefined) channel.exit(status)
      channel.end()
    },
  })
  const gone = (): void => {
    if (over) return
    over = true
    receiver.die()
  }
  channel.on('data', (bytes: Buffer) => {
    if (over) return
    const { before, struck } = faults.bulk(bytes.length)
    const arrives = struck === undefined ? bytes : bytes.subarray(0, before)
    counters.bulkBytes += arrives.length
    receiver.take(arrives)
    if (struck === 'drop-mid-transfer') cut()
    if (struck === 'receiver-killed') {
      gone()
      channel.end()
    }
    if (struck === 'stall') {
      cutLink()
      receiver.take(bytes.subarray(before))
    }
  })
  channel.on('end', () => receiver.close())
  channel.on('close', gone)
  channel.on('error', gone)
}
