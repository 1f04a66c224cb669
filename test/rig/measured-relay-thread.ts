import { connect, createServer, type Socket } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { ticks } from '../../lib/link/this-process.ts'
import { answeredAt, connectionsAt, heldBelowAt, keptAt, type RelayMemory, sentAt } from './measured-relay.ts'

/** The relay's own thread: what a test does meanwhile neither holds bytes up nor moves the instants that are noted. */
const { target, counts, writes } = workerData as RelayMemory

/** A client's bytes on their way to the target. */
type Way = { readonly number: number; readonly to: Socket; readonly kept: Buffer[] }

const ways = new Set<Way>()
const sockets = new Set<Socket>()

/**
 * Timers run before sockets are looked at, so what is read now was not there the last time but one that this timer ran, or somewhat later.
 */
let [before, now] = [ticks(), ticks()]
const turning = setInterval(() => ([before, now] = [now, ticks()]), 2)

function note(bytes: number): void {
  const at = Atomics.load(counts, sentAt)
  if (3 * at === writes.length) throw new Error(`the relay notes ${at} writes, and there was another one`)
  writes.set([ticks(), bytes, before], 3 * at)
  Atomics.store(counts, sentAt, at + 1)
}

function carry({ number, to, kept }: Way, bytes: Buffer): void {
  kept.push(bytes)
  if (number < Atomics.load(counts, heldBelowAt)) return void Atomics.add(counts, keptAt, bytes.length)
  for (const one of kept.splice(0)) to.write(one)
}

const server = createServer((near) => {
  const far = connect({ host: '127.0.0.1', port: target, noDelay: true })
  near.setNoDelay(true)
  const way: Way = { number: Atomics.add(counts, connectionsAt, 1), to: far, kept: [] }
  ways.add(way)
  near.on('data', (bytes: Buffer) => {
    note(bytes.length)
    carry(way, bytes)
  })
  far.on('data', (bytes: Buffer) => {
    near.write(bytes)
    Atomics.add(counts, answeredAt, bytes.length)
  })
  for (const [socket, other] of [
    [near, far],
    [far, near],
  ] as const) {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      other.destroy()
      sockets.delete(socket)
      ways.delete(way)
    })
  }
})

parentPort?.on('message', (order: 'release' | 'close') => {
  if (order === 'release')
    for (const { to, kept } of ways) for (const bytes of kept.splice(0)) to.write(bytes)
  if (order === 'release') return
  for (const socket of sockets) socket.destroy()
  clearInterval(turning)
  server.close(() => parentPort?.close())
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  parentPort?.postMessage(typeof address === 'object' && address !== null ? address.port : 0)
})
