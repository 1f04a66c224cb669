import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { dirname, join } from 'node:path'
import type { Clock } from '../domain/clock.ts'
import type { Estate } from '../domain/profile.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { Host, Site } from '../domain/site.ts'
import { keyPairOf, newKeyPair } from '../lab/key-pair.ts'
import { type Fault, type Lab, type LabHostSpec, type LabLinkSpec, startLab } from '../lab/index.ts'
import { makeFolder } from '../link/make-folder.ts'
import { pinIn } from './trust-key.ts'

/** What the lab is asked to rehearse. */
export type LabRequest = {
  readonly estate: Estate
  readonly sites: readonly Site[]
  /** False: the links carry at once what they are given. */
  readonly delay: boolean
  /** Hosts that start without Hyper-V; the others have it when their site's profile needs it. */
  readonly bare: readonly string[]
  readonly faults: readonly { readonly host: string; readonly fault: Fault }[]
  /** How long a restart takes, ms. Default 3000. */
  readonly restartMs?: number
  /** The hosts' time. Default: the machine's. */
  readonly clock?: Clock
}

/**
 * Starts the inventory's hosts in memory, on the ports that it names and on links like theirs. Client key and host keys are made
 * once, beside the inventory's known_hosts file, and the hosts' keys are pinned there: the lab's hosts keep their identity.
 * Nothing is bound but loopback addresses. The error is a sentence.
 */
export async function startLabEstate(request: LabRequest): Promise<Result<Lab, string>> {
  const { estate, sites } = request
  const hosts = sites.flatMap((site) => site.hosts.map((host) => ({ site, host })))
  const foreign = hosts.find(({ host }) => !isLoopback(host.address))
  if (foreign !== undefined)
    return err(
      `host ${foreign.host.id}: expected a loopback address for the lab, got ${foreign.host.address}. Nothing was started. Leave its site out, or use an inventory made for the lab.`,
    )
  const unknown = [...request.bare, ...request.faults.map(({ host }) => host)].find(
    (id) => !hosts.some(({ host }) => host.id === id),
  )
  if (unknown !== undefined)
    return err(
      `host ${unknown}: expected a host of the lab's sites (${hosts.map(({ host }) => host.id).join(', ')})`,
    )

  const specs: LabHostSpec[] = []
  for (const { site, host } of hosts) {
    const client = clientKey(host)
    if (!client.ok) return client
    const hostKey = storedHostKey(estate, host)
    specs.push({
      id: host.id,
      site: site.id,
      port: host.port,
      ...(site.link.backup?.hosts[host.id] === undefined
        ? {}
        : { backupPort: site.link.backup.hosts[host.id]!.port }),
      account: host.account,
      authorizedKey: client.value,
      image: request.bare.includes(host.id) || !needsHyperV(estate, site) ? 'bare' : 'hyperv',
      hostKey,
    })
  }
  const links: readonly LabLinkSpec[] = request.delay
    ? sites.map(({ id, link }) => ({ site: id, rttMs: link.rttMs, kbitPerS: link.kbitPerS }))
    : []
  const backups: readonly LabLinkSpec[] = request.delay
    ? sites.flatMap(({ id, link: { backup } }) =>
        backup === undefined ? [] : [{ site: id, rttMs: backup.rttMs, kbitPerS: backup.kbitPerS }],
      )
    : []
  try {
    const lab = await startLab({
      hosts: specs,
      links,
      backups,
      ...(request.restartMs === undefined ? {} : { restartMs: request.restartMs }),
      ...(request.clock === undefined ? {} : { clock: request.clock }),
    })
    for (const { host } of hosts) {
      const blob = Buffer.from(lab.host(host.id).hostKey.split(' ')[1]!, 'base64')
      const pinned = pinIn(estate.knownHosts, host, blob)
      if (pinned.ok) continue
      await lab.close()
      return err(`${estate.knownHosts}: ${pinned.error}. Nothing was started.`)
    }
    for (const { host, fault } of request.faults) lab.host(host).order(fault)
    return ok(lab)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')
      return err(
        `${cause.message}: another lab, or another program, listens there. Nothing was started. Stop it first.`,
      )
    throw cause
  }
}

const isLoopback = (address: string): boolean =>
  address === 'localhost' || (isIP(address) === 4 && address.startsWith('127.'))

const needsHyperV = (estate: Estate, site: Site): boolean =>
  estate.siteProfiles.get(site.id)?.model === 'mission-server'

/** Public half of the key that logs in to a host; the pair is made where the inventory names a file that does not exist. */
function clientKey(host: Host): Result<string, string> {
  if (host.key === undefined)
    return err(
      `host ${host.id}: the inventory names no key file, so the lab can't know who may log in. Name one in its column key.`,
    )
  if (!existsSync(host.key)) writeKey(host.key, newKeyPair())
  const pair = keyPairOf(readFileSync(host.key, 'utf8'))
  return pair.ok ? ok(pair.value.publicLine) : err(`key file ${host.key}: ${pair.error}`)
}

function storedHostKey(estate: Estate, host: Host): string {
  const file = join(dirname(estate.knownHosts), 'host-keys', host.id)
  if (!existsSync(file)) writeKey(file, newKeyPair())
  return readFileSync(file, 'utf8')
}

function writeKey(file: string, pair: { readonly privatePem: string; readonly publicLine: string }): void {
  makeFolder(dirname(file), 0o700)
  writeFileSync(file, pair.privatePem, { mode: 0o600 })
  writeFileSync(`${file}.pub`, `${pair.publicLine}\n`)
}
