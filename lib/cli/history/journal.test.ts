import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { appendJournal, type JournalEntry, readJournal } from './journal.ts'

const root = mkdtempSync(join(tmpdir(), 'chancery-journal-'))
afterAll(() => rmSync(root, { recursive: true }))

const entry: JournalEntry = {
  at: '2026-11-24T10:00:00Z',
  run: 'r1',
  operation: 'up',
  stack: 'mission.beirut',
  by: 'alice@ops1',
  outcome: 'started',
  changes: {},
}

it('keeps what was appended, in order, and says which line a crash cut short', () => {
  expect(readJournal(root)).toEqual({ entries: [], unreadable: [] })
  appendJournal(root, [entry])
  appendFileSync(join(root, 'journal.jsonl'), '{"at":"2026\n')
  const last = { ...entry, outcome: 'failed', because: 'disk full', changes: { create: 2 } } as const
  appendJournal(root, [last])
  expect(readJournal(root)).toEqual({ entries: [entry, last], unreadable: [2] })
})
