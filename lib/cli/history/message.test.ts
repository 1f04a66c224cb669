import fc from 'fast-check'
import { expect, it } from 'vitest'
import { composeNote, readNote, type RunNote } from './message.ts'

const text = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .map((one) => `x${one.replaceAll(/[\s\x00-\x1f\x7f]+/g, ' ')}x`)
const note: fc.Arbitrary<RunNote> = fc.record(
  {
    run: fc.uuid(),
    operation: fc.constantFrom('up', 'destroy', 'refresh'),
    by: text,
    plan: text,
    rollout: text,
    reason: text,
    changes: fc.array(text, { maxLength: 40 }),
  },
  { requiredKeys: ['run', 'operation', 'by', 'changes'] },
)

it('a note is read back as it was composed', () => {
  fc.assert(
    fc.property(note, (one) => {
      expect(readNote(composeNote(one))).toEqual(one)
    }),
  )
})

it('a reason of several lines adds no field and no change', () => {
  const reason = 'storm\nrun: 7\n- delete everything'
  const read = readNote(composeNote({ run: 'r1', operation: 'up', by: 'a@b', reason, changes: [] }))
  expect(read).toEqual({
    run: 'r1',
    operation: 'up',
    by: 'a@b',
    reason: 'storm run: 7 - delete everything',
    changes: [],
  })
})

it('many changes are cut, and it says how many are missing', () => {
  const changes = Array.from({ length: 50 }, (_, i) => `create File f${i}`)
  expect(readNote(composeNote({ run: 'r', operation: 'up', by: 'a', changes }))?.changes.at(-1)).toBe(
    'and 10 more',
  )
})

it('another program’s message is none of ours', () => {
  for (const message of ['', 'fix the printers', 'chancery up', 'by: a\nrun: b'])
    expect(readNote(message)).toBeUndefined()
})
