import { randomUUID } from 'node:crypto'
import { operatorOf } from '../operator.ts'
import { appendJournal, type JournalEntry } from './journal.ts'

/** What people do at a site beside its stacks, and may do outside its window for a reason. */
export const besideStacks = ['restart', 'push'] as const
export type BesideStacks = (typeof besideStacks)[number]

/** Under which name the journal keeps it: `push.beirut`. */
export const journalName = (operation: BesideStacks, site: string): string => `${operation}.${site}`

/** Keeps why a window was overridden, before anything is done; what it gives keeps how that ended. */
export function keepReason(
  root: string,
  operation: BesideStacks,
  site: string,
  reason: string,
  env: { readonly [name: string]: string | undefined },
): (outcome: JournalEntry['outcome'], because?: string) => void {
  const run = randomUUID()
  const by = operatorOf(env)
  const stack = journalName(operation, site)
  const keep = (outcome: JournalEntry['outcome'], because?: string): void =>
    appendJournal(root, [
      {
        at: new Date().toISOString(),
        run,
        operation,
        stack,
        by,
        outcome,
        ...(because === undefined ? {} : { because }),
        reason,
        changes: {},
      },
    ])
  keep('started')
  return keep
}
