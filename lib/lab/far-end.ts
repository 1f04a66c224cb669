import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { Flow, type Lane, type Line } from './flow.ts'

/** The host's end of a connection, as far away as the link makes it. */
export class FarEnd extends Duplex {
  readonly socket: Socket
  readonly #up: Flow
  readonly #down: Flow
  readonly bytes = { up: 0, down: 0 }
  #held: Buffer[] | undefined
  #ended = false

  constructor(socket: Socket, up: Lane, down: Lane, link: Line) {
    super({ allowHalfOpen: true })
    this.socket = socket
    socket.setNoDelay(true)
    this.#up = new Flow(up, link, (bytes) => {
      if (!this.destroyed) this.push(bytes)
    })
    this.#down = new Flow(down, link, (bytes) => {
      if (!socket.destroyed) this.#give(bytes)
    })
    socket.on('data', (bytes: Buffer) => {
      this.bytes.up += bytes.length
      if (this.#held !== undefined) this.#held.push(bytes)
      else this.#arrive(bytes)
    })
    // What the client sent before it went is on its way and arrives.
    const gone = (): void => void this.#up.flushed().then(() => this.destroy())
    socket.on('end', gone)
    socket.on('error', gone)
    socket.on('close', gone)
  }

  /** Keeps what arrives until `release`. */
  hold(): void {
    this.#held = []
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    if (held.length > 0) this.#arrive(Buffer.concat(held))
  }

  /** Resolves once everything written so far has reached the client. */
  flushed(): Promise<void> {
    return this.#down.flushed()
  }

  /** Cuts the connection once everything written so far has reached the client. */
  cutWhenFlushed(): void {
    void this.flushed().then(() => this.cut())
  }

  /** Cuts the connection now; what is on its way is lost. */
  cut(): void {
    this.#up.stopped = true
    this.#down.stopped = true
    this.socket.destroySoon()
    this.destroy()
  }

  override _read(): void {
    if (this.socket.isPaused() && !this.#up.full) this.socket.resume()
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.bytes.down += bytes.length
    if (this.#down.full) this.#down.send(bytes, () => done())
    else {
      this.#down.send(bytes)
      done()
    }
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#ended = true
    this.cutWhenFlushed()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#up.stopped = true
    if (!this.#ended) {
      this.#down.stopped = true
      this.socket.destroy()
    }
    done(error)
  }

  /** What the host says in one turn leaves together, as from OpenSSH's own loop. */
  #give(bytes: Buffer): void {
    this.socket.cork()
    this.socket.write(bytes)
    setImmediate(() => this.socket.uncork())
  }

  #arrive(bytes: Buffer): void {
    if (this.#up.full) this.socket.pause()
    this.#up.send(bytes, () => {
      if (this.socket.isPaused() && !this.#up.full) this.socket.resume()
    })
  }
}
