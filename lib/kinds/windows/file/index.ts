import type { Kind } from '../../kind.ts'
import { foldCase } from '../../windows-path.ts'
import { plan, remove } from './plan.ts'
import { found, type Found, props, type Want } from './props.ts'

export const kind: Kind<Want, Found> = {
  token: 'windows:File',
  about: 'A small text file with exactly this content.',
  props,
  found,
  references: [],
  secrets: [],
  replaceOn: ['path'],
  holdsData: false,
  identity: (want) => foldCase(want.path),
  look: (want) => ({ path: want.path }),
  plan,
  remove,
  outs: found.pick({ length: true, sha256: true }),
  outputs: (seen) => ({ length: seen.length, sha256: seen.sha256 }),
}
