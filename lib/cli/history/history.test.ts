import { expect, it } from 'vitest'
import type { StackUpdate } from '../../engine/history.ts'
import { joinHistory } from './history.ts'
import type { JournalEntry } from './journal.ts'
import { composeNote } from './message.ts'

const update = (run: string, started: string, more: Partial<StackUpdate> = {}): StackUpdate => ({
  kind: 'update',
  started,
  message: composeNote({
    run,
    operation: 'up',
    by: 'alice@ops1',
    plan: 'abc',
    changes: ['create File a on h1'],
  }),
  result: 'succeeded',
  changes: { create: 1 },
  ...more,
})
const entry = (
  run: string,
  at: string,
  outcome: JournalEntry['outcome'],
  because?: string,
): JournalEntry => ({
  at,
  run,
  operation: 'up',
  stack: 'mission.beirut',
  by: 'alice@ops1',
  outcome,
  ...(because === undefined ? {} : { because }),
  changes: { create: 2 },
})

it('joins what the backend and this machine know of a run, in the words that the person was told', () => {
  const items = joinHistory(
    [update('r1', '2026-11-24T10:00:00Z', { result: 'failed' })],
    [
      entry('r1', '2026-11-24T09:59:58Z', 'started'),
      entry('r1', '2026-11-24T10:00:09Z', 'unreachable', 'The link was lost.'),
    ],
  )
  expect(items).toEqual([
    {
      at: '2026-11-24T10:00:00Z',
      operation: 'up',
      by: 'alice@ops1',
      run: 'r1',
      plan: 'abc',
      result: 'unreachable',
      because: 'The link was lost.',
      changes: { create: 2 },
      planned: ['create File a on h1'],
      shared: true,
    },
  ])
})

it('tells a run that never came to the engine, one that was cut off, and one of another tool', () => {
  const items = joinHistory(
    [
      update('r2', '2026-11-24T12:00:00Z'),
      update('r9', '2026-11-24T08:00:00Z', { message: 'by hand', kind: 'refresh' }),
    ],
    [
      entry('r4', '2026-11-24T09:00:00Z', 'started'),
      entry('r3', '2026-11-24T11:00:00Z', 'deferred', 'outside its window'),
    ],
  )
  expect(items.map(({ operation, by, result, shared }) => [operation, by, result, shared])).toEqual([
    ['up', 'alice@ops1', 'succeeded', true],
    ['up', 'alice@ops1', 'deferred', false],
    ['up', 'alice@ops1', 'cut off', false],
    ['refresh', undefined, 'succeeded', true],
  ])
})

it('counts what another machine planned by its note, and what another tool did as the engine counted', () => {
  const message = composeNote({
    run: 'r',
    operation: 'up',
    by: 'bob@ops2',
    changes: Array.from({ length: 50 }, (_, i) => `${i < 3 ? 'update' : 'create'} File f${i} on h1`),
  })
  const items = joinHistory(
    [
      update('', '2026-11-24T12:00:00Z', { message }),
      update('', '2026-11-24T11:00:00Z', { message: '', changes: { delete: 3 } }),
    ],
    [],
  )
  expect(items.map(({ changes }) => changes)).toEqual([{ update: 3, create: 37, more: 10 }, { delete: 3 }])
})

it('keeps the order of this machine’s runs where its clock was a day ahead for one of them', () => {
  const items = joinHistory(
    [update('r3', '2026-11-24T10:05:00Z')],
    [
      entry('r1', '2026-11-24T10:00:00Z', 'deferred'),
      entry('r2', '2026-11-25T10:02:00Z', 'deferred'),
      entry('r4', '2026-11-24T10:06:00Z', 'deferred'),
    ],
  )
  expect(items.map(({ run }) => run)).toEqual(['r4', 'r2', 'r3', 'r1'])
})
