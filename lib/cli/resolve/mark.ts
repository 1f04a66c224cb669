import { randomUUID } from 'node:crypto'
import { appendJournal } from '../history/journal.ts'
import { brokenOff } from './earlier.ts'
import { settleIntents } from './intent-files.ts'
import { isCommand } from './judge.ts'
import { keepWord, wordsSaid } from './said.ts'

/** What a person says of an act that no look can tell of. */
export type Said = {
  readonly urn: string
  readonly what: 'done' | 'not-done'
  readonly by: string
  readonly why: string
  /** ISO 8601, UTC. */
  readonly at: string
}

/**
 * Settles what earlier runs have in flight of this URN by a person's word, which the journal keeps; gives how many there were. On a free
 * command it is kept for the next run too, over an earlier word that none has used yet. `pending`: the state has an act of this URN as
 * begun, which no run of this machine wrote.
 */
export function settleBySaying(
  place: { readonly root: string; readonly workFolder: string; readonly stack: string },
  said: Said,
  pending: boolean,
): number {
  const { urn, what, by, why, at } = said
  let settled = 0
  for (const file of brokenOff(place.workFolder)) {
    const ends = file.open
      .filter((line) => line.urn === urn)
      .map(({ begin }) => ({ id: begin, how: 'said' as const, what, by, why }))
    if (ends.length > 0) settleIntents(file, ends, at)
    settled += ends.length
  }
  const command = isCommand({ key: undefined, urn })
  if (settled === 0 && !(command && (pending || wordsSaid(place.workFolder).has(urn)))) return 0
  if (command) keepWord(place.workFolder, urn, { what, by, why, at })
  appendJournal(place.root, [
    {
      at,
      run: randomUUID(),
      operation: 'resolve',
      stack: place.stack,
      by,
      outcome: 'done',
      because: `${urn} was ${what === 'done' ? 'done' : 'not done'}`,
      reason: why,
      changes: {},
    },
  ])
  return Math.max(settled, 1)
}
