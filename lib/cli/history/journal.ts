import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const entryShape = z.object({
  /** ISO 8601, UTC. */
  at: z.string(),
  run: z.string(),
  operation: z.string(),
  /** `mission.beirut`. */
  stack: z.string(),
  by: z.string(),
  /** `started` is written before anything is done; a run without another entry was cut off, or is at work. */
  outcome: z.enum(['started', 'done', 'failed', 'unreachable', 'deferred']),
  because: z.string().optional(),
  plan: z.string().optional(),
  reason: z.string().optional(),
  /** Id of the rollout that it was part of. */
  rollout: z.string().optional(),
  changes: z.record(z.string(), z.number()).default({}),
})

/** How a run began or ended at one site, in the words that its person was told. */
export type JournalEntry = Readonly<z.infer<typeof entryShape>>

const fileOf = (root: string): string => join(root, 'journal.jsonl')

/** Adds to the journal of this machine: one line an entry, whole or not at all. */
export function appendJournal(root: string, entries: readonly JournalEntry[]): void {
  if (entries.length === 0) return
  appendFileSync(fileOf(root), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 })
}

/** What this machine ran, the oldest first, and the numbers of the lines that are none of the journal's: one that a crash cut short. */
export function readJournal(root: string): {
  readonly entries: readonly JournalEntry[]
  readonly unreadable: readonly number[]
} {
  const text = textOf(fileOf(root))
  const lines = text
    .split('\n')
    .map((line, at) => ({ at: at + 1, entry: readLine(line), blank: line.trim() === '' }))
  return {
    entries: lines.flatMap(({ entry }) => entry ?? []),
    unreadable: lines.filter(({ entry, blank }) => entry === undefined && !blank).map(({ at }) => at),
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

function readLine(line: string): JournalEntry | undefined {
  try {
    return entryShape.safeParse(JSON.parse(line)).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
