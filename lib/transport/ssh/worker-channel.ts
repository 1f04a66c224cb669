import type { Client, ClientChannel } from 'ssh2'
import type { Result } from '../../domain/result.ts'
import type { BesideOrder, ByteChannel, Ears } from '../delivery/bulk-port.ts'
import { type BesideFailure, openByteChannel } from './byte-channel.ts'
import type { PacedSocket } from './paced-socket.ts'

/** The worker's standard input and output on a host. */
export class WorkerChannel {
  readonly #client: Client
  readonly #channel: ClientChannel
  readonly #socket: PacedSocket
  readonly #release: () => void
  #closed: string | undefined
  #detail: string | undefined
  #mark: number
  #ears: Ears | undefined

  /** Made in the turn in which the channel was handed over, so that nothing is missed. `sent`: what the command reads first has gone ahead with the login. */
  constructor(
    client: Client,
    channel: ClientChannel,
    socket: PacedSocket,
    release: () => void,
    sent: boolean,
  ) {
    this.#client = client
    this.#channel = channel
    this.#socket = socket
    this.#release = release
    this.#mark = sent ? -1 : socket.passed
    channel.on('exit', (code: number | null, signal?: string) => {
      this.#detail ??=
        code === null
          ? `the worker was ended by ${signal ?? 'a signal'}`
          : `the worker ended with code ${code}`
    })
    channel.on('close', () => this.#end('the channel was closed by the host'))
    client.on('error', (error) => (this.#detail ??= error.message))
    client.on('close', () => this.#end('connection lost'))
  }

  /** Until then what arrives is kept. */
  listen(ears: Ears): void {
    this.#ears = ears
    this.#channel.on('data', ears.bytes)
    this.#channel.stderr.on('data', ears.noise)
    const closed = this.#closed
    if (closed !== undefined) setImmediate(() => ears.closed(closed))
  }

  #end(detail: string): void {
    if (this.#closed !== undefined) return
    this.#closed = this.#detail ?? detail
    this.#client.end()
    this.#release()
    this.#ears?.closed(this.#closed)
  }

  get open(): boolean {
    return this.#closed === undefined
  }

  /** A second command on the same connection. */
  beside(
    order: BesideOrder,
    pace: (bytes: number, abort?: AbortSignal) => Promise<void>,
  ): Promise<Result<ByteChannel, BesideFailure>> {
    return openByteChannel(this.#client, this.#socket, order, pace)
  }

  write(text: string): void {
    this.#mark = this.#socket.accepted
    this.#channel.write(text)
  }

  /** Whether any byte of the last write may have left: until then, losing the connection means that nothing was sent. */
  get left(): boolean {
    return this.#socket.passed > this.#mark
  }

  /** Ends the connection; `closed` is heard with this detail. */
  close(detail: string): void {
    this.#detail ??= detail
    this.#channel.close()
    this.#client.end()
    this.#socket.destroy()
  }
}
