import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readJournal } from '../history/journal.ts'
import { intentFiles } from './intent-files.ts'
import { IntentLog, intentsFolder } from './intent-log.ts'
import { settleBySaying } from './mark.ts'

const clock = { now: () => Date.parse('2026-11-24T08:00:00Z'), sleep: async () => true }
const urn = 'urn:pulumi:free.nairobi::chancery::command:remote:Command::schema'
const said = {
  urn,
  what: 'done',
  by: 'anna@ops1',
  why: 'seen on the console',
  at: '2026-11-24T09:00:00Z',
} as const

describe('a person’s word on a free command', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'chancery-mark-'))
    const run = { run: 'r1', by: 'bob@ops2', operation: 'up', stack: 'free.nairobi' }
    const log = new IntentLog(root, run, clock)
    const key = `command:remote:Command|${urn}`
    log.begin([{ host: 'h1', urn, key, operation: 'run', verbs: ['command'], expect: 'absent' }])
    log.close()
    const file = join(intentsFolder(root), 'r1.jsonl')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"started":"\d+"/, '"started":"1"'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))
  const place = () => ({ root, workFolder: root, stack: 'free.nairobi' })

  it('settles it, and the journal keeps who said it, when and why', () => {
    expect(settleBySaying(place(), said, true)).toBe(1)
    expect(intentFiles(root)).toEqual([])
    expect(readJournal(root).entries).toMatchObject([
      {
        operation: 'resolve',
        by: 'anna@ops1',
        at: said.at,
        reason: 'seen on the console',
        because: `${urn} was done`,
      },
    ])
  })

  it('on something that is not in flight settles nothing and is not kept', () => {
    expect(settleBySaying(place(), { ...said, urn: `${urn}2` }, false)).toBe(0)
    expect(intentFiles(root)).toHaveLength(1)
    expect(readJournal(root).entries).toEqual([])
  })
})
