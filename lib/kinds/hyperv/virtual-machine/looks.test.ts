import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** The lines of a script that read one machine, `$vm`, and its closing line of the printed object. */
const reading = (script: string): readonly string[] => {
  const lines = readFileSync(new URL(script, import.meta.url), 'utf8')
    .split('\n')
    .map((line) => line.replace('$things += [pscustomobject]@{', '[pscustomobject]@{'))
  const first = lines.findIndex((line) => line.includes('$adapters = @('))
  return lines.slice(first, lines.indexOf('    }', lines.indexOf('    [pscustomobject]@{')) + 1)
}

it('list.ps1 reads each machine by the very lines by which observe.ps1 reads one', () => {
  const observed = reading('observe.ps1')
  expect(observed.length).toBeGreaterThan(70)
  expect(reading('list.ps1')).toEqual(observed)
})
