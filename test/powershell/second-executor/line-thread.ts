import { spawn } from 'node:child_process'
import { createServer, type Socket } from 'node:net'
import { type MessagePort, workerData } from 'node:worker_threads'

/** What the thread is started with: how PowerShell is started, and where lines go. */
export type LineThread = {
  readonly program: string
  readonly driver: string
  readonly port: MessagePort
  /** Counts what was posted, so that the other thread can wait for it. */
  readonly posted: SharedArrayBuffer
}

/** A line of the engine, or what was left of it. */
export type Posted = { readonly line: string } | { readonly lost: string }

const { program, driver, port, posted } = workerData as LineThread
const count = new Int32Array(posted)
const post = (message: Posted): void => {
  port.postMessage(message)
  Atomics.add(count, 0, 1)
  Atomics.notify(count, 0)
}

let stderr = ''
let socket: Socket | undefined
const server = createServer((connected) => {
  socket = connected.setNoDelay(true).setEncoding('utf8')
  let heard = ''
  socket.on('error', () => undefined)
  socket.on('data', (text) => {
    const lines = (heard + text.toString()).split('\n')
    heard = lines.pop() ?? ''
    for (const line of lines) post({ line })
  })
})
server.listen(0, '127.0.0.1', () => {
  const at = server.address()
  const number = typeof at === 'object' && at !== null ? at.port : 0
  const child = spawn(program, ['-NoProfile', '-NonInteractive', '-File', driver, '-Port', String(number)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()))
  child.once('error', (cause) => post({ lost: cause.message }))
  child.once('exit', (code) => {
    post({ lost: `PowerShell ended with code ${String(code)}. ${stderr}` })
    server.close()
    port.close()
  })
  port.on('message', (line: string | null) => {
    if (line !== null) return void socket?.write(`${line}\n`)
    socket?.destroy()
    child.kill()
  })
})
