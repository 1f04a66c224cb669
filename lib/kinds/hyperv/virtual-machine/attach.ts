import { foldCase } from '../../windows-path.ts'
import { type Change, change, differs, which } from './change.ts'
import type { Adapter } from './devices.ts'
import type { Found, Want } from './props.ts'

type FoundAdapter = Found['adapters'][number]

/** Generation 1 takes no new device while it runs. */
const needsOff = (found: Found | null): boolean => found?.generation === 1

/** Adapters are known by their names; of two with one name the first is kept. */
export function adapters(want: Want, found: Found | null): readonly Change[] {
  if (want.adapters === undefined) return []
  const seen = found?.adapters ?? []
  const kept = want.adapters.map((one) => seen.find((other) => foldCase(other.name) === foldCase(one.name)))
  const surplus = seen.filter((one) => !kept.includes(one))
  return [
    ...surplus.map((one) =>
      change(
        needsOff(found),
        'remove-adapter',
        { ...which(want, found), adapterId: one.id },
        `adapter ${one.name} is not wanted`,
        ['adapters'],
      ),
    ),
    ...want.adapters.flatMap((one, i) => {
      const there = kept[i]
      return there === undefined ? [addAdapter(want, found, one)] : setAdapter(want, found, one, there)
    }),
  ]
}

const addAdapter = (want: Want, found: Found | null, one: Adapter): Change =>
  change(
    needsOff(found),
    'add-adapter',
    {
      ...which(want, found),
      adapter: one.name,
      switchName: one.switch,
      vlan: one.vlan ?? null,
      mac: one.mac === undefined ? null : plainMac(one.mac),
    },
    `adapter ${one.name} on ${one.switch}`,
    ['adapters'],
  )

function setAdapter(want: Want, found: Found | null, one: Adapter, there: FoundAdapter): readonly Change[] {
  const list: Change[] = []
  const set = (
    off: boolean,
    verb: string,
    params: { readonly [key: string]: string | number },
    because: string,
  ) =>
    list.push(
      change(off, verb, { ...which(want, found), adapterId: there.id, ...params }, because, ['adapters']),
    )
  const label = (property: string) => `${property} of adapter ${one.name}`
  if (there.switchName === null || foldCase(there.switchName) !== foldCase(one.switch)) {
    const because = differs(label('switch'), one.switch, there.switchName ?? 'none')
    set(false, 'connect-adapter', { switchName: one.switch }, because)
  }
  const tag = there.vlanMode === 'Untagged' ? 0 : there.vlanMode === 'Access' ? there.vlan : there.vlanMode
  if (one.vlan !== undefined && one.vlan !== tag) {
    set(false, 'set-vlan', { vlan: one.vlan }, differs(label('vlan'), one.vlan, tag))
  }
  const mac = one.mac === undefined ? undefined : plainMac(one.mac)
  if (mac !== undefined && mac !== there.mac) {
    set(true, 'set-mac', { mac }, differs(label('mac'), mac, there.mac ?? 'dynamic'))
  }
  return list
}

/** Disks are known by the file below their checkpoints, so that a checkpoint is no change. */
export function disks(want: Want, found: Found | null): readonly Change[] {
  if (want.disks === undefined) return []
  const wanted = new Set(want.disks.map((one) => foldCase(one.path)))
  const seen = found?.disks ?? []
  const there = new Set(seen.map((one) => foldCase(one.base ?? '')))
  return [
    ...seen
      .filter((one) => !wanted.has(foldCase(one.base ?? '')))
      .map((one) =>
        change(
          needsOff(found),
          'detach-disk',
          { ...which(want, found), controller: one.controller, number: one.number, location: one.location },
          `disk ${one.base ?? 'without a file'} is not wanted; its file stays`,
          ['disks'],
        ),
      ),
    ...want.disks
      .filter((one) => !there.has(foldCase(one.path)))
      .map((one) =>
        change(
          needsOff(found),
          'attach-disk',
          { ...which(want, found), path: one.path },
          `disk ${one.path}`,
          ['disks'],
        ),
      ),
  ]
}

/**
 * One DVD drive or none. A drive of generation 2 is emptied by making it anew: Windows finds no drive to put a medium into again once
 * its path was set to nothing.
 */
export function dvd(want: Want, found: Found | null): readonly Change[] {
  if (want.dvd === undefined) return []
  const seen = found?.dvds ?? []
  const medium = want.dvd === 'empty' ? null : want.dvd
  const add = change(
    needsOff(found),
    'add-dvd',
    { ...which(want, found), path: medium },
    `dvd: ${want.dvd}`,
    ['dvd'],
  )
  const drop = change(
    needsOff(found),
    'remove-dvd',
    which(want, found),
    differs('dvd', want.dvd, seen[0] ?? 'empty'),
    ['dvd'],
  )
  if (want.dvd === 'none') return seen.length === 0 ? [] : [drop]
  const [first] = seen
  if (first === undefined) return [add]
  if (foldCase(first ?? '') === foldCase(medium ?? '')) return []
  if (medium === null && found?.generation !== 1) return [drop, add]
  const because = differs('dvd', want.dvd, first ?? 'empty')
  return [change(false, 'insert-dvd', { ...which(want, found), path: medium }, because, ['dvd'])]
}

const plainMac = (mac: string): string => mac.replace(/[:-]/g, '').toUpperCase()
