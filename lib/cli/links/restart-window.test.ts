import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { joinHistory } from '../history/history.ts'
import { readJournal } from '../history/journal.ts'
import { keepReason } from './restart-window.ts'

test('why a restart went outside its window stays in the history, with how it ended', () => {
  const root = mkdtempSync(join(tmpdir(), 'chancery-restart-'))
  try {
    const ended = keepReason(root, 'beirut', 'mail is down', { CHANCERY_OPERATOR: 'anna' })
    const shown = () => joinHistory([], readJournal(root).entries)
    expect(shown()).toMatchObject([{ operation: 'restart', result: 'cut off', reason: 'mail is down' }])
    ended('done')
    expect(shown()).toMatchObject([{ operation: 'restart', result: 'done', reason: 'mail is down' }])
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})
