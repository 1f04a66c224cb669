import { readable } from '../reconcile/plan-file/index.ts'
import type { Struct } from '../provider/calls.ts'
import { unwrap } from '../provider/wire-values.ts'

const known = new Set<string>()
/** Shorter ones stand in too many words: a text without them would say where they were. */
const shortest = 4

/**
 * Keeps in mind what is secret of these properties, as the engine wraps them: no error that this process tells, its own defects among
 * them, quotes it then. What is told on purpose never holds one, and does not need this.
 */
export function learnSecrets(structs: Iterable<Struct>): void {
  for (const struct of structs) {
    const { values, secrets } = unwrap(struct)
    for (const name of secrets)
      for (const text of textsIn(values[name])) if (text.length >= shortest) known.add(text)
  }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** The text with `(secret)` for each that is known, in every form in which it can be told. */
export const withoutKnownSecrets = (text: string): string =>
  known.size === 0 ? text : readable(text, { known: [...known] }, new Set(['known']))
