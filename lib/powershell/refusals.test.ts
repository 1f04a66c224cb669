import { expect, test } from 'vitest'
import { read, Refused, run } from './index.ts'

const host = { command: () => undefined, type: () => undefined, environment: () => undefined }
function answer(script: string): string {
  const parsed = read(script, 'refusals.ps1')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error))
  try {
    const { error, output } = run(parsed.value, { host, params: null })
    return error === null ? `${output.length} values` : error.fqid
  } catch (cause) {
    if (cause instanceof Refused) return `refused: ${cause.construct}`
    throw cause
  }
}

test.each([
  ['while ($true) { }', /^refused: more than 100000 turns/],
  ["'x' * 2147483647", /^refused: \* that makes more than/],
  ['@(1) * 2147483647', /^refused: \* that makes more than/],
  ['@($true, 2) | Sort-Object', /^refused: Sort-Object of/],
  ["@('a', 2) | Sort-Object", /^refused: Sort-Object of/],
  ['$true + 1.0d', /^refused: \+ of a decimal/],
  ['[version]$true', /^refused: a cast of System.Boolean/],
  ['@(1, 2) -like 1', /^refused: -like on a list/],
  ["[decimal]'1-'", /^refused: this text of a decimal/],
  ["1.5 * 'a'", /^InvalidCastFromStringToDoubleOrSingle$/],
  ["1.5d * 'a'", /^InvalidCastFromStringToDecimal$/],
  ["1 * 'a'", /^InvalidCastFromStringToInteger$/],
])('%s is %s', (script, expected) => {
  expect(answer(script)).toMatch(expected)
})
