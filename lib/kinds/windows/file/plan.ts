import { nothing, type Plan, refuse, step, steps } from '../../kind.ts'
import type { Found, Want } from './props.ts'
import { encodings, fingerprint } from './text.ts'

/** Writes the file unless the bytes on the host are the wanted ones. */
export function plan(want: Want, found: Found | null): Plan {
  const wanted = fingerprint(want.content, want.encoding)
  const write = (because: string, changes: readonly string[]) =>
    steps(
      [step('write', { path: want.path, content: want.content, encoding: want.encoding }, because, changes)],
      '',
    )
  if (found === null) return write(`absent: ${wanted.length} bytes wanted`, ['path', 'content', 'encoding'])
  if (found.sha256 === null) return folderThere(want)
  if (found.sha256 === wanted.sha256) return nothing(`the content is as wanted, ${wanted.length} bytes`)
  const other = encodings.find((encoding) => fingerprint(want.content, encoding).sha256 === found.sha256)
  return other === undefined
    ? write(`content differs: ${wanted.length} bytes wanted, ${found.length} found`, ['content'])
    : write(`encoding differs: ${want.encoding} wanted, ${other} found`, ['encoding'])
}

/** Removes the file; the folders above it stay. */
export function remove(want: Want, found: Found): Plan {
  if (found.sha256 === null) return folderThere(want)
  return steps([step('remove', { path: want.path }, `no longer wanted: ${found.length} bytes go`)], '')
}

const folderThere = (want: Want): Plan =>
  refuse('folder-there', `${want.path} is a folder`, 'Choose another path, or move the folder away.')
