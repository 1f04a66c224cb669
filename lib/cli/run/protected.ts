import type { Inputs } from '../../provider/inputs.ts'
import type { BookEntry } from '../../reconcile/book.ts'
import { nameOf, type Target } from '../../reconcile/target.ts'
import type { PreviewRow } from './types.ts'
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
      fix: `If it may go, declare it without protect, run up, and take it out then; or take the protection off by hand: pulumi state unprotect '${target.urn}'.`,
    },
  },
  inputDigest: inputs.digest,
  unknown: inputs.unknown,
  secrets: inputs.secrets,
  guardAtStart: false,
})

type Protection = Pick<Known, 'recorded'> & { readonly protection: ReadonlyMap<string, boolean> }

/** What is as wanted, but protected in the state and not in the program, or the other way round, is a change of the state alone. */
export const withProtection = (
  rows: readonly PreviewRow[],
  { recorded, protection }: Protection,
): readonly PreviewRow[] => {
  const before = new Map(recorded.map(({ urn, protect }) => [urn, protect]))
  return rows.map((row) => {
    const [was, is] = [before.get(row.urn), protection.get(row.urn)]
    if (row.change !== 'same' || was === undefined || is === undefined || was === is) return row
    const because = `${is ? 'protected from now on' : 'protected no more'}; nothing runs on the host`
    return { ...row, change: 'update', because: [because] }
  })
}
