import { type Plan, refuse } from '../../kind.ts'
import { foldCase } from '../../windows-path.ts'
import type { Found, Want } from './props.ts'

/**
 * A disk that the machine had where it is declared and has elsewhere now, under the same file name: its storage was moved by hand. To take
 * it off and look for the old file would leave the machine without its disk.
 */
export function movedDisk(want: Want, found: Found, recorded: Found | undefined): Plan | undefined {
  const before = new Set(bases(recorded))
  const now = bases(found)
  for (const { path } of want.disks ?? []) {
    const old = foldCase(path)
    if (!before.has(old) || now.includes(old)) continue
    const moved = now.find((base) => !before.has(base) && leaf(base) === leaf(old))
    if (moved === undefined) continue
    const to = found.disks.find(({ base }) => base !== null && foldCase(base) === moved)?.base ?? moved
    return refuse(
      'disk-moved',
      `disk ${path} lies at ${to} now: the storage of ${found.name} was moved by hand`,
      'Declare where it is now, or move it back. A disk on another host’s storage can’t be declared: leave disks out, and they stay as they are.',
    )
  }
  return undefined
}

const bases = (seen: Found | undefined): readonly string[] =>
  (seen?.disks ?? []).flatMap(({ base }) => (base === null ? [] : [foldCase(base)]))

const leaf = (path: string): string => path.slice(path.lastIndexOf('\\') + 1)
