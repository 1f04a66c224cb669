import type { JsonObject } from '../domain/json.ts'
import type { Look } from '../transport/wire.ts'
import type { LeftAlone } from './left-alone.ts'
import { type LoadedKind, scriptOf } from './loaded-kind.ts'

/** One thing on one host, as the program wants it. */
export type Target = {
  readonly host: string
  readonly urn: string
  readonly loaded: LoadedKind
  readonly want: JsonObject
  /** What the last run saw, from the state; undefined for something new. */
  readonly recorded: JsonObject | undefined
  /** What the last run wanted, where it is known: under the name of then lies the record of a thing that is renamed. */
  readonly former?: JsonObject | undefined
  /** MachineGuid of the host when the last run saw it. */
  readonly machine?: string | undefined
  readonly adopt: Adopt
  /** Inputs of which nothing is told; absent = none. */
  readonly secrets?: ReadonlySet<string>
  /** Those of them that the state keeps encrypted since the last run; absent = nothing is known of it. */
  readonly sealed?: ReadonlySet<string>
  /** Inputs that are left as they are found; absent = none. */
  readonly leave?: readonly LeftAlone[]
}

/** True: a thing without a record is taken over. A text: also from the owner with this URN, or with its state in this backend. */
export type Adopt = boolean | string

/** `windows:File|c:\\motd.txt`: names the thing on its host, in ownership records and in frames. */
export const keyOf = (target: Pick<Target, 'loaded' | 'want'>): string =>
  `${target.loaded.kind.token}|${target.loaded.kind.identity(target.want)}`

/** How a person calls it: `File c:\\motd.txt`. */
export const nameOf = (target: Pick<Target, 'loaded' | 'want'>): string =>
  `${target.loaded.kind.token.split(':')[1]} ${target.loaded.kind.identity(target.want)}`

export const lookOf = (target: Target): Look => ({
  key: keyOf(target),
  ...formerKey(target),
  script: scriptOf(target.loaded, 'observe').hash,
  params: target.loaded.kind.look(target.want, target.recorded),
})

/** Only of a thing that is found by what Windows keeps: where inputs name it, another name is another thing. */
function formerKey(target: Target): { readonly was?: string } {
  const { loaded, former, recorded } = target
  if (former === undefined || recorded === undefined || loaded.kind.replaceOn.length > 0) return {}
  const was = keyOf({ loaded, want: former })
  return was === keyOf(target) ? {} : { was }
}
