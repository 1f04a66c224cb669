import { randomInt } from 'node:crypto'
import { type Clock, systemClock } from '../domain/clock.ts'
import { LabHost, type LabHostSpec } from './host.ts'
import { LabLink, type LabLinkSpec } from './link.ts'
import { createExecutor } from './windows/executor.ts'

export { type FaultName, faultTable } from './fault-table.ts'
export type { Fault } from './faults.ts'
export { LabHost, type LabHostSpec } from './host.ts'
export { LabLink, type LabLinkSpec } from './link.ts'
export type { AtBoundary } from './channel.ts'
export { ProcessEnded } from './executor.ts'
export type { LabCounters } from './server.ts'
export type { Boundary } from './worker.ts'
export { World } from './world/world.ts'

export type LabOptions = {
  readonly hosts: readonly LabHostSpec[]
  /** Links by site; a site without one has no delay. */
  readonly links: readonly LabLinkSpec[]
  /** Second lines by site; a site without one has one without delay, for hosts that listen on it. */
  readonly backups?: readonly LabLinkSpec[]
  readonly clock?: Clock
  /** How long a restart takes, ms. Default 3000. */
  readonly restartMs?: number
  /** False: what scripts sleep takes no real time. Default true. */
  readonly waits?: boolean
  /** Identities that Windows draws at random (of machines, switches, disks) come from it. Default: another one each time. */
  readonly seed?: number
}

/** A running rehearsal estate. Worlds last as long as it does. */
export interface Lab {
  readonly hosts: readonly LabHost[]
  /** Throws on an id that is not in the lab: a defect of the caller. */
  host(id: string): LabHost
  /** The link of a site; shared by its hosts. */
  link(site: string): LabLink
  /** The second line of a site. */
  backup(site: string): LabLink
  close(): Promise<void>
}

/** Starts every host; resolves when all listen. Rejects when a port is taken. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const clock = options.clock ?? systemClock
  const linksOf = (specs: readonly LabLinkSpec[]): ((site: string) => LabLink) => {
    const links = new Map<string, LabLink>()
    return (site) => {
      const known = links.get(site)
      if (known !== undefined) return known
      const made = new LabLink(
        specs.find((l) => l.site === site),
        clock,
      )
      links.set(site, made)
      return made
    }
  }
  const linkOf = linksOf(options.links)
  const backupOf = linksOf(options.backups ?? [])
  const executorOf = await createExecutor()
  const seed = options.seed ?? randomInt(2 ** 31)
  const hosts = options.hosts.map(
    (spec, index) =>
      new LabHost({
        spec,
        link: linkOf(spec.site),
        backup: backupOf(spec.site),
        clock,
        restartMs: options.restartMs ?? 3000,
        executorOf,
        waits: options.waits ?? true,
        seed: seed + index,
        address: `10.64.${Math.floor(index / 200)}.${(index % 200) + 10}`,
      }),
  )
  const closeAll = () => Promise.all(hosts.map((host) => host.close()))
  try {
    await Promise.all(hosts.map((host) => host.listen()))
  } catch (cause) {
    await closeAll()
    throw cause
  }
  const byId = new Map(hosts.map((host) => [host.id, host]))
  return {
    hosts,
    host: (id) => {
      const host = byId.get(id)
      if (host === undefined)
        throw new Error(`Internal error: no lab host ${id}; there are ${[...byId.keys()].join(', ')}`)
      return host
    },
    link: linkOf,
    backup: backupOf,
    close: async () => void (await closeAll()),
  }
}
