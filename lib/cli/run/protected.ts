import type { Inputs } from '../../provider/inputs.ts'
import type { BookEntry } from '../../reconcile/book.ts'
import { nameOf, type Target } from '../../reconcile/target.ts'
import type { Declared, Recorded } from './targets.ts'

type Known = { readonly recorded: readonly Recorded[]; readonly declared: readonly Declared[] }

/** What the program says no more of although it is protected. */
export const protectedRemovals = ({ recorded, declared }: Known): readonly Recorded[] => {
  const names = new Set(declared.map(({ type, name }) => `${type} ${name}`))
  return recorded.filter(({ type, name, protect }) => protect && !names.has(`${type} ${name}`))
}

/** Its removal, refused. */
export const protectedEntry = (target: Target, inputs: Inputs): BookEntry => ({
  operation: 'delete',
  target,
  decision: {
    do: 'fail',
    failure: {
      kind: 'refused',
      host: target.host,
      resource: nameOf(target),
      rule: 'protected',
      because: 'it is protected (protect: true), and would be removed',
      fix: `If it may go, take the protection off: pulumi state unprotect '${target.urn}'.`,
    },
  },
  inputDigest: inputs.digest,
  unknown: inputs.unknown,
  secrets: inputs.secrets,
  guardAtStart: false,
})
