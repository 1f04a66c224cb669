import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseDocument } from 'yaml'
import type { Estate } from '../../domain/profile.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Site } from '../../domain/site.ts'
import { formatComplaints, loadInventory } from '../../inventory/index.ts'
import type { Lab } from '../../lab/index.ts'
import { pinIn } from '../trust-key.ts'
import { keepRealEstate } from './real-estate.ts'

/** A copy of everything that a command reads and writes beside the hosts, in a temporary folder. */
export interface Overlay {
  readonly folder: string
  /** The inventory with the lab's hosts in place of the real ones. */
  readonly inventory: string
  /** What `.chancery` is otherwise. */
  readonly work: string
  readonly stateBackend: string
  /** File of the private key that the lab's hosts let in. */
  readonly key: string
  /** Laid over the environment of the rehearsed command. */
  readonly env: { readonly [name: string]: string }
  remove(): void
}

export function makeOverlay(real: Estate): Overlay {
  const folder = mkdtempSync(join(tmpdir(), 'chancery-rehearsal-'))
  const inventory = join(folder, 'inventory')
  const work = join(folder, 'work')
  const state = join(folder, 'state')
  cpSync(real.folder, inventory, { recursive: true })
  keepRealEstate(folder, real)
  for (const each of [work, state]) mkdirSync(each, { recursive: true })
  return {
    folder,
    inventory,
    work,
    stateBackend: pathToFileURL(state).href,
    key: join(folder, 'key'),
    env: {
      CHANCERY_INVENTORY: inventory,
      CHANCERY_WORK_FOLDER: work,
      CHANCERY_MACHINE_FOLDER: join(folder, 'machine'),
      CHANCERY_REHEARSAL: folder,
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/**
 * Points the copied inventory at the lab: the hosts of the rehearsed sites at its ports, every other host at a port that nobody
 * listens on, so that no host of the real estate can be reached. The hosts' keys are pinned in a known_hosts file of its own.
 */
export function pointAtLab(
  overlay: Overlay,
  real: Estate,
  sites: readonly Site[],
  lab: Lab,
): Result<Estate, string> {
  const knownHosts = join(overlay.folder, 'known_hosts')
  const rehearsed = new Set(sites.map((site) => site.id))
  let closed = 0
  const rows = real.sites.flatMap((site) =>
    site.hosts.map((host) => {
      const port = rehearsed.has(site.id) ? lab.host(host.id).port : ++closed
      return [host.id, site.id, '127.0.0.1', String(port), host.account, overlay.key, '', 'synthetic']
    }),
  )
  writeFileSync(
    join(overlay.inventory, 'hosts.csv'),
    [hostColumns, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join(''),
  )
  const organisation = join(overlay.inventory, 'organisation.yaml')
  const document = parseDocument(readFileSync(organisation, 'utf8'))
  document.set('stateBackend', overlay.stateBackend)
  document.set('knownHosts', knownHosts)
  if (real.passphraseFile !== undefined) document.set('passphraseFile', real.passphraseFile)
  document.setIn(['defaults', 'key'], overlay.key)
  // Neither the conference system, nor a second line, nor who uses the links of the real estate has a part in a rehearsal.
  document.delete('conference')
  document.delete('leases')
  rmSync(join(overlay.inventory, 'second-lines.yaml'), { force: true })
  writeFileSync(organisation, document.toString())
  for (const { id, port, hostKey } of lab.hosts) {
    const pinned = pinIn(
      knownHosts,
      { address: '127.0.0.1', port },
      Buffer.from(hostKey.split(' ')[1]!, 'base64'),
    )
    if (!pinned.ok) return err(`${id}: ${pinned.error}`)
  }
  const loaded = loadInventory(overlay.inventory)
  return loaded.ok ? ok(loaded.value) : err(formatComplaints(loaded.error))
}

const hostColumns = ['id', 'site', 'address', 'port', 'account', 'key', 'jump', 'provenance']
const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** Stacks of these sites that were worked on in this folder: `mission.beirut`. */
export function stacksOf(work: string, sites: readonly Site[]): readonly { program: string; site: string }[] {
  const folder = join(work, 'stacks')
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((stack) => {
    const at = stack.lastIndexOf('.')
    const site = stack.slice(at + 1)
    return at > 0 && sites.some(({ id }) => id === site) ? [{ program: stack.slice(0, at), site }] : []
  })
}
