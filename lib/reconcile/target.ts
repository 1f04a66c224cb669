import type { JsonObject } from '../domain/json.ts'
import type { Look } from '../transport/wire.ts'
import { type LoadedKind, scriptOf } from './loaded-kind.ts'

/** One thing on one host, as the program wants it. */
export type Target = {
  readonly host: string
  readonly urn: string
  readonly loaded: LoadedKind
  readonly want: JsonObject
  /** What the last run saw, from the state; undefined for something new. */
  readonly recorded: JsonObject | undefined
  readonly adopt: boolean
}

/** `windows:File|c:\\motd.txt`: names the thing on its host, in ownership records and in frames. */
export const keyOf = (target: Pick<Target, 'loaded' | 'want'>): string =>
  `${target.loaded.kind.token}|${target.loaded.kind.identity(target.want)}`

/** How a person calls it: `File c:\\motd.txt`. */
export const nameOf = (target: Pick<Target, 'loaded' | 'want'>): string =>
  `${target.loaded.kind.token.split(':')[1]} ${target.loaded.kind.identity(target.want)}`

export const lookOf = (target: Target): Look => ({
  key: keyOf(target),
  script: scriptOf(target.loaded, 'observe').hash,
  params: target.loaded.kind.look(target.want, target.recorded),
})
