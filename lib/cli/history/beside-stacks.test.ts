import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { joinHistory } from './history.ts'
import { readJournal } from './journal.ts'
import { besideStacks, keepBeside } from './beside-stacks.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'chancery-beside-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const shown = () => joinHistory([], readJournal(root).entries)
const anna = { CHANCERY_OPERATOR: 'anna' }

describe.each(besideStacks)('%s', (operation) => {
  test('outside its window: why stays in the history, with how it ended', () => {
    const ended = keepBeside(root, operation, 'beirut', { reason: 'mail is down' }, anna)
    expect(shown()).toMatchObject([{ operation, result: 'cut off', reason: 'mail is down' }])
    ended?.('failed', 'disk full')
    expect(shown()).toMatchObject([
      { operation, result: 'failed', reason: 'mail is down', because: 'disk full' },
    ])
    expect(shown()[0]).not.toHaveProperty('rollout')
  })

  test('as part of a rollout: its id stays in the history', () => {
    keepBeside(root, operation, 'beirut', { rollout: 'spring-mail' }, anna)?.('done')
    expect(shown()).toMatchObject([{ operation, result: 'done', rollout: 'spring-mail' }])
  })

  test('neither: nothing is kept', () => {
    expect(keepBeside(root, operation, 'beirut', {}, anna)).toBe(undefined)
    expect(shown()).toEqual([])
  })
})
