import { existsSync } from 'node:fs'
import type { Clock } from '../domain/clock.ts'
import type { Emit } from '../domain/event.ts'
import { describeHolder, type Holder } from './holder.ts'
import { type HeldLink, holdLease, type Lease, type LeaseStore } from './lease.ts'
import { openLeaseStore } from './lease-store.ts'

/** The leases of this process among all that use the same store. */
export type Leases = {
  /** For `createLink`. Rejects with `LeaseStoreUnusable`. */
  readonly take: (link: string, abort: AbortSignal) => Promise<Lease>
  /** Every link that some process holds or waits for. Rejects likewise. */
  readonly holders: () => Promise<readonly HeldLink[]>
  /** Name of the store: tokens of one can be compared, and no others. Rejects likewise. */
  readonly store: () => Promise<string>
  readonly close: () => Promise<void>
}

/** Where leases are kept: a file of this machine, or a store that `open` reaches. */
export type LeasePlace =
  { readonly file: string } | { readonly open: () => Promise<LeaseStore>; readonly file?: undefined }

/** The leases in a file, which is made with its folder when a link is first taken. Waiting for another process is an event. */
export function openLeases({
  place,
  clock,
  emit,
}: {
  readonly place: LeasePlace
  readonly clock: Clock
  readonly emit: Emit
}): Leases {
  let opened: Promise<LeaseStore> | undefined
  const store = (): Promise<LeaseStore> => {
    opened ??= place.file === undefined ? place.open() : opening(place.file)
    // The next one that asks tries again.
    opened.catch(() => (opened = undefined))
    return opened
  }
  return {
    take: async (link, abort) => {
      const waiting = (id: string, by: Holder): void =>
        emit({
          kind: 'link',
          host: id,
          state: 'waiting',
          detail: `${describeHolder(by)}, uses the link since ${new Date(by.since).toISOString()}`,
        })
      return holdLease(link, { store: await store(), clock, waiting }, abort)
    },
    holders: async () =>
      place.file !== undefined && opened === undefined && !existsSync(place.file)
        ? []
        : (await store()).holders(),
    store: async () => (await store()).id,
    close: async () => {
      await (await opened?.catch(() => undefined))?.close()
    },
  }
}

const opening = (file: string): Promise<LeaseStore> => new Promise((resolve) => resolve(openLeaseStore(file)))
