import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatComplaints, loadInventory } from '../../lib/inventory/index.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import type { Point } from './points.ts'

/** So many sites are struck by one blow, each with a stack of its own … */
const sitesAtOnce = 12
/** … and so many hosts, each with a point of its own. A link carries so many frames at once that wait at their steps. */
const hostsOfSite = 2
const ministry = fileURLToPath(new URL('../../inventories/ministry', import.meta.url))

const isRemoval = ({ stage }: Point): boolean => stage.operation === 'delete'

/** As many points as there are seats, removals first. */
export function groupsOf(all: readonly Point[]): readonly (readonly Point[])[] {
  const size = sitesAtOnce * hostsOfSite
  const ordered = [...all.filter(isRemoval), ...all.filter((point) => !isRemoval(point))]
  const groups: Point[][] = []
  for (let at = 0; at < ordered.length;) {
    const removals = ordered.slice(at, at + size).filter(isRemoval).length
    // A removal without another one sits alone.
    const many = removals % hostsOfSite === 0 ? size : size - (hostsOfSite - (removals % hostsOfSite))
    groups.push(ordered.slice(at, at + many))
    at += many
  }
  return groups
}

export type Seat = { readonly site: string; readonly host: string }

/** A host each. The engine removes once all else of a stack is done: a removal shares its site only with removals. */
export function seatsFor(points: readonly Point[]): readonly Seat[] {
  const sites = terrestrial()
  const removals = points.filter(isRemoval).length
  const first = Math.ceil(removals / hostsOfSite) * hostsOfSite
  return points.map((_, at) => {
    const place = at < removals ? at : first + at - removals
    const site = sites[Math.floor(place / hostsOfSite)] ?? ''
    return { site, host: `${site}-hv${(place % hostsOfSite) + 1}` }
  })
}

/** Sites with a host for virtual machines, on a line that carries two frames at once. */
export function terrestrial(): readonly string[] {
  const loaded = loadInventory(ministry)
  if (!loaded.ok) throw new Error(formatComplaints(loaded.error))
  return loaded.value.sites
    .filter(
      ({ id, link, hosts }) => link.medium === 'terrestrial' && hosts.some((host) => host.id === `${id}-hv1`),
    )
    .map(({ id }) => id)
}

/** Ports are chosen free and taken a moment later: another program may come in between. */
export async function rigOf(used: readonly string[], bare: readonly string[]): Promise<Rig> {
  for (let left = 3; ; left--) {
    const ports = await freePorts(used.length * (hostsOfSite - 1))
    const more = used.flatMap((site) =>
      Array.from(
        { length: hostsOfSite - 1 },
        (_, at) => `${site}-hv${at + 2},${site},127.0.0.1,${ports.pop()},chancery,,,synthetic\n`,
      ),
    )
    const inventory = (folder: string): void => appendFileSync(join(folder, 'hosts.csv'), more.join(''))
    try {
      return await startRig({ sites: used, bare, inventory })
    } catch (cause) {
      if (left === 0 || !String(cause).includes('EADDRINUSE')) throw cause
    }
  }
}

async function freePorts(many: number): Promise<number[]> {
  const servers = Array.from({ length: many }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => (server.close(), once(server, 'close'))))
  return ports
}
