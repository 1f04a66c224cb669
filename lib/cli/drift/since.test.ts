import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type DriftMemory, keepMemory, nothingSeen, readMemory, remember } from './since.ts'

const look = (before: DriftMemory, now: number, drifts: readonly string[], applied?: number) =>
  remember(before, [{ urn: 'u', drifts, applied }], new Set(['u']), now)
const at = (result: ReturnType<typeof look>, name: string) => result.since.get('u')?.get(name)

describe('since when something differs', () => {
  it('is not known to have been otherwise where it was never looked at', () => {
    expect(at(look(nothingSeen, 100, ['a']), 'a')).toEqual({ seen: 100, asDeclared: undefined })
  })
  it('is bounded by the last look that saw it as declared, and stays while it lasts', () => {
    const one = look(nothingSeen, 100, [])
    const two = look(one.memory, 200, ['a'])
    const three = look(two.memory, 300, ['a', 'b'])
    expect(at(three, 'a')).toEqual({ seen: 200, asDeclared: 100 })
    expect(at(three, 'b')).toEqual({ seen: 300, asDeclared: 200 })
  })
  it('begins anew after it was gone', () => {
    const one = look(nothingSeen, 100, ['a'])
    const two = look(one.memory, 200, [])
    expect(at(look(two.memory, 300, ['a']), 'a')).toEqual({ seen: 300, asDeclared: 200 })
  })
  it('begins anew after an apply, which left it as declared', () => {
    const one = look(nothingSeen, 100, ['a'])
    expect(at(look(one.memory, 300, ['a'], 200), 'a')).toEqual({ seen: 300, asDeclared: 200 })
    expect(at(look(nothingSeen, 300, ['a'], 200), 'a')).toEqual({ seen: 300, asDeclared: 200 })
  })
  it('takes nothing from a clock that is set back', () => {
    const one = look(nothingSeen, 1000, [])
    expect(at(look(one.memory, 300, ['a']), 'a')).toEqual({ seen: 300, asDeclared: undefined })
  })
  it('is kept of what could not be seen this time, and forgotten of what the state no longer has', () => {
    const one = look(nothingSeen, 100, ['a'])
    const unseen = remember(one.memory, [], new Set(['u']), 200)
    expect(at(look(unseen.memory, 300, ['a']), 'a')?.seen).toBe(100)
    const removed = remember(one.memory, [], new Set(), 200)
    expect(removed.memory.resources).toEqual({})
  })
})

describe('the memory of a stack', () => {
  it('survives in its file; a file that is not one of ours is said to be lost', () => {
    const folder = mkdtempSync(join(tmpdir(), 'chancery-since-'))
    try {
      expect(readMemory(folder)).toEqual({ memory: nothingSeen })
      const { memory } = look(nothingSeen, 100, ['a'])
      keepMemory(folder, memory)
      expect(readMemory(folder)).toEqual({ memory })
      const file = join(folder, 'drift.json')
      writeFileSync(file, readFileSync(file, 'utf8').slice(0, 20))
      expect(readMemory(folder)).toEqual({ memory: nothingSeen, lost: file })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
