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
    for (const text of secretTextsIn(struct)) if (text.length >= shortest) known.add(text)
}

/** The text with `(secret)` for each that is known, in every form in which it can be told. */
export const withoutKnownSecrets = (text: string): string =>
  known.size === 0 ? text : readable(text, { known: [...known] }, new Set(['known']))
