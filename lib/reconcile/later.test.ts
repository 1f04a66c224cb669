import { describe, expect, it } from 'vitest'
import type { Json } from '../domain/json.ts'
import { step } from '../kinds/kind.ts'
import { laterMark, laterPath, sameSteps, withoutLater } from './later.ts'

const mark = laterMark('adapters/0/switch')
const write = (value: Json, more: { readonly [name: string]: Json } = {}) => [
  step('write', { value, path: 'p', ...more }, 'because', ['value']),
]

describe('a value that is known later', () => {
  it('tells its place, and nothing else does', () => {
    expect([laterPath(mark), laterPath(`x${mark}`), laterPath('adapters'), laterPath(3)]).toEqual([
      'adapters/0/switch',
      undefined,
      undefined,
      undefined,
    ])
    expect(withoutLater(`switch ${mark} wanted`)).toBe('switch (known later) wanted')
  })

  it.each([
    ['any value in its place', write(mark), write({ a: [1] }), true],
    ['any text around which the rest stands', write(`lan ${mark}!`), write('lan dmz!'), true],
    ['a text that lacks what stands before it', write(`lan ${mark}!`), write('wan dmz!'), false],
    ['a text that lacks what stands behind it', write(`lan ${mark}!`), write('lan dmz'), false],
    ['a text too short for both sides', write(`aba${mark}aba`), write('aba'), false],
    ['another value elsewhere', write(mark), write('dmz', { path: 'q' }), false],
    ['a parameter more', write(mark), write('dmz', { extra: null }), false],
    ['another step', write(mark), [step('remove', {}, 'because')], false],
    ['a step more', write(mark), [...write('dmz'), ...write('dmz')], false],
    [
      'another effect',
      write(mark),
      [step('write', { value: 'dmz', path: 'p' }, 'b', ['value'], ['powers-off'])],
      false,
    ],
    ['another reason', write(mark), [{ ...write('dmz')[0]!, because: 'dmz' }], true],
  ])('leaves steps the planned ones or not: %s', (_, planned, today, same) => {
    expect(sameSteps(planned, today)).toBe(same)
  })
})
