import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Intent } from '../../reconcile/intents.ts'
import { Observations } from '../../reconcile/look.ts'
import { earlierText, settleEarlier } from './earlier.ts'
import { intentFiles, isAlive, settleIntents } from './intent-files.ts'
import { readIntents } from './intent-lines.ts'
import { IntentLog, intentsFolder } from './intent-log.ts'

const clock = { now: () => Date.parse('2026-11-24T08:00:00Z'), sleep: async () => true }
const run = { run: 'r1', by: 'anna', operation: 'up', stack: 'mission.beirut' }
const intent = (name: string): Intent => ({
  host: 'beirut-hv1',
  urn: `urn:${name}`,
  key: `windows:File|c:\\${name}`,
  operation: 'create',
  verbs: ['write'],
  expect: 'absent',
})

describe('the intents of a run', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'chancery-intents-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const begun = (log: IntentLog, ...names: string[]): readonly number[] => {
    const ids = log.begin(names.map(intent))
    if (!ids.ok) throw new Error(ids.error)
    return ids.value
  }
  const file = () => join(intentsFolder(folder), 'r1.jsonl')
  const openNames = () => intentFiles(folder).flatMap(({ open }) => open.map(({ urn }) => urn))
  /** As when its process was killed: another start of the same id. */
  const kill = (): void =>
    writeFileSync(file(), readFileSync(file(), 'utf8').replace(/"started":"\d+"/, '"started":"1"'))

  it('leave nothing where nothing was done', () => {
    new IntentLog(folder, run, clock).close()
    expect(existsSync(intentsFolder(folder))).toBe(false)
  })

  it('leave nothing where each ended', () => {
    const log = new IntentLog(folder, run, clock)
    for (const id of begun(log, 'a', 'b')) log.end(id, 'done')
    log.close()
    expect(readdirSync(intentsFolder(folder))).toEqual([])
  })

  it('are there at the instant at which they were begun, and stay without an end', () => {
    const log = new IntentLog(folder, run, clock)
    const [first] = begun(log, 'a', 'b')
    expect(openNames()).toEqual(['urn:a', 'urn:b'])
    log.end(first!, 'done')
    expect(openNames()).toEqual(['urn:b'])
    log.close()
    expect(openNames()).toEqual(['urn:b'])
    expect(intentFiles(folder)[0]).toMatchObject({
      run: { ...run, at: '2026-11-24T08:00:00.000Z' },
      open: [intent('b')],
    })
  })

  it('that can’t be written are said to be, with where', () => {
    writeFileSync(intentsFolder(folder), 'a file')
    expect(new IntentLog(folder, run, clock).begin([intent('a')])).toMatchObject({
      ok: false,
      error: expect.stringContaining('r1.jsonl'),
    })
  })

  it('cut off anywhere lose no intent that was whole, and make none up', () => {
    const log = new IntentLog(folder, run, clock)
    const ids = begun(log, 'a', 'b')
    log.end(ids[0]!, 'done')
    begun(log, 'c')
    log.close()
    const text = readFileSync(file(), 'utf8')
    const lines = text.split('\n').filter((line) => line !== '')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length }), (length) => {
        const cut = text.slice(0, length)
        const read = readIntents('f', cut)
        const whole = cut.split('\n').filter((line) => lines.includes(line))
        if (whole.length === 0) {
          expect(read).toBeUndefined()
          return
        }
        const ended = new Set(whole.flatMap((line) => /"end":(\d+)/.exec(line)?.[1] ?? []))
        const begins = whole.flatMap((line) => /"begin":(\d+)/.exec(line)?.[1] ?? [])
        expect(read?.open.map(({ begin }) => String(begin))).toEqual(begins.filter((id) => !ended.has(id)))
      }),
    )
  })

  it('that a full disk cut off in the middle of a line are read on after it', () => {
    const log = new IntentLog(folder, run, clock)
    begun(log, 'a')
    writeFileSync(file(), '\n{"begin":9,"at', { flag: 'a' })
    begun(log, 'b')
    log.close()
    expect(intentFiles(folder)[0]).toMatchObject({ open: [intent('a'), intent('b')], unreadable: [4] })
  })

  it('of a process that runs are at work; of one that ended, broken off, which is told in one line', () => {
    const log = new IntentLog(folder, run, clock)
    begun(log, 'a', 'b')
    expect(intentFiles(folder).map(isAlive)).toEqual([true])
    expect(earlierText('beirut', folder)).toBeUndefined()
    log.close()
    kill()
    expect(intentFiles(folder).map(isAlive)).toEqual([false])
    expect(earlierText('beirut', folder)).toBe(
      'beirut  the up of anna at 2026-11-24T08:00:00.000Z broke off with 2 acts in flight; the host is looked at first. chancery resolve beirut tells of each.',
    )
  })

  it('are answered by a later run that looked at them, and by no other', () => {
    const log = new IntentLog(folder, run, clock)
    begun(log, 'a', 'b')
    log.close()
    kill()
    const seen = Observations.from([
      ['beirut-hv1|windows:File|c:\\a', { state: 'seen', hash: 'x', found: null, owner: null }],
    ])
    settleEarlier(folder, seen, 'r2', '2026-11-24T09:00:00Z')
    expect(openNames()).toEqual(['urn:b'])
  })

  it('go with the last that is settled', () => {
    const log = new IntentLog(folder, run, clock)
    begun(log, 'a', 'b')
    log.close()
    const settle = (id: number): void =>
      settleIntents(
        intentFiles(folder)[0]!,
        [{ id, how: 'said', what: 'done', by: 'anna', why: 'seen' }],
        'at',
      )
    settle(2)
    expect(openNames()).toEqual(['urn:a'])
    settle(1)
    expect(existsSync(file())).toBe(false)
  })
})
