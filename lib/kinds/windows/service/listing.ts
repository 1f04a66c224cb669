import type { Described, Listing } from '../../kind.ts'
import { modeOf } from './plan.ts'
import { type Found, startModes, type Want } from './props.ts'

/** Services. A host has hundreds, so they are listed when the kind is named. */
export const listing: Listing<Want, Found> = { when: 'named', describe }

function describe(found: Found): Described<Want> {
  const startMode = startModes.find((mode) => mode === modeOf(found))
  const runs = found.status === 'Running' && startMode?.startsWith('automatic') === true
  return {
    want: {
      name: found.name,
      ...(startMode === undefined ? {} : { startMode }),
      ...(runs ? { status: 'running' as const } : {}),
    },
    notes: startMode === undefined ? [`starts as Windows says, ${found.startType}: left as it is`] : [],
  }
}
