import type { JsonObject } from '../domain/json.ts'
import type { Kind } from '../kinds/kind.ts'
import { once } from '../transport/wire.ts'
import type { DigestKeys } from './digest-key.ts'

/** A kind with the text of its scripts. `hash` is the SHA-256 (hex) of the text's UTF-8 bytes. */
export type LoadedKind = {
  readonly kind: Kind<JsonObject, JsonObject>
  readonly scripts: ReadonlyMap<string, Script>
  /** Keys under which secret inputs are looked at; absent: there are none, and such a resource is refused by its kind. */
  readonly digestKeys?: DigestKeys
}

export type Script = { readonly hash: string; readonly text: string }

/** All kinds by token: `windows:File`. */
export type Catalogue = ReadonlyMap<string, LoadedKind>

/** The script of a verb. A plan that names a verb without a script is a defect of the kind. */
export function scriptOf(loaded: LoadedKind, verb: string): Script {
  const script = loaded.scripts.get(verb)
  if (script === undefined) throw new Error(`Internal error: ${loaded.kind.token} has no script ${verb}.ps1`)
  return script
}

/** The text of a script that a host runs and keeps in no file. */
export const keptNowhere = (text: string): string => `${once}\n${text}`
