import { expect, it } from 'vitest'
import { UsageError } from '../command.ts'
import { patienceOf } from './patience-of.ts'

it('takes the option before the environment, and says nothing where neither does', () => {
  expect(patienceOf(20, { CHANCERY_PATIENCE: '7' })).toBe(20_000)
  expect(patienceOf(0, {})).toBe(0)
  expect(patienceOf(undefined, { CHANCERY_PATIENCE: ' 0.5 ' })).toBe(500)
  for (const env of [{}, { CHANCERY_PATIENCE: '' }]) expect(patienceOf(undefined, env)).toBeUndefined()
})

it('refuses what is no span, by name', () => {
  for (const option of [-1, Number.NaN])
    expect(() => patienceOf(option, {})).toThrow(/^--patience: expected seconds, 0 or more, got /)
  expect(() => patienceOf(undefined, { CHANCERY_PATIENCE: 'long' })).toThrow(UsageError)
})
