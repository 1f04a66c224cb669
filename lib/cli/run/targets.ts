import type { JsonObject } from '../../domain/json.ts'
import { inputsOf, secretComplaints } from '../../provider/inputs.ts'
import { lastRun } from '../../provider/resource-state.ts'
import { keyedFor } from '../../reconcile/keyed-kind.ts'
import type { Catalogue, LoadedKind } from '../../reconcile/loaded-kind.ts'
import { keyOf, type Target } from '../../reconcile/target.ts'

/** A resource of ours as a program declares it or a state records it. */
export type Declared = { readonly type: string; readonly name: string; readonly inputs: JsonObject }
export type Recorded = Declared & {
  readonly urn: string
  readonly outputs: JsonObject
  /** Pulumi's `protect`. */
  readonly protect: boolean
}

/** Everything of a site that can be named before the engine runs: what is declared, as it is declared, and what only the state still knows. */
export function targetsOf(
  catalogue: Catalogue,
  declared: readonly Declared[],
  recorded: readonly Recorded[],
): readonly Target[] {
  const states = new Map(recorded.map((r) => [`${r.type} ${r.name}`, r]))
  const wanted = declared.flatMap((d) => {
    if (tellsSecret(catalogue, d)) return []
    const state = states.get(`${d.type} ${d.name}`)
    // On another host it is another thing, of which nothing is known.
    const known = state?.inputs['host'] === d.inputs['host'] ? state?.outputs : undefined
    return targetOf(catalogue, d, state?.urn ?? '', known)
  })
  const known = recorded.flatMap((r) => targetOf(catalogue, r, r.urn, r.outputs))
  const named = new Set(wanted.map(idOf))
  return [...wanted, ...known.filter((target) => !named.has(idOf(target)))]
}

/** It will be refused, and nothing is looked at by a name that is secret. */
function tellsSecret(catalogue: Catalogue, { type, inputs }: Declared): boolean {
  const loaded = loadedOf(catalogue, type)
  return loaded !== undefined && secretComplaints(loaded, inputsOf(loaded, inputs)).length > 0
}

const loadedOf = (catalogue: Catalogue, type: string): LoadedKind | undefined =>
  type.startsWith('chancery:') ? catalogue.get(type.slice('chancery:'.length)) : undefined

const idOf = (target: Target): string => `${target.host}|${keyOf(target)}`

/** None for resources of other providers, and for those whose name on the host is not known yet. */
export function targetOf(
  catalogue: Catalogue,
  declared: Declared,
  urn: string,
  outputs: JsonObject | undefined,
): readonly Target[] {
  const loaded = loadedOf(catalogue, declared.type)
  if (loaded === undefined) return []
  const parts = inputsOf(loaded, declared.inputs)
  if (parts.unknown.length > 0 || parts.host === '' || !loaded.kind.props.safeParse(parts.want).success)
    return []
  const last = lastRun(loaded, outputs ?? {})
  return [
    {
      host: parts.host,
      urn,
      loaded: keyedFor(loaded, parts.host, parts.want, parts.secrets),
      want: parts.want,
      ...last,
      adopt: parts.adopt,
      secrets: parts.secrets,
    },
  ]
}
