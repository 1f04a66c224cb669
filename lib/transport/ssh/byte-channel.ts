import type { Client, ClientChannel } from 'ssh2'
import { err, ok, type Result } from '../../domain/result.ts'
import type { BesideOrder, ByteChannel, Ears } from '../delivery/bulk-port.ts'
import { mostBytes, type PacedSocket } from './paced-socket.ts'
import { onLine } from './packets.ts'
import { execWith } from './three-flights.ts'

/** Most that SSH adds to a packet of channel data: length, padding, header, tag. Once seen, the real number is used. */
const mostAdded = 64
/**
 * Payload of one write, bytes: with what SSH adds, one write is one piece for the pacer, and what a small frame waits behind.
 */
const pieceBytes = mostBytes - mostAdded

/** `refused`: by the host, as beyond its limit of sessions; the connection stays. Otherwise it was lost. */
export type BesideFailure = { readonly refused: boolean; readonly detail: string }

/** Opens a channel for one command on a connection that is up; `first` is what it reads first. It may be written to before the host has answered to the command. */
export async function openByteChannel(
  client: Client,
  socket: PacedSocket,
  order: BesideOrder,
  pace: (bytes: number, abort?: AbortSignal) => Promise<void>,
): Promise<Result<ByteChannel, BesideFailure>> {
  const { command, first } = order
  let paid = 0
  try {
    for (let at = 0; at < first.length; at += pieceBytes) {
      const bytes = Math.min(pieceBytes, first.length - at)
      await pace(onLine(bytes))
      socket.prepay(bytes)
      paid += bytes
    }
  } catch (cause) {
    socket.prepay(-paid)
    throw cause
  }
  return new Promise((settle) => {
    const lost = (): void => settle(err({ refused: false, detail: 'connection lost' }))
    client.once('close', lost)
    let opened: SshByteChannel | undefined
    try {
      execWith(
        client,
        command,
        first,
        (error, channel) => {
          client.off('close', lost)
          if (channel === undefined)
            return settle(err({ refused: true, detail: error?.message ?? 'refused' }))
          opened = new SshByteChannel(client, channel, socket, pace)
          settle(ok(opened))
        },
        (error) => opened?.close(`the host did not run the command: ${error.message}`),
      )
    } catch (cause) {
      client.off('close', lost)
      settle(err({ refused: false, detail: cause instanceof Error ? cause.message : String(cause) }))
    }
  })
}

class SshByteChannel implements ByteChannel {
  readonly #channel: ClientChannel
  readonly #socket: PacedSocket
  readonly #pace: (bytes: number, abort?: AbortSignal) => Promise<void>
  readonly #gone = new AbortController()
  #detail: string | undefined
  #ears: Ears | undefined
  #added = mostAdded
  #stop: { readonly of: AbortSignal; readonly signal: AbortSignal } | undefined

  constructor(
    client: Client,
    channel: ClientChannel,
    socket: PacedSocket,
    pace: (bytes: number, abort?: AbortSignal) => Promise<void>,
  ) {
    this.#channel = channel
    this.#socket = socket
    this.#pace = pace
    channel.on('exit', (code: number | null, signal?: string) => {
      this.#detail ??= code === null ? `ended by ${signal ?? 'a signal'}` : `ended with code ${code}`
    })
    const lost = (): void => this.#end('connection lost')
    client.once('close', lost)
    channel.on('close', () => {
      client.off('close', lost)
      this.#end('the channel was closed by the host')
    })
    channel.on('error', (error: Error) => (this.#detail ??= error.message))
  }

  get gone(): AbortSignal {
    return this.#gone.signal
  }

  listen(ears: Ears): void {
    this.#ears = ears
    this.#channel.on('data', ears.bytes)
    this.#channel.stderr.on('data', ears.noise)
    if (this.gone.aborted) setImmediate(() => ears.closed(this.#detail ?? 'closed'))
  }

  async write(bytes: Buffer, abort?: AbortSignal): Promise<void> {
    const stop = this.#stopOf(abort)
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.subarray(at, at + pieceBytes)
      const paid = piece.length + this.#added
      await this.#socket.windows?.room(paid, stop)
      await this.#pace(onLine(paid), stop)
      stop.throwIfAborted()
      const before = this.#socket.accepted
      this.#socket.prepay(paid)
      const given = this.#give(piece, stop)
      const took = this.#socket.accepted - before
      // Nothing is taken while the host's window is used up or keys are exchanged.
      if (took > piece.length && took <= paid) {
        this.#socket.prepay(took - paid)
        if (piece.length === pieceBytes) this.#added = took - piece.length
      }
      await given
    }
  }

  /** Aborts with either; made once for writes of one caller. */
  #stopOf(abort: AbortSignal | undefined): AbortSignal {
    if (abort === undefined) return this.#gone.signal
    if (this.#stop?.of !== abort)
      this.#stop = { of: abort, signal: AbortSignal.any([abort, this.#gone.signal]) }
    return this.#stop.signal
  }

  end(): void {
    if (!this.gone.aborted) this.#channel.end()
  }

  close(detail: string): void {
    if (this.gone.aborted) return
    this.#detail ??= detail
    this.#channel.close()
    this.#end(detail)
  }

  /** Into the channel; waits while the host's window is used up. */
  #give(piece: Buffer, stop: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = (): void => reject(stop.reason as Error)
      stop.addEventListener('abort', gone, { once: true })
      this.#channel.write(piece, () => {
        stop.removeEventListener('abort', gone)
        resolve()
      })
    })
  }

  #end(detail: string): void {
    if (this.gone.aborted) return
    this.#detail ??= detail
    this.#gone.abort(new Error(this.#detail))
    this.#ears?.closed(this.#detail)
  }
}
