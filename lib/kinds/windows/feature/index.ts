import type { Kind } from '../../kind.ts'
import { foldCase } from '../../windows-path.ts'
import { listing } from './listing.ts'
import { plan, remove } from './plan.ts'
import { found, type Found, props, type Want } from './props.ts'

export const kind: Kind<Want, Found> = {
  token: 'windows:Feature',
  about: 'A role or feature of Windows Server that is installed.',
  props,
  found,
  references: [],
  secrets: [],
  replaceOn: ['name'],
  holdsData: false,
  identity: (want) => foldCase(want.name),
  look: (want) => ({ name: want.name }),
  plan,
  remove,
  outs: found.pick({ installState: true }),
  outputs: (seen) => ({ installState: seen.installState }),
  listing,
}
