import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bareHost, readCases, runCase } from './cases.ts'
import { commandNames } from './tables.ts'

const FOLDER = fileURLToPath(new URL('../../test/conformance/powershell-cases', import.meta.url))

test('each recorded case is answered exactly as real PowerShell did, or refused', () => {
  const host = bareHost(commandNames())
  const outcomes = readCases(FOLDER).map((c) => runCase(c, host))
  expect(outcomes.filter((o) => o.outcome === 'different')).toEqual([])
  expect(outcomes.filter((o) => o.outcome === 'same').length).toBeGreaterThanOrEqual(1725)
  expect(outcomes).toHaveLength(1785)
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
