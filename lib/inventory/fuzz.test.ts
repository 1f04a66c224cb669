import { describe, expect, test } from 'vitest'
import { fuzzTests } from '../../test/rig/fuzz.ts'
import { formatComplaints } from './complaint.ts'
import { fuzz, refusedOf, wholeInventory } from './fuzz.test-rig.ts'
import { readInventory } from './load.ts'

describe('the reader', () => {
  fuzzTests(fuzz, test)

  test('refuses many of the damaged, and takes many', { timeout: 120_000 }, () => {
    const refused = refusedOf(300, 1)
    expect(refused).toBeGreaterThan(100)
    expect(refused).toBeLessThan(295)
  })

  test('takes the inventory that the damage starts from', () => {
    const read = readInventory('/inventory', new Map(Object.entries(wholeInventory)), [])
    expect(read.ok ? '' : formatComplaints(read.error)).toBe('')
  })
})
