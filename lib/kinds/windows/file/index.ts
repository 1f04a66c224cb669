import type { Kind } from '../../kind.ts'
import { foldCase } from '../../windows-path.ts'
import { listing } from './listing.ts'
import { contentOf, plan, planUnder, remove } from './plan.ts'
import { found, type Found, props, type Want } from './props.ts'

/**
 * A large file of another length than wanted has another content: `observe.ps1` does not read it to know that. `write.ps1` writes beside
 * the file first: a crash or a full disk leaves the old content whole. The scripts cross the line, so they say neither.
 */
export const kind: Kind<Want, Found> = {
  token: 'windows:File',
  about: 'A file with exactly this content: a small text, or a file of the operator of any size.',
  props,
  found,
  references: [],
  secrets: [],
  replaceOn: ['path'],
  holdsData: false,
  identity: (want) => foldCase(want.path),
  source: { file: 'source', sha256: 'sourceSha256', size: 'sourceSize' },
  contentOf,
  keyed: {
    inputs: ['content'],
    under: (key) => ({
      ...kind,
      look: (want) => ({
        ...kind.look(want, undefined),
        digestKey: want.content === undefined ? null : (key ?? ''),
      }),
      plan: planUnder(key),
    }),
  },
  look: (want) => ({ path: want.path, size: want.sourceSize ?? null, digestKey: null }),
  plan,
  remove,
  outs: found.pick({ length: true, sha256: true }),
  outputs: (seen) => ({ length: seen.length, sha256: seen.sha256 }),
  listing,
}
