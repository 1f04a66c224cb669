import { hostname } from 'node:os'
import type { Clock } from '../domain/clock.ts'
import type { Emit } from '../domain/event.ts'
import { holdLease, type Lease } from './lease.ts'
import { openLeaseStore } from './lease-store.ts'

/** The leases of this process among all that use the same file on this machine. */
export type LocalLeases = {
  /** For `createLink`. */
  readonly take: (link: string, abort: AbortSignal) => Promise<Lease>
  readonly close: () => void
}

/** Opens the leases in a file, which is made with its folder. Waiting for another process is an event. */
export function openLocalLeases({
  file,
  clock,
  emit,
}: {
  readonly file: string
  readonly clock: Clock
  readonly emit: Emit
}): LocalLeases {
  const machine = hostname()
  const store = openLeaseStore(file, machine)
  return {
    take: (link, abort) =>
      holdLease(
        link,
        {
          store,
          clock,
          machine,
          pid: process.pid,
          waiting: (id, by) =>
            emit({
              kind: 'link',
              host: id,
              state: 'waiting',
              detail: `process ${by.pid} on ${by.machine} uses the link since ${new Date(by.since).toISOString()}`,
            }),
        },
        abort,
      ),
    close: () => store.close(),
  }
}
