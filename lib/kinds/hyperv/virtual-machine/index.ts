import type { Kind } from '../../kind.ts'
import { foldCase } from '../../windows-path.ts'
import { listing } from './listing.ts'
import { plan, remove } from './plan.ts'
import { found, type Found, outs, props, type Want } from './props.ts'

export const kind: Kind<Want, Found> = {
  token: 'hyperv:VirtualMachine',
  about: 'A virtual machine: hardware, devices, firmware, start and stop actions, power state.',
  props,
  found,
  references: ['adapters', 'disks', 'dvd'],
  secrets: [],
  replaceOn: [],
  holdsData: false,
  irreplaceable: true,
  needsFeature: 'Hyper-V',
  identity: (want) => foldCase(want.name),
  look: (want, recorded) => ({ id: recorded?.id ?? null, name: want.name }),
  plan,
  remove,
  outs,
  outputs: (seen) => ({ machineId: seen.id }),
  listing,
}
