import type { Kind } from '../../kind.ts'
import { foldCase } from '../../windows-path.ts'
import { listing } from './listing.ts'
import { plan, remove } from './plan.ts'
import { found, type Found, outs, props, type Want } from './props.ts'

export const kind: Kind<Want, Found> = {
  token: 'hyperv:VirtualSwitch',
  about: 'A virtual switch of Hyper-V.',
  props,
  found,
  references: [],
  secrets: [],
  replaceOn: [],
  holdsData: false,
  needsFeature: 'Hyper-V',
  identity: (want) => foldCase(want.name),
  look: (want, recorded) => ({ id: recorded?.id ?? null, name: want.name }),
  plan,
  remove,
  outs,
  outputs: (seen) => ({ switchId: seen.id }),
  listing,
}
