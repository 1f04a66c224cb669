import { foldCase } from '../../windows-path.ts'
import { type Change, change, which } from './change.ts'
import type { Found, Want } from './props.ts'

/**
 * The boot order once all devices are there. New devices come last, removed ones are gone, and an entry that the guest made
 * (`other`) doesn't count. Compared up to the last one that is declared.
 */
export function bootOrder(want: Want, found: Found | null, devices: readonly Change[]): readonly Change[] {
  if (want.bootOrder === undefined) return []
  const expected = want.bootOrder.flatMap((what) => token(what, want, found))
  const coming = found === null ? [] : order(want, found, devices)
  if (found !== null && expected.every((token, i) => foldCase(token) === foldCase(coming[i] ?? ''))) return []
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

/** What the order will be after the device steps: new ones come last, in the order of the steps. */
function order(want: Want, found: Found, devices: readonly Change[]): readonly string[] {
  const all = (['network', 'disk', 'dvd'] as const).flatMap((what) => tokensOf(what, want, found))
  const there = new Set(all.map(foldCase))
  const remade = devices.some((one) => one.step.verb === 'remove-dvd')
  const kept = found.bootOrder.filter((token) => there.has(foldCase(token)) && !(remade && token === 'dvd'))
  const before = new Set(kept.map(foldCase))
  return [...kept, ...all.filter((token) => !before.has(foldCase(token)))]
}
