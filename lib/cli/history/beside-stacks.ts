import { randomUUID } from 'node:crypto'
import { operatorOf } from '../operator.ts'
import { appendJournal, type JournalEntry } from './journal.ts'

/** What people do at a site beside its stacks, and may do outside its window for a reason, or as part of a rollout. */
export const besideStacks = ['restart', 'push', 'prestage'] as const
export type BesideStacks = (typeof besideStacks)[number]

/** Under which name the journal keeps it: `push.beirut`. */
export const journalName = (operation: BesideStacks, site: string): string => `${operation}.${site}`

/** What of such work is worth keeping: why a window was overridden, and the id of its rollout. */
export type BesideNote = { readonly reason?: string | undefined; readonly rollout?: string | undefined }

/** Keeps how work ended. */
export type KeepEnd = (outcome: JournalEntry['outcome'], because?: string) => void

/** Keeps a note of work before anything is done; what it gives keeps how that ended. Undefined: there is nothing worth keeping. */
export function keepBeside(
  root: string,
  operation: BesideStacks,
  site: string,
  { reason, rollout }: BesideNote,
  env: { readonly [name: string]: string | undefined },
): KeepEnd | undefined {
  if (reason === undefined && rollout === undefined) return undefined
  const run = randomUUID()
  const by = operatorOf(env)
  const stack = journalName(operation, site)
  const keep: KeepEnd = (outcome, because) =>
    appendJournal(root, [
      {
        at: new Date().toISOString(),
        run,
        operation,
        stack,
        by,
        outcome,
        ...(because === undefined ? {} : { because }),
        ...(reason === undefined ? {} : { reason }),
        ...(rollout === undefined ? {} : { rollout }),
        changes: {},
      },
    ])
  keep('started')
  return keep
}
