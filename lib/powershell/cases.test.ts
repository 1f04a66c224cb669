import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bareHost, readCases, refusalsOf, runCase } from './cases.ts'
import { commandNames } from './tables.ts'

const FOLDER = fileURLToPath(new URL('../../test/conformance/powershell-cases', import.meta.url))

const host = bareHost(commandNames())
const outcomes = readCases(FOLDER).map((c) => runCase(c, host))

test('each recorded case is answered exactly as real PowerShell did, or refused', () => {
  expect(outcomes.filter((o) => o.outcome === 'different')).toEqual([])
  expect(outcomes.filter((o) => o.outcome === 'same').length).toBeGreaterThanOrEqual(1725)
  expect(outcomes).toHaveLength(1785)
})

test('nine of ten pieces of real work are answered', () => {
  const work = outcomes.filter(({ name }) => name.startsWith('real-work/'))
  expect(work.length).toBeGreaterThan(50)
  expect(work.filter(({ outcome }) => outcome === 'same').length / work.length).toBeGreaterThanOrEqual(0.9)
})

test('refusals are counted by feature and by construct', () => {
  const { byFeature, byConstruct } = refusalsOf(outcomes)
  const refused = outcomes.filter(({ outcome }) => outcome === 'refused').length
  const sum = (counts: { readonly [name: string]: number }): number =>
    Object.values(counts).reduce((a, b) => a + b, 0)
  expect([sum(byFeature), sum(byConstruct)]).toEqual([refused, refused])
  expect(byFeature['warnings']).toBe(
    outcomes.filter((o) => o.outcome === 'refused' && o.name.startsWith('warnings/')).length,
  )
  expect(byConstruct['the cmdlet New-TimeSpan']).toBe(3)
})

test('a wrong answer counts as different', () => {
  const [first] = readCases(FOLDER)
  if (first === undefined) throw new Error('no cases')
  const host = bareHost(new Set())
  expect(runCase({ ...first, result: '["no"]' }, host).outcome).toBe('different')
  expect(runCase({ ...first, types: [] }, host).outcome).toBe('different')
  expect(runCase({ ...first, script: 'Set-Content x y' }, bareHost(new Set(['set-content']))).outcome).toBe(
    'refused',
  )
})
