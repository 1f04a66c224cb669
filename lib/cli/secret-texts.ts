import { readable } from '../reconcile/plan-file/index.ts'
import type { Struct } from '../provider/calls.ts'
import { secretTextsIn } from '../provider/wire-values.ts'

const known = new Set<string>()
/** Shorter ones stand in too many words: a text without them would say where they were. */
const shortest = 4

/**
 * Keeps in mind what is secret of these properties, as the engine wraps them: no error that this process tells, its own defects among
 * them, quotes it then. What is told on purpose never holds one, and does not need this.
 */
export function learnSecrets(structs: Iterable<Struct>): void {
  for (const struct of structs)
    for (const text of secretTextsIn(withoutHostId(struct))) if (text.length >= shortest) known.add(text)
}

/** `@pulumi/command` marks a connection as a whole; which host it is to is in every message. */
function withoutHostId(struct: Struct): Struct {
  const { connection } = struct
  if (connection === null || typeof connection !== 'object' || !('value' in connection)) return struct
  const { value } = connection
  if (value === null || typeof value !== 'object') return struct
  return { ...struct, connection: { ...connection, value: { ...value, host: null } } }
}

/** The text with `(secret)` for each that is known, in every form in which it can be told. */
export const withoutKnownSecrets = (text: string): string =>
  known.size === 0 ? text : readable(text, { known: [...known] }, new Set(['known']))
