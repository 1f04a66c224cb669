import type { Holder } from '../../link/holder.ts'
import type { HeldLink } from '../../link/lease.ts'
import { LeaseStoreUnusable } from '../../link/lease-failure.ts'
import type { Leases } from '../../link/leases.ts'

/** Who holds which link, and who waits for it, as the store of leases says; `because`: why that is not known. */
export type HeldLinks = {
  /** Which store that is, in words. */
  readonly store: string
  readonly links: ReadonlyMap<string, HeldLink>
  readonly because: string | undefined
}

/** Asks the store of leases. */
export async function heldLinks(leases: Pick<Leases, 'holders'>, store: string): Promise<HeldLinks> {
  try {
    const links = new Map((await leases.holders()).map((held) => [held.link, held]))
    return { store, links, because: undefined }
  } catch (cause) {
    if (!(cause instanceof LeaseStoreUnusable)) throw cause
    return { store, links: new Map(), because: cause.message }
  }
}

/** A process that holds a link or waits for it, on whatever machine. `since`: ms, by the clock of a database, or of the one machine. */
export type LeaseHolder = Holder & { readonly holds: boolean }

/** What the store of leases says of one link. */
export type LinkLease = {
  readonly store: string
  /** The holder first, then who waits, in turn; null = it could not be asked. */
  readonly processes: readonly LeaseHolder[] | null
  readonly because?: string
}

export const leaseOf = ({ store, links, because }: HeldLinks, link: string): LinkLease => {
  if (because !== undefined) return { store, processes: null, because }
  const { holder, waiting = [] } = links.get(link) ?? {}
  return {
    store,
    processes: [
      ...(holder === undefined ? [] : [{ ...holder, holds: true }]),
      ...waiting.map((one) => ({ ...one, holds: false })),
    ],
  }
}
