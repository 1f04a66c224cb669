import { foldCase } from '../../windows-path.ts'
import { type Change, change, which } from './change.ts'
import type { Found, Want } from './props.ts'

/**
 * The boot order, compared up to the last device that is declared. An entry that the guest made (`other`) doesn't count. Where a new
 * device comes is not relied on, but for its coming after those that were there: one that is declared is put in its place.
 */
export function bootOrder(want: Want, found: Found | null, devices: readonly Change[]): readonly Change[] {
  if (want.bootOrder === undefined) return []
  const expected = want.bootOrder.flatMap((what) => token(what, want, found))
  const kept = found === null ? [] : keptOrder(want, found, devices)
  if (expected.every((one, i) => foldCase(one) === foldCase(kept[i] ?? ''))) return []
  const seen = found === null ? '' : `, ${found.bootOrder.join(', ') || 'none'} found`
  const because = `bootOrder: ${expected.join(', ')} wanted${seen}`
  return [change(true, 'set-boot-order', { ...which(want, found), order: expected }, because, ['bootOrder'])]
}

type What = NonNullable<Want['bootOrder']>[number]

/** The device that a word stands for: the first disk, the first adapter, the DVD drive. */
const token = (what: What, want: Want, found: Found | null): readonly string[] =>
  tokensOf(what, want, found).slice(0, 1)

function tokensOf(what: What, want: Want, found: Found | null): readonly string[] {
  switch (what) {
    case 'disk':
      return (want.disks?.map((one) => one.path) ?? found?.disks.map((one) => one.base ?? '') ?? []).map(
        (path) => `disk:${path}`,
      )
    case 'network':
      return (want.adapters ?? found?.adapters ?? []).map((one) => `network:${one.name}`)
    case 'dvd':
      return want.dvd === 'none' || (want.dvd === undefined && (found?.dvds ?? []).length === 0)
        ? []
        : ['dvd']
  }
}

/** Devices of the order that are there before and after the device steps. */
function keptOrder(want: Want, found: Found, devices: readonly Change[]): readonly string[] {
  const all = (['network', 'disk', 'dvd'] as const).flatMap((what) => tokensOf(what, want, found))
  const there = new Set(all.map(foldCase))
  const remade = devices.some((one) => one.step.verb === 'remove-dvd')
  return found.bootOrder.filter((one) => there.has(foldCase(one)) && !(remade && one === 'dvd'))
}
