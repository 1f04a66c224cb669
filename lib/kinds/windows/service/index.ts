import type { Kind } from '../../kind.ts'
import { foldCase } from '../../windows-path.ts'
import { listing } from './listing.ts'
import { modeOf, plan, remove } from './plan.ts'
import { found, type Found, outs, props, type Want } from './props.ts'

export const kind: Kind<Want, Found> = {
  token: 'windows:Service',
  about: 'How a service that the host has starts, and whether it runs.',
  props,
  found,
  references: [],
  secrets: [],
  replaceOn: ['name'],
  holdsData: false,
  builtIn: true,
  identity: (want) => foldCase(want.name),
  look: (want) => ({ name: want.name }),
  plan,
  remove,
  outs,
  outputs: (seen) => ({ currentStartMode: modeOf(seen), currentStatus: seen.status }),
  listing,
}
