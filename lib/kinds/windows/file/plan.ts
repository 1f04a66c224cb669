import { type Content, nothing, type Plan, refuse, type Step, step, steps } from '../../kind.ts'
import type { Found, Want } from './props.ts'
import { placed, placeWhole } from './source.ts'
import { type Digest, encodings, fingerprint, fingerprintUnder } from './text.ts'

/** Writes the file unless the bytes on the host are the wanted ones. */
export function plan(want: Want, found: Found | null): Plan {
  return planWith(fingerprint, want, found)
}

/** The same where the content is secret and what was found has its digest under this key. */
export const planUnder =
  (key: string | undefined) =>
  (want: Want, found: Found | null): Plan => {
    if (want.content === undefined) return plan(want, found)
    return key === undefined ? withoutKey(want) : planWith(fingerprintUnder(key), want, found)
  }

function planWith(digest: Digest, want: Want, found: Found | null): Plan {
  if (found !== null && found.sha256 === null) return folderThere(want)
  return want.content === undefined ? placeWhole(want, found) : writeText(digest, want, want.content, found)
}

function writeText(digest: Digest, want: Want, content: string, found: Found | null): Plan {
  const wanted = digest(content, want.encoding)
  const write = (because: string, changes: readonly string[]) =>
    steps([step('write', { path: want.path, content, encoding: want.encoding }, because, changes)], '')
  if (found === null) return write(`absent: ${wanted.length} bytes wanted`, ['path', 'content', 'encoding'])
  if (found.sha256 === wanted.sha256) return nothing(`the content is as wanted, ${wanted.length} bytes`)
  const other = encodings.find((encoding) => digest(content, encoding).sha256 === found.sha256)
  return other === undefined
    ? write(`content differs: ${wanted.length} bytes wanted, ${found.length} found`, ['content'])
    : write(`encoding differs: ${want.encoding} wanted, ${other} found`, ['encoding'])
}

/** Removes the file; the folders above it stay. */
export function remove(want: Want, found: Found): Plan {
  if (found.sha256 === null) return folderThere(want)
  return steps([step('remove', { path: want.path }, `no longer wanted: ${found.length} bytes go`)], '')
}

/** What the store of the host must hold before the step runs. */
export const contentOf = (want: Want, one: Step): Content | undefined =>
  one.verb === 'place' ? placed(want) : undefined

const folderThere = (want: Want): Plan =>
  refuse('folder-there', `${want.path} is a folder`, 'Choose another path, or move the folder away.')

const withoutKey = (want: Want): Plan =>
  refuse(
    'no-passphrase',
    `the content of ${want.path} is secret, so it is compared only under a key made of the passphrase of the states' secrets, and none is set`,
    'Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to the file with it; an empty one is none.',
  )
