import type { Json, JsonObject } from '../../domain/json.ts'
import type { Features } from './features.ts'
import { bytesOf, lengthOf, sha256 } from './file-nodes.ts'
import type { Files } from './files.ts'
import type { HyperV } from './hyperv.ts'
import type { Machine } from './machine.ts'
import type { Network } from './network.ts'
import type { Services } from './services.ts'

/** The parts of a world that last. */
type Lasting = {
  readonly files: Files
  readonly features: Features
  readonly services: Services
  readonly network: Network
  readonly hyperv: HyperV
}

/** A world as JSON: everything that lasts, nothing that a mere look changes (process ids, times of access). */
export function snapshotOf(world: Lasting): JsonObject {
  return {
    files: Object.fromEntries(
      world.files
        .walk()
        .filter(([, node]) => node.kind === 'file')
        .map(([path, node]): [string, Json] => {
          if (node.kind !== 'file') return [path, null]
          const { content } = node
          const common = { length: lengthOf(content), sha256: sha256(bytesOf(content)) }
          return [
            path,
            content.kind === 'bytes'
              ? common
              : { ...common, type: content.disk.type, size: content.disk.size, id: content.disk.id },
          ]
        }),
    ),
    folders: world.files.walk().flatMap(([path, node]) => (node.kind === 'folder' ? [path] : [])),
    features: Object.fromEntries(
      world.features.all.filter((f) => f.state !== 'Available').map((f) => [f.name, f.state]),
    ),
    services: Object.fromEntries(
      world.services.all.map((s) => [
        s.name,
        { startType: s.startType, delayed: s.delayed, running: s.running },
      ]),
    ),
    adapters: world.network.adapters.map((a) => ({
      name: a.name,
      index: a.index,
      status: a.status,
      switchId: a.switchId ?? null,
    })),
    addresses: world.network.addresses.map((a) => ({ address: a.address, adapter: a.adapter })),
    hyperv: {
      settings: { ...world.hyperv.settings },
      switches: world.hyperv.switches.map((s) => ({ ...s })).sort(byName),
      machines: world.hyperv.machines.map(machineOf).sort(byName),
    },
  }
}

const machineOf = (machine: Machine) => ({
  ...machine,
  startedAt: machine.startedAt ?? null,
  adapters: machine.adapters.map((a) => ({ ...a, switchId: a.switchId ?? null, vlan: { ...a.vlan } })),
  drives: machine.drives.map((d) => ({ ...d, path: d.path ?? null })),
  integration: [...machine.integration].sort(),
  checkpoints: machine.checkpoints.map((c) => ({ ...c, parentId: c.parentId ?? null })),
})

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0
