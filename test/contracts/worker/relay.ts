import { connect, createServer, type Socket } from 'node:net'

/** A delayed way to a TCP port on this machine that notes who sent when. */
export type Relay = {
  readonly port: number
  /**
   * How often the client, having heard something new, sent something: each such burst costs one crossing of the line, and everything
   * before the next answer belongs to one flight. One entry a burst: its bytes, and whether it holds the client's SSH NEWKEYS packet.
   */
  bursts(): readonly Burst[]
  /** Cuts every connection. */
  cut(): void
  close(): Promise<void>
}

export type Burst = { readonly bytes: number; readonly newKeys: boolean }

/** `delayMs`: each way. Long beside what either end computes between hearing and answering, or bursts blur. */
export async function startRelay(target: number, delayMs: number): Promise<Relay> {
  const bursts: { bytes: number; newKeys: boolean }[] = []
  const sockets = new Set<Socket>()
  let heard = true
  let plain = true
  const server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port: target, noDelay: true })
    near.setNoDelay(true)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    near.on('data', (bytes: Buffer) => {
      if (heard) bursts.push({ bytes: 0, newKeys: false })
      heard = false
      const burst = bursts.at(-1)
      if (burst !== undefined) burst.bytes += bytes.length
      if (burst !== undefined && plain && holdsNewKeys(bytes)) {
        burst.newKeys = true
        plain = false
      }
      setTimeout(() => far.write(bytes), delayMs)
    })
    far.on('data', (bytes: Buffer) => {
      setTimeout(() => {
        heard = true
        near.write(bytes)
      }, delayMs)
    })
    near.on('close', () => setTimeout(() => far.destroy(), delayMs))
    far.on('close', () => setTimeout(() => near.destroy(), delayMs))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
    sockets.clear()
  }
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    bursts: () => bursts,
    cut,
    async close() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** An unencrypted SSH packet of one byte, 21, behind any others in the same bytes. */
function holdsNewKeys(bytes: Buffer): boolean {
  let at = bytes.toString('latin1', 0, 4) === 'SSH-' ? bytes.indexOf(0x0a) + 1 : 0
  while (at + 6 <= bytes.length) {
    const length = bytes.readUInt32BE(at)
    if (bytes[at + 5] === 21) return true
    at += 4 + length
  }
  return false
}
