import { type Effect, type Plan, refuse, type Step, step, steps } from '../../kind.ts'
import { foldCase } from '../../windows-path.ts'
import type { Found, Want } from './props.ts'

const cuts: readonly Effect[] = ['may-cut-management-path']
const words = { external: 'External', internal: 'Internal', private: 'Private' } as const

/** Changes a switch where it is; one is never removed and made anew to change a property. */
export function plan(want: Want, found: Found | null, recorded: Found | undefined): Plan {
  if (found === null) return steps(create(want), '')
  const stranger = notOurs(want, found, recorded)
  if (stranger !== undefined) return stranger
  const type = words[want.type]
  if (found.teamed && (found.type !== type || adapterDiffers(want, found))) {
    return refuse(
      'teamed',
      `${found.name} is bound to a team of cards (${found.adapters.join(', ')})`,
      'Change the team by hand, or declare the switch as it is.',
    )
  }
  const binding = want.type === 'external' ? bind(want, found) : setType(want, found)
  return steps([...rename(want, found), ...binding, ...setNotes(want, found)], `${found.name} is as wanted`)
}

/** Two steps for one that the host uses: first the host lets go of the card, then the switch goes. */
export function remove(want: Want, found: Found, recorded: Found | undefined): Plan {
  const stranger = notOurs(want, found, recorded)
  if (stranger !== undefined) return stranger
  const gone = `${found.name} is no longer wanted`
  const shared = found.type === 'External' && found.allowManagementOs
  return steps(
    [
      ...(found.type === 'Private' ? [] : [checkPath(null, found.name)]),
      ...(shared
        ? [step('share', { id: found.id, allow: false }, `the host gives up ${found.name} first`, [], cuts)]
        : []),
      step('remove', { id: found.id }, gone, [], found.type === 'External' ? cuts : []),
    ],
    '',
  )
}

function create(want: Want): readonly Step[] {
  const params = {
    name: want.name,
    type: words[want.type],
    adapter: want.adapter ?? null,
    allowManagementOs: want.allowManagementOs ?? null,
    notes: want.notes ?? null,
  }
  const changes = (['name', 'type', 'adapter', 'allowManagementOs', 'notes'] as const).filter(
    (name) => want[name] !== undefined,
  )
  const because = `there is no switch ${want.name}`
  if (want.adapter === undefined) return [step('create', params, because, changes)]
  return [checkPath(want.adapter, null), step('create', params, because, changes, cuts)]
}

function notOurs(want: Want, found: Found, recorded: Found | undefined): Plan | undefined {
  if (found.namesakes.length > 0) {
    const ids = [found.id, ...found.namesakes].join(', ')
    return refuse(
      'two-of-one-name',
      `there are several switches ${want.name}: ${ids}`,
      'Rename or remove all but one.',
    )
  }
  if (recorded !== undefined && recorded.id !== found.id) {
    return refuse(
      'another-switch',
      `${want.name} is not the switch on record: ${recorded.id} is gone, this one is ${found.id}`,
      'Rename or remove it; or delete the resource from the state and take the switch over with adopt: true.',
    )
  }
  return undefined
}

const rename = (want: Want, found: Found): readonly Step[] =>
  want.name === found.name
    ? []
    : [
        step(
          'rename',
          { id: found.id, name: want.name },
          `name differs: ${want.name} wanted, ${found.name} found`,
          ['name'],
        ),
      ]

const setNotes = (want: Want, found: Found): readonly Step[] =>
  want.notes === undefined || want.notes === found.notes
    ? []
    : [step('annotate', { id: found.id, notes: want.notes }, 'notes differ', ['notes'])]

function setType(want: Want, found: Found): readonly Step[] {
  const type = words[want.type]
  if (type === found.type) return []
  const because = `type differs: ${want.type} wanted, ${found.type} found`
  const changes = found.type === 'External' ? ['type', 'adapter'] : ['type']
  const change = step(
    'retype',
    { id: found.id, type },
    because,
    changes,
    found.type === 'External' ? cuts : [],
  )
  return found.type === 'Private' ? [change] : [checkPath(null, found.name), change]
}

/** Card and sharing in one call: a switch that becomes external is shared by Windows unless told otherwise. */
function bind(want: Want, found: Found): readonly Step[] {
  const adapter = want.adapter ?? null
  const share = want.allowManagementOs
  if (found.type !== 'External' || adapterDiffers(want, found)) {
    const from = found.adapters.length === 0 ? found.type : found.adapters.join(', ')
    const changes = [
      ...(found.type === 'External' ? [] : ['type']),
      'adapter',
      ...(share === undefined ? [] : ['allowManagementOs']),
    ]
    const because = `adapter differs: ${adapter} wanted, ${from} found`
    const params = { id: found.id, adapter, allowManagementOs: share ?? null }
    return [checkPath(adapter, found.name), step('bind', params, because, changes, cuts)]
  }
  if (share === undefined || share === found.allowManagementOs) return []
  const because = `allowManagementOs differs: ${share} wanted, ${found.allowManagementOs} found`
  return [
    checkPath(adapter, found.name),
    step('share', { id: found.id, allow: share }, because, ['allowManagementOs'], cuts),
  ]
}

const adapterDiffers = (want: Want, found: Found): boolean =>
  want.adapter !== undefined &&
  !found.adapters.some((name) => foldCase(name) === foldCase(want.adapter ?? ''))

/** Fails with `Chancery.ManagementPath`, before anything was changed, when the session runs over this card or switch. */
const checkPath = (adapter: string | null, name: string | null): Step =>
  step(
    'check-path',
    { adapter, switchName: name },
    `the session must not run over ${[adapter, name].filter((x) => x !== null).join(' or ')}`,
  )
