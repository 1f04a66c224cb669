import type { Kind } from '../../kind.ts'
import { listing } from './listing.ts'
import { plan, remove } from './plan.ts'
import { found, type Found, props, type Want } from './props.ts'

export const kind: Kind<Want, Found> = {
  token: 'hyperv:Host',
  about: 'The Hyper-V settings of a host: folders, consoles, live migration. One a host.',
  props,
  found,
  references: [],
  secrets: [],
  replaceOn: [],
  holdsData: false,
  builtIn: true,
  needsFeature: 'Hyper-V',
  identity: () => 'host',
  look: () => ({}),
  plan,
  remove,
  outs: found.pick({}),
  outputs: () => ({}),
  listing,
}
