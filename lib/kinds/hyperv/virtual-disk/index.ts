import type { Kind } from '../../kind.ts'
import { foldCase } from '../../windows-path.ts'
import { listing } from './listing.ts'
import { plan, remove } from './plan.ts'
import { found, type Found, props, type Want } from './props.ts'

export const kind: Kind<Want, Found> = {
  token: 'hyperv:VirtualDisk',
  about: 'A virtual disk: a .vhdx file, new or a copy of an image on the host.',
  props,
  found,
  references: [],
  secrets: [],
  replaceOn: ['path'],
  holdsData: true,
  irreplaceable: true,
  needsFeature: 'Hyper-V',
  identity: (want) => foldCase(want.path),
  look: (want, recorded) => ({
    path: want.path,
    source: recorded === undefined ? (want.copyFrom?.path ?? null) : null,
  }),
  plan,
  remove,
  outs: found.pick({ diskId: true, sizeBytes: true }),
  outputs: (seen) => ({ diskId: seen.diskId, sizeBytes: seen.sizeBytes }),
  listing,
}
