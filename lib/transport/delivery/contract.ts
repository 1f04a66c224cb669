import type { Result } from '../../domain/result.ts'
import type { DeliveryChannel, DeliverySender, DeliveryTrouble } from './wire.ts'

/**
 * Brings a content into a host's store over one channel: `deliver` in `deliver.ts` is of this type. It opens, chooses a base, sends what is
 * missing and has it verified; an interrupted one is simply called again, with a new channel, by whatever process, on whatever day.
 */
export type Deliver = (
  channel: DeliveryChannel,
  content: DeliverySource,
  options: DeliverOptions,
) => Promise<Result<Delivered, DeliveryFailure>>

/** What is to be delivered: a file of this machine whose SHA-256 is known (`measureSource` in `lib/link/delivery/source.ts`). */
export type DeliverySource = {
  readonly path: string
  readonly sha: string
  readonly size: number
  /** What a person calls it; versions of one series have similar names. */
  readonly name: string
  /** What the file system said of it when it was hashed; another value later means that it was written to since. */
  readonly stamp: string
}

export type DeliverOptions = {
  /** Folder of contents delivered before (`.chancery/content`): bases to encode against. Undefined: none are kept. */
  readonly store: string | undefined
  readonly sender?: DeliverySender
  /** Link bytes of a chunk at most, 4 KB to 1 MB: what a kill may cost. Default 65,536. */
  readonly chunkBytes?: number
  /** Versions of a series that stay on the host, and bytes of its whole store. Default 3 and 8 GiB. */
  readonly keep?: { readonly versions: number; readonly bytes: number }
  /** A folder of the host with a bundle (a courier's disk): taken from there, nothing is sent. */
  readonly bundle?: string
  /** How long it waits for another delivery of the same content, ms. Default 60,000. */
  readonly waitMs?: number
  readonly onProgress?: (progress: DeliveryProgress) => void
  readonly abort?: AbortSignal
}

export type DeliveryProgress = {
  /** Bytes of content that the host has, and of all. */
  readonly at: number
  readonly size: number
  /** Bytes that it had when the channel was opened. */
  readonly from: number
  /** Bytes written to the channel so far, heads included. */
  readonly sent: number
  /** What it is encoded against; null: nothing. */
  readonly base: string | null
}

export type Delivered = {
  readonly sha: string
  /** `held`: nothing was sent. */
  readonly how: 'held' | 'delta' | 'signature' | 'whole' | 'bundle'
  readonly sent: number
  readonly received: number
  /** Where it was taken up: bytes that were there before. */
  readonly resumedAt: number
  readonly base: string | null
  /** SHA-256 of every content that the host holds now. */
  readonly holds: readonly string[]
  /** What was unusual, a sentence each: a corrupted base that was left aside, versions that were deleted. */
  readonly notes: readonly string[]
}

export type DeliveryFailure =
  /** The channel ended; what had arrived stays. Call again. */
  | { readonly kind: 'lost'; readonly at: number; readonly detail: string }
  /** The host refused, and says why; what had arrived stays. */
  | ({ readonly kind: 'refused'; readonly at: number } & { readonly trouble: DeliveryTrouble })
  /** The file here is no longer what was hashed. Nothing was put in place. */
  | { readonly kind: 'source-changed'; readonly path: string; readonly detail: string }
  | { readonly kind: 'source-unreadable'; readonly path: string; readonly detail: string }
  | { readonly kind: 'protocol'; readonly detail: string }
  | { readonly kind: 'interrupted' }
