import type { Failure } from '../../domain/failure.ts'
import type { Result } from '../../domain/result.ts'

/** What a channel's owner hears. */
export type Ears = {
  readonly bytes: (bytes: Buffer) => void
  /** What the program wrote to its standard error. */
  readonly noise: (bytes: Buffer) => void
  /** Once; nothing follows. */
  readonly closed: (detail: string) => void
}

/** A second channel on a host's connection: bytes both ways, what goes out paced in the bulk lane. */
export interface ByteChannel {
  /** Until then what arrives is kept. */
  listen(ears: Ears): void
  /** Aborts when the channel is gone. */
  readonly gone: AbortSignal
  /**
   * Writes bytes in pieces, each once the link has room for it behind all control traffic and the host's window takes it. Resolves
   * when the last one is with the protocol; rejects with the abort's reason, or an Error when the channel is gone.
   */
  write(bytes: Buffer, abort?: AbortSignal): Promise<void>
  /** Tells the program at the other end that nothing more comes. */
  end(): void
  /** Ends the channel alone; the connection stays. */
  close(detail: string): void
}

/** A command, and what it reads first: that goes with the request, without waiting for its answer. */
export type BesideOrder = { readonly command: string; readonly first: Buffer }

/** A host as the delivery of contents sees it. */
export interface BulkPort {
  readonly host: string
  /**
   * Runs a command beside the worker, on the same connection, which is opened where there is none and kept while the channel is.
   * Failures are those of `HostPort.exchange`; `unreachable` also where the host's SSH server takes no second channel.
   */
  beside(order: BesideOrder, abort?: AbortSignal): Promise<Result<ByteChannel, Failure>>
}
