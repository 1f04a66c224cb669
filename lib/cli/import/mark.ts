import type { Owner } from '../../transport/wire.ts'
import type { Held } from './held.ts'
import type { HostList } from './host-list.ts'
import { recordName } from './host-list.ts'
import type { Thing } from './things.ts'

/** Whose a thing is. */
export type Mark =
  | { readonly by: 'nobody' }
  /** Of this stack; `urn` names the resource. `held`: its state has it too; false after a run that was cut off in between. `adopted`: it was there before. */
  | { readonly by: 'us'; readonly urn: string; readonly held: boolean; readonly adopted: boolean }
  | { readonly by: 'other'; readonly owner: Owner }

/** A thing of a host with whose it is. */
export type Marked = { readonly host: string; readonly thing: Thing; readonly mark: Mark }

/** Who asks: its stack, and what the state of it holds. */
export type Asker = {
  readonly organisation: string
  readonly backend: string
  readonly stack: string
  readonly held: readonly Held[]
}

/**
 * Things with whose they are: by the host's own records, and for what was renamed by hand by the Id that the state knows. `orphans`:
 * records of things that are not there under their names any more, of kinds of which everything was listed.
 */
export function marked(
  list: HostList,
  asker: Asker,
): { readonly things: readonly Marked[]; readonly orphans: readonly Owner[] } {
  const used = new Set<string>()
  const things = list.things.map((thing): Marked => {
    const name = recordName(`${thing.token}|${thing.identity.toLowerCase()}`)
    used.add(name)
    return { host: list.host, thing, mark: markOf(list.host, thing, list.records.get(name), asker) }
  })
  const orphans = [...list.records]
    .filter(([name, owner]) => !used.has(name) && list.whole.has(tokenIn(owner.urn)))
    .map(([, owner]) => owner)
  return { things, orphans }
}

/** `urn:pulumi:mission.beirut::chancery::chancery:hyperv:VirtualMachine::fs1` → `hyperv:VirtualMachine`. */
const tokenIn = (urn: string): string =>
  (urn.split('::')[2] ?? '')
    .split('$')
    .at(-1)
    ?.replace(/^chancery:/, '') ?? ''

function markOf(host: string, thing: Thing, owner: Owner | undefined, asker: Asker): Mark {
  if (owner !== undefined) {
    const ours =
      owner.organisation === asker.organisation &&
      owner.backend === asker.backend &&
      owner.urn.startsWith(`urn:pulumi:${asker.stack}::`)
    return ours
      ? {
          by: 'us',
          urn: owner.urn,
          held: asker.held.some(({ urn }) => urn === owner.urn),
          adopted: owner.adopted === true,
        }
      : { by: 'other', owner }
  }
  const { id } = thing.found
  const held = asker.held.find(
    (one) => one.host === host && one.token === thing.token && id !== undefined && one.id === id,
  )
  return held === undefined ? { by: 'nobody' } : { by: 'us', urn: held.urn, held: true, adopted: false }
}
