import { Duplex } from 'node:stream'
import type { FirstWindows } from './first-windows.ts'
import { onLine } from './packets.ts'

/** Written at once: on the line, no more than `door.pace` takes a call. */
export const mostBytes = 3940

/**
 * A byte stream whose every outgoing byte waits for the link's budget, in pieces that take at most 4096 bytes on the line. It stands between the SSH
 * protocol and the socket (or the jump host's channel), so that handshake, keep-alive and data are all paced, in one place.
 */
export class PacedSocket extends Duplex {
  readonly #inner: Duplex
  readonly #pace: (bytes: number) => Promise<void>
  readonly windows: FirstWindows | undefined
  #passed = 0
  #paid = 0

  /** @param windows what TCP takes at first; absent: not known */
  constructor(inner: Duplex, pace: (bytes: number) => Promise<void>, windows?: FirstWindows) {
    super({ allowHalfOpen: true, emitClose: true, writableHighWaterMark: mostBytes })
    this.#inner = inner
    this.#pace = pace
    this.windows = windows
    inner.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) inner.pause()
    })
    inner.on('end', () => this.push(null))
    inner.on('error', (error: Error) => this.destroy(error))
    inner.on('close', () => this.destroy())
  }

  /** Bytes handed to the network so far. */
  get passed(): number {
    return this.#passed
  }

  /** Bytes taken from the protocol so far: `accepted` noted after a write is reached by `passed` once that write is on the wire. */
  get accepted(): number {
    return this.#passed + this.writableLength
  }

  /** So many bytes more (less than 0: fewer) have waited for the budget already, in the bulk lane: whatever goes out next uses them up first. */
  prepay(bytes: number): void {
    this.#paid = Math.max(0, this.#paid + bytes)
  }

  override _read(): void {
    this.#inner.resume()
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(bytes).then(() => done(), done)
  }

  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk))).then(() => done(), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#inner.end()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#inner.destroy()
    done(error)
  }

  async #send(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += mostBytes) {
      const piece = bytes.subarray(at, at + mostBytes)
      const paid = Math.min(this.#paid, piece.length)
      this.#paid -= paid
      if (paid < piece.length) await this.#pace(onLine(piece.length - paid))
      if (this.destroyed || !this.#inner.writable) throw new Error('connection closed')
      this.windows?.sent(piece.length)
      this.#inner.write(piece)
      this.#passed += piece.length
    }
  }
}
