import { describe, expect, it } from 'vitest'
import { describeFailure } from './failure.ts'
import type { JsonObject } from './json.ts'

const changed = (planned: JsonObject | null, now: JsonObject | null): string =>
  describeFailure({ kind: 'changed', host: 'h1', resource: 'VirtualMachine fs1', planned, now })

describe('the line of a thing that changed since it was planned on', () => {
  const machine = { name: 'fs1', processors: 2, adapters: [{ name: 'LAN', vlan: 20 }], notes: '' }

  it('has what differs and nothing else of what was seen', () => {
    expect(changed(machine, { ...machine, adapters: [{ name: 'LAN', vlan: 21 }], notes: 'by hand' })).toBe(
      'h1: VirtualMachine fs1 no longer looks as it did when the plan was made; nothing ran on this host. ' +
        'adapters.0.vlan: planned on 20, now 21; notes: planned on "", now by hand. Preview again.',
    )
  })

  it('says how many more there are where many differ', () => {
    const many = (value: number): JsonObject => Object.fromEntries([...'abcdef'].map((name) => [name, value]))
    expect(changed(many(1), many(2))).toMatch(/ d: planned on 1, now 2; 2 more\. Preview again\.$/)
  })

  it('says whether it came or went', () => {
    expect(changed(null, machine)).toContain('It was absent and is there now.')
    expect(changed(machine, null)).toContain('It was there and is gone.')
  })
})
