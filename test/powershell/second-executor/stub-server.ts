import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { World } from '../../../lib/lab/world/world.ts'
import { Answering } from './answering.ts'
import { hostOf, type Line, outfit } from './order.ts'

/** Answers the stubs of sessions on one host. */
export type StubServer = {
  readonly port: number
  /** Faults of the simulation itself. */
  readonly defects: readonly unknown[]
  close(): Promise<void>
}

export async function startStubServer(world: World): Promise<StubServer> {
  const sockets = new Set<Socket>()
  const defects: unknown[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.setNoDelay(true).setEncoding('utf8')
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    const answering = new Answering(world)
    const first = [outfit, () => hostOf(world, answering)]
    let heard = ''
    socket.on('data', (text) => {
      const lines = (heard + text.toString()).split('\n')
      heard = lines.pop() ?? ''
      for (const line of lines) {
        const answer = first.shift()?.() ?? answering.answer(JSON.parse(line) as Line)
        if (answering.defect !== undefined) defects.push(answering.defect)
        socket.write(`${JSON.stringify(answer)}\n`)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at = server.address()
  return {
    port: typeof at === 'object' && at !== null ? at.port : 0,
    defects,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
