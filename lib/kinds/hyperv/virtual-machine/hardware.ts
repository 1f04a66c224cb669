import { type Plan, refuse } from '../../kind.ts'
import { type Change, change, differs, which } from './change.ts'
import type { Found, Want } from './props.ts'

const MiB = 1_048_576

/** What Windows gives a new machine, MiB. */
const usual = { startup: 512, least: 512, most: 1_048_576 }

/** Windows refuses dynamic memory that does not start between its bounds; which of the three are not declared is as found, or as usual. */
export function memoryOutOfOrder(want: Want, found: Found | null): Plan | undefined {
  const dynamic = want.dynamicMemory ?? found?.dynamicMemory ?? false
  if (!dynamic || memory(want, found).length === 0) return undefined
  const [startup, least, most] = [
    bound('memoryStartupMB', want.memoryStartupMB, found?.memoryStartupBytes, usual.startup),
    bound('memoryMinimumMB', want.memoryMinimumMB, found?.memoryMinimumBytes, usual.least),
    bound('memoryMaximumMB', want.memoryMaximumMB, found?.memoryMaximumBytes, usual.most),
  ]
  if (least.value <= startup.value && startup.value <= most.value) return undefined
  return refuse(
    'memory-order',
    `dynamic memory starts between its bounds, and this does not: ${[least, startup, most].map(({ text }) => text).join(', ')}`,
    'Declare all three so that memoryMinimumMB is at most memoryStartupMB and that at most memoryMaximumMB.',
  )
}

function bound(
  property: string,
  wanted: number | undefined,
  foundBytes: number | undefined,
  otherwise: number,
): { readonly value: number; readonly text: string } {
  if (wanted !== undefined) return { value: wanted, text: `${property} ${wanted} (declared)` }
  if (foundBytes !== undefined)
    return { value: foundBytes / MiB, text: `${property} ${foundBytes / MiB} (found)` }
  return { value: otherwise, text: `${property} ${otherwise} (as Windows makes it)` }
}

/**
 * Memory in one call. Windows checks each value against the others of the call, so a machine that is off gets all that are declared;
 * a running one gets only what it takes while running.
 */
export function memory(want: Want, found: Found | null): readonly Change[] {
  // A new machine is made with static memory of the declared size.
  if (found === null && want.dynamicMemory !== true) return []
  const dynamic = want.dynamicMemory ?? found?.dynamicMemory ?? false
  const rows = [
    row('memoryStartupMB', want.memoryStartupMB, found?.memoryStartupBytes, dynamic ? 'never' : 'both'),
    row('memoryMinimumMB', dynamic ? want.memoryMinimumMB : undefined, found?.memoryMinimumBytes, 'down'),
    row('memoryMaximumMB', dynamic ? want.memoryMaximumMB : undefined, found?.memoryMaximumBytes, 'up'),
  ]
  const turned = want.dynamicMemory !== undefined && want.dynamicMemory !== found?.dynamicMemory
  const different = rows.filter((one) => one.differs)
  if (!turned && different.length === 0) return []
  const needsOff = turned || different.some((one) => one.needsOff)
  const value = (i: number) => {
    const one = rows[i]
    return one?.wanted !== undefined && (needsOff || one.differs) ? one.wanted * MiB : null
  }
  const params = {
    ...which(want, found),
    dynamic: needsOff ? (want.dynamicMemory ?? null) : null,
    startupBytes: value(0),
    minimumBytes: value(1),
    maximumBytes: value(2),
  }
  const because = [
    ...(turned ? [differs('dynamicMemory', want.dynamicMemory, found?.dynamicMemory)] : []),
    ...different.map((one) => differs(one.property, one.wanted, one.seen)),
  ]
  const changes = [...(turned ? ['dynamicMemory'] : []), ...different.map((one) => one.property)]
  return [change(needsOff, 'set-memory', params, because.join('; '), changes)]
}

export function processors(want: Want, found: Found | null): readonly Change[] {
  if (want.processors === undefined || want.processors === found?.processors) return []
  const because = differs('processors', want.processors, found?.processors)
  return [
    change(true, 'set-processors', { ...which(want, found), count: want.processors }, because, [
      'processors',
    ]),
  ]
}

export function firmware(want: Want, found: Found | null): readonly Change[] {
  const boot = want.secureBoot !== undefined && want.secureBoot !== found?.secureBoot
  const template =
    want.secureBootTemplate !== undefined && want.secureBootTemplate !== found?.secureBootTemplate
  if (!boot && !template) return []
  const params = {
    ...which(want, found),
    secureBoot: boot ? (want.secureBoot ?? null) : null,
    template: template ? (want.secureBootTemplate ?? null) : null,
  }
  const because = [
    ...(boot ? [differs('secureBoot', want.secureBoot, found?.secureBoot)] : []),
    ...(template ? [differs('secureBootTemplate', want.secureBootTemplate, found?.secureBootTemplate)] : []),
  ]
  const changes = [...(boot ? ['secureBoot'] : []), ...(template ? ['secureBootTemplate'] : [])]
  return [change(true, 'set-firmware', params, because.join('; '), changes)]
}

type Row = {
  readonly property: string
  readonly wanted: number | undefined
  readonly seen: number | undefined
  readonly differs: boolean
  readonly needsOff: boolean
}

/** `live`: which way the value may go while the machine runs. */
function row(
  property: string,
  wanted: number | undefined,
  seenBytes: number | undefined,
  live: 'up' | 'down' | 'both' | 'never',
): Row {
  const seen = seenBytes === undefined ? undefined : seenBytes / MiB
  const different = wanted !== undefined && wanted !== seen
  const up = seen === undefined || (wanted ?? 0) > seen
  const needsOff = different && live !== 'both' && live !== (up ? 'up' : 'down')
  return { property, wanted, seen, differs: different, needsOff }
}
