import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { joinHistory } from './history.ts'
import { readJournal } from './journal.ts'
import { besideStacks, keepReason } from './keep-reason.ts'

test.each(besideStacks)(
  'why a %s went outside its window stays in the history, with how it ended',
  (operation) => {
    const root = mkdtempSync(join(tmpdir(), 'chancery-reason-'))
    try {
      const ended = keepReason(root, operation, 'beirut', 'mail is down', { CHANCERY_OPERATOR: 'anna' })
      const shown = () => joinHistory([], readJournal(root).entries)
      expect(shown()).toMatchObject([{ operation, result: 'cut off', reason: 'mail is down' }])
      ended('failed', 'disk full')
      expect(shown()).toMatchObject([
        { operation, result: 'failed', reason: 'mail is down', because: 'disk full' },
      ])
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  },
)
