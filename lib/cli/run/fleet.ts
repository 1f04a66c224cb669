import { join } from 'node:path'
import type { Clock } from '../../domain/clock.ts'
import type { Emit } from '../../domain/event.ts'
import type { Estate } from '../../domain/profile.ts'
import { err, ok } from '../../domain/result.ts'
import type { Rollout } from '../../domain/rollout.ts'
import type { Host, Link } from '../../domain/site.ts'
import { offLimits } from '../../inventory/index.ts'
import type { OpenLink } from '../../link/index.ts'
import type { HeldLink } from '../../link/lease.ts'
import { describeHolder } from '../../link/holder.ts'
import { openLeases } from '../../link/leases.ts'
import { thisProcess } from '../../link/this-process.ts'
import type { Rules } from '../../link/window.ts'
import { batchWaits, HostBatch } from '../../reconcile/batch.ts'
import type { BulkPort } from '../../transport/delivery/bulk-port.ts'
import type { HostPort } from '../../transport/port.ts'
import { createTransport, type Transport } from '../../transport/session.ts'
import { Contents } from '../delivery/contents.ts'
import { bulkOverEitherLine, type Lines, overEitherLine } from '../links/either-line.ts'
import { leasePlace } from '../links/lease-place.ts'
import { linkFolder, managedFrom } from '../links/machine-folder.ts'
import { type LinkLeave, openLinks } from '../links/open-links.ts'
import { patienceAt } from '../resolve/patience-at.ts'
import { fileMemory } from './host-memory.ts'

/** The hosts of an estate as one process reaches them: one session, one batch a host, one door a link. */
export interface Fleet {
  port(host: string): HostPort
  /** The key that a host shows, pinned or not; nothing of a login is sent. */
  hostKey: Transport['hostKey']
  batch(host: string): HostBatch
  link(site: string): OpenLink
  /** The site's link with the figures of the line that carries, and which one that is. */
  lineInUse(site: string): { readonly line: 'primary' | 'backup'; readonly link: Link }
  /** When work may start at a site: by its own windows and blackouts, and by those of the rollout that it is part of. */
  startRules(site: string): readonly Rules[]
  /** Files of this machine, and their way into the stores of the hosts. */
  readonly contents: Contents
  /** Every link that some process holds or waits for, this one's included. Rejects with `LeaseStoreUnusable`. */
  holders(): Promise<readonly HeldLink[]>
  /** Name of the store that leases come from. Rejects likewise. */
  leaseStore(): Promise<string>
  close(): Promise<void>
}

export type FleetOptions = {
  readonly estate: Estate
  readonly clock: Clock
  readonly emit: Emit
  /** Folder `.chancery`. */
  readonly root: string
  /** Where the folder of this machine's links is found; default this process's. */
  readonly env?: { readonly [name: string]: string | undefined }
  /** Folder that relative paths of files to deliver start from; default the inventory's. */
  readonly base?: string
  /** What a person said beside the timetable. Default: nothing. */
  readonly leave?: LinkLeave
  /** The rollout that the work is part of. Default: none. */
  readonly rollout?: Rollout
  /** After a connection was lost during an act, the host is tried again for so long, ms. Default: until its window closes. */
  readonly reconnectMs?: number | undefined
}

const noLeave: LinkLeave = { anytime: false, onBackup: false }

export function openFleet({
  estate,
  clock,
  emit: tell,
  root,
  env,
  base,
  leave = noLeave,
  rollout,
  reconnectMs,
}: FleetOptions): Fleet {
  const sites = new Map(estate.sites.map((site) => [site.id, site]))
  const hosts = new Map<string, Host>(
    estate.sites.flatMap((site) => site.hosts.map((host) => [host.id, host])),
  )
  const batches = new Map<string, HostBatch>()
  const memory = fileMemory(join(root, 'hosts.json'))
  const folder = linkFolder(estate, env)
  const leases = openLeases({ place: leasePlace(estate, folder), clock, emit: tell })
  const me = thisProcess()

  const hostOf = (id: string): Host => {
    const host = hosts.get(id)
    if (host === undefined) throw new Error(`Internal error: host ${id} is not in the inventory`)
    return host
  }
  const emit: Emit = (event) => {
    tell(event)
    if ('host' in event) {
      const site = hosts.get(event.host)?.site
      if (site !== undefined) links.hear(event, site)
    }
  }
  const links = openLinks({
    sites: estate.sites,
    clock,
    emit: tell,
    folder,
    lease: (id, abort) => leases.take(id, abort),
    leave,
    rules: (site) => rollout?.rules.get(site) ?? [],
    // A line that is down ends nothing by itself; one that is up again is taken when there is a pause.
    switched: (site, line) => {
      for (const host of sites.get(site)?.hosts ?? [])
        transport.reconnect(host.id, `the ${line} line carries now`, line === 'backup' ? 'any' : 'idle')
    },
  })
  const over = (host: Host) => (): { readonly address: string; readonly port: number } | undefined =>
    links.line(host.site) === 'backup' ? sites.get(host.site)?.link.backup?.hosts[host.id] : undefined
  const linesOf = (site: string): Lines => ({
    line: () => links.line(site),
    decide: (abort) => links.decide(site, abort),
  })
  const portOf = (id: string): HostPort => {
    const port = transport.host(id)
    const { site } = hostOf(id)
    if (sites.get(site)?.link.backup === undefined) return port
    return overEitherLine(port, linesOf(site))
  }
  const bulkOf = (id: string): BulkPort => {
    const port = transport.bulk(id)
    const { site } = hostOf(id)
    return sites.get(site)?.link.backup === undefined ? port : bulkOverEitherLine(port, linesOf(site))
  }
  const startRules = (site: string): readonly Rules[] => [
    links.inUse(site),
    ...(rollout?.rules.get(site) ?? []),
  ]
  const transport = createTransport({
    resolve: (id) => ({ ...hostOf(id), over: over(hostOf(id)) }),
    knownHosts: estate.knownHosts,
    // A name that is an address has been asked about as one already.
    allowed: (address, hostName) => {
      if (outsideRehearsal(estate))
        return err({ network: 'everything outside the rehearsal', by: `address ${address}` })
      const network =
        offLimits(estate.offLimits, { address }) ??
        (hostName === address ? undefined : offLimits(estate.offLimits, { hostName }))
      return network === undefined
        ? ok(undefined)
        : err({
            network: network.name,
            by: hostName === address ? `address ${address}` : `${hostName}, address ${address}`,
          })
    },
    door: (host) => links.link(hostOf(host).site),
    emit,
    clock,
    memory,
    sender: { from: managedFrom(estate), by: describeHolder(me) },
  })
  return {
    contents: new Contents({
      bulk: bulkOf,
      link: (host) => links.link(hostOf(host).site),
      clock,
      emit,
      from: managedFrom(estate),
      base: base ?? estate.folder,
      root,
    }),
    port: portOf,
    hostKey: (host) => transport.hostKey(host),
    batch(host) {
      const known = batches.get(host)
      if (known !== undefined) return known
      const { site } = hostOf(host)
      const { rttMs } = links.inUse(site)
      const patience = patienceAt(host, startRules(site), emit, reconnectMs)
      const made = new HostBatch(portOf(host), { clock, ...batchWaits(rttMs), patience })
      batches.set(host, made)
      return made
    },
    link: (site) => links.link(site),
    lineInUse: (site) => ({ line: links.line(site), link: links.inUse(site) }),
    startRules,
    holders: leases.holders,
    leaseStore: leases.store,
    async close() {
      await transport.close()
      links.close()
      await leases.close()
      memory.save()
    },
  }
}

/** In a rehearsal only the rehearsal's own inventory is reached, whatever inventory a runbook loads. */
function outsideRehearsal(estate: Estate): boolean {
  const folder = process.env['CHANCERY_REHEARSAL']
  return folder !== undefined && !estate.folder.startsWith(folder)
}
