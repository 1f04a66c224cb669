import type { LockHolder } from '../../engine/stack-failure.ts'
import type { StackState } from '../../engine/state.ts'
import type { Observations } from '../../reconcile/look.ts'
import { keyOf, type Target } from '../../reconcile/target.ts'
import { recordName } from '../import/host-list.ts'
import type { SiteRun } from '../run/one-site.ts'
import { targetOf, targetsOf } from '../run/targets.ts'
import type { IntentFile } from './intent-lines.ts'
import { type InFlight, isCommand, type Sightings } from './judge.ts'
import type { HostRecords } from './records.ts'
import type { Word } from './said.ts'

/** What is known of a site beside its hosts. */
export type Known = {
  readonly run: SiteRun
  readonly state: StackState | undefined
  readonly files: readonly IntentFile[]
  readonly holders: readonly LockHolder[]
  /** What persons said of free commands, by URN. */
  readonly words: ReadonlyMap<string, Word>
}

/** Records of a host by the hash of their thing's key. */
export type Records = ReadonlyMap<string, HostRecords>

const idOf = (host: string | undefined, key: string | undefined): string => `${host ?? ''}|${key ?? ''}`

/** Things of the program, of the state, and of its pending operations, each once. */
export function targetsIn({ run, state }: Known): readonly Target[] {
  const all = [...targetsOf(run.catalogue, run.declared, run.recorded), ...pendingTargets(run, state)]
  return [
    ...new Map(
      all.map((target) => [idOf(target.host, keyOf(target)), target] as const).toReversed(),
    ).values(),
  ]
}

function pendingTargets({ catalogue }: SiteRun, state: StackState | undefined): readonly Target[] {
  return (state?.pending ?? []).flatMap(({ resource }) => {
    const name = resource.urn.slice(resource.urn.lastIndexOf('::') + 2)
    return targetOf(catalogue, { ...resource, name }, resource.urn, undefined)
  })
}

const operations: { readonly [type: string]: string } = {
  creating: 'create',
  updating: 'update',
  deleting: 'delete',
}

/** Every act in flight: what runs wrote first, then what only the state knows, then what only a host's record shows. */
export function inFlight(known: Known, records: Records): readonly InFlight[] {
  const { run, state, files, words } = known
  const written = files.flatMap((file) =>
    file.open.map((line): InFlight => ({ from: 'run', ...pick(line), at: line.at, by: file.run.by })),
  )
  const urns = new Set(written.map(({ urn }) => urn))
  // The engine keeps a creation as begun also once a later run has it among the resources.
  const stored = new Set((state?.resources ?? []).map(({ urn }) => urn))
  const pending = (state?.pending ?? [])
    .filter(({ resource, type }) => type !== 'creating' || !stored.has(resource.urn))
    .filter(({ resource, type }) => !urns.has(resource.urn) && type in operations)
    .filter(
      ({ resource }) =>
        run.catalogue.has(resource.type.replace(/^chancery:/, '')) ||
        isCommand({ key: undefined, urn: resource.urn }),
    )
    .map(({ type, resource }): InFlight => {
      const [target] = pendingTargets(run, { resources: [], pending: [{ type, resource }] })
      const key = target === undefined ? undefined : keyOf(target)
      return {
        from: 'state',
        ...nothingElse,
        host: target?.host,
        urn: resource.urn,
        key,
        operation: operations[type]!,
      }
    })
  for (const { urn } of pending) urns.add(urn)
  const said = [...words]
    .filter(([urn]) => !urns.has(urn))
    .map(([urn, { by, at }]): InFlight => ({
      from: 'said',
      ...{ host: undefined, urn, key: undefined, operation: 'run', expect: undefined, at, by },
    }))
  return [...written, ...pending, ...said, ...byRecords(known, records, urns)]
}

const pick = ({ host, urn, key, operation, expect }: IntentFile['open'][number]) => ({
  host,
  urn,
  key,
  operation,
  expect,
})
const nothingElse = { expect: undefined, at: undefined, by: undefined }

/** Records of this stack whose act never reached the state: made and not written, or a removal that did not end. */
function byRecords(
  { run, state, words }: Known,
  records: Records,
  told: ReadonlySet<string>,
): readonly InFlight[] {
  const stored = new Set((state?.resources ?? []).map(({ urn }) => urn))
  const names = new Map(
    targetsIn({ run, state, files: [], holders: [], words }).map((t) => [recordName(keyOf(t)), keyOf(t)]),
  )
  return [...records].flatMap(([host, owners]) =>
    [...owners].flatMap(([name, owner]): InFlight[] => {
      const ours =
        owner.organisation === run.request.estate.organisation &&
        owner.backend === run.place.backendUrl &&
        owner.urn.startsWith(`urn:pulumi:${run.place.stack}::`)
      if (!ours || told.has(owner.urn) || (stored.has(owner.urn) && owner.operation !== 'delete')) return []
      return [
        {
          from: 'host',
          ...nothingElse,
          host,
          urn: owner.urn,
          key: names.get(name),
          operation: owner.operation,
        },
      ]
    }),
  )
}

/** What the host shows of one of them. */
export function sightingsOf(
  act: InFlight,
  { run, state, ...known }: Known,
  observations: Observations,
  records: Records,
): Sightings {
  const target = targetsIn({ run, state, ...known }).find(
    (one) => idOf(one.host, keyOf(one)) === idOf(act.host, act.key),
  )
  const name = act.urn.slice(act.urn.lastIndexOf('::') + 2)
  const type = act.urn.split('::')[2]?.split('$').at(-1)
  const owners = act.host === undefined ? undefined : records.get(act.host)
  const own = act.key === undefined ? undefined : owners?.get(recordName(act.key))
  return {
    target,
    declared: run.declared.some((one) => one.name === name && one.type === type),
    observation: target === undefined ? undefined : observations.get(target),
    record:
      owners === undefined
        ? undefined
        : ((act.key === undefined ? [...owners.values()].find(({ urn }) => urn === act.urn) : own) ?? null),
    me: {
      organisation: run.request.estate.organisation,
      backend: run.place.backendUrl,
      urn: act.urn,
      operation: '',
    },
    word: known.words.get(act.urn),
  }
}
