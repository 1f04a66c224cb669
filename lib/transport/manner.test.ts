import { expect, test } from 'vitest'
import { MannerChoice } from './manner.ts'
import { processMemory } from './memory.ts'

const start = () => {
  const memory = processMemory()
  return { memory, choice: new MannerChoice('h', memory) }
}

test('a host is sent everything ahead until it refuses; then waiting is remembered once it did', () => {
  const { memory, choice } = start()
  expect(choice.next()).toBe('ahead')
  expect(choice.refused('ahead', true)).toBe(true)
  expect(choice.next()).toBe('waiting')
  expect(memory.waits('h')).toBe(false)
  choice.opened('waiting')
  expect(memory.waits('h')).toBe(true)
  expect(choice.next()).toBe('waiting')
})

test('a refusal that waiting would not change is final', () => {
  const { memory, choice } = start()
  expect(choice.refused('ahead', false)).toBe(false)
  expect(choice.next()).toBe('ahead')
  expect(choice.refused('waiting', true)).toBe(false)
  expect(memory.waits('h')).toBe(false)
})

test('one lost connection is answered by waiting once, two in a row by waiting from then on', () => {
  const { memory, choice } = start()
  choice.lost('ahead')
  expect(choice.next()).toBe('waiting')
  choice.opened('waiting')
  expect(choice.next()).toBe('ahead')
  expect(memory.waits('h')).toBe(false)
  choice.lost('ahead')
  choice.opened(choice.next())
  expect(memory.waits('h')).toBe(true)
})

test('a connection made ahead forgets losses before it', () => {
  const { memory, choice } = start()
  for (let i = 0; i < 3; i += 1) {
    choice.lost('ahead')
    choice.opened('waiting')
    choice.opened('ahead')
  }
  expect(memory.waits('h')).toBe(false)
})
