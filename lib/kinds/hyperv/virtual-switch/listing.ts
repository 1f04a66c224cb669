import type { Described, Listing } from '../../kind.ts'
import { type Found, switchTypes, type Want } from './props.ts'

/** The switches of the host. */
export const listing: Listing<Want, Found> = { when: 'always', describe }

function describe(found: Found): Described<Want> {
  if (found.namesakes.length > 0) {
    return {
      refused: `several switches are called ${found.name}: ${[found.id, ...found.namesakes].sort().join(', ')}`,
      fix: 'Rename all but one.',
    }
  }
  const type = switchTypes.find((one) => one === found.type.toLowerCase())
  if (type === undefined)
    return { refused: `it is of type ${found.type}`, fix: 'Such a switch can’t be declared.' }
  const [adapter] = found.adapters
  if (type === 'external' && adapter === undefined) {
    return {
      refused: 'it is external and none of its network cards is there',
      fix: 'Bind it to a card of the host, then list again.',
    }
  }
  return {
    want: {
      name: found.name,
      type,
      ...(type === 'external' ? { adapter } : {}),
      ...(type === 'external' && !found.allowManagementOs ? { allowManagementOs: false } : {}),
      ...(found.notes === '' ? {} : { notes: found.notes }),
    },
    notes: found.teamed
      ? [`bound to a team of ${found.adapters.join(', ')}: which cards those are is left as it is`]
      : [],
  }
}
