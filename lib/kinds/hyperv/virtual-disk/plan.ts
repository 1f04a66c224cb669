import { nothing, type Plan, refuse, type Step, step, steps, within } from '../../kind.ts'
import type { Found, Want } from './props.ts'

const GiB = 1_073_741_824
const MiB = 1_048_576
const words = { dynamic: 'Dynamic', fixed: 'Fixed' } as const

/** Makes or grows the disk. What can't be done to a file in place is a replacement, and only of a disk that was made here. */
export function plan(want: Want, found: Found | null): Plan {
  if (found === null) return steps(create(want), '')
  const other = otherDisk(want, found)
  if (other.length > 0) return replace(want, found, other)
  if (want.sizeGB === undefined) return nothing(`the disk is as wanted, ${gib(found.sizeBytes)} GiB`)
  const wanted = want.sizeGB * GiB
  if (wanted < found.sizeBytes) {
    return refuse(
      'shrink',
      `sizeGB is ${want.sizeGB} and the disk has ${gib(found.sizeBytes)} GiB: a disk is never made smaller`,
      `Set sizeGB to ${Math.ceil(found.sizeBytes / GiB)}, or make another disk and move the data.`,
    )
  }
  return steps(
    wanted > found.sizeBytes
      ? [grow(want, want.sizeGB, `size differs: ${want.sizeGB} GiB wanted, ${gib(found.sizeBytes)} found`)]
      : [],
    `the disk is as wanted, ${want.sizeGB} GiB`,
  )
}

/** The file goes only when it is the one that was made here. */
export function remove(want: Want, found: Found): Plan {
  if (!found.created) return nothing(`${want.path} was there before, so the file stays`)
  const because = `${want.path} was made here and is no longer wanted`
  return steps([step('remove', { path: want.path, diskId: found.diskId }, because, [], ['deletes-data'])], '')
}

function create(want: Want): readonly Step[] {
  const { path, copyFrom, sizeGB } = want
  const because = `there is no disk ${path}`
  if (copyFrom !== undefined) {
    const params = { path, source: copyFrom.path, sha256: copyFrom.sha256 }
    const copy = within(120, step('copy', params, because, ['path', 'copyFrom']))
    return sizeGB === undefined ? [copy] : [copy, grow(want, sizeGB, 'the image may be smaller than wanted')]
  }
  const params = {
    path,
    sizeBytes: (sizeGB ?? 0) * GiB,
    fixed: want.type === 'fixed',
    blockSizeBytes: want.blockSizeMB === undefined ? null : want.blockSizeMB * MiB,
  }
  const changes = (['path', 'sizeGB', 'type', 'blockSizeMB'] as const).filter(
    (name) => want[name] !== undefined,
  )
  // A fixed disk is written as a whole.
  return [within(60, step('create', params, because, changes))]
}

const grow = (want: Want, sizeGB: number, because: string): Step =>
  step('grow', { path: want.path, sizeBytes: sizeGB * GiB }, because, ['sizeGB'])

type Other = { readonly property: string; readonly because: string }

function otherDisk(want: Want, found: Found): readonly Other[] {
  const other: Other[] = []
  if (want.type !== undefined && words[want.type] !== found.type) {
    other.push({ property: 'type', because: `type differs: ${want.type} wanted, ${found.type} found` })
  }
  const block = want.blockSizeMB
  if (block !== undefined && found.type !== 'Fixed' && block * MiB !== found.blockSizeBytes) {
    const seen = found.blockSizeBytes / MiB
    other.push({ property: 'blockSizeMB', because: `blockSizeMB differs: ${block} wanted, ${seen} found` })
  }
  return other
}

function replace(want: Want, found: Found, other: readonly Other[]): Plan {
  const because = other.map((one) => one.because).join('; ')
  if (!found.created) {
    return refuse(
      'not-made-here',
      `${want.path} was there before and can't become what is wanted (${because})`,
      'Declare it as it is, or choose another path.',
    )
  }
  return { do: 'replace', because, properties: other.map((one) => one.property) }
}

/** At most two digits behind the point. */
const gib = (bytes: number): number => Math.round((bytes / GiB) * 100) / 100
