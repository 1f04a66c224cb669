import { readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { strip, workerCommand, workerFile, workerLine } from './payload.ts'

test('stripping removes comment lines, blank lines, indentation and needless spaces, and shortens names', () => {
  expect(strip("# one\n\n    $long = '# no = comment $long'\n  # two\nif ($Long -eq 1) { $null }\r\n")).toBe(
    "$a='# no = comment $long'\nif ($a -eq 1){$null}",
  )
})

test('names stay apart, whatever their case, and those that PowerShell gives a meaning stay', () => {
  const names = Array.from({ length: 60 }, (_, n) => `$name${n}`)
  const text = strip(
    [...names, '$_', '$ErrorActionPreference', '$env:ProgramData', '$name1::Call'].join('\n'),
  ).split('\n')
  expect(new Set(text).size).toBe(64)
  expect(text.slice(60)).toEqual(['$_', '$ErrorActionPreference', '$env:ProgramData', `${text[1]}::Call`])
  expect(strip('$Name = $nAME')).toBe('$a=$a')
})

test.each(["$a = @'\ntext\n'@", '<# block #>', '$a = 1 `\n + 2', '"one $two"'])(
  'a script that cannot be stripped safely is refused: %j',
  (script) => {
    expect(() => strip(script)).toThrow('Internal error')
  },
)

test('the first line is the worker', () => {
  const text = inflateRawSync(Buffer.from(workerLine(), 'base64')).toString('utf8')
  expect(text).toBe(strip(readFileSync(workerFile, 'utf8')))
  expect(workerLine()).toMatch(/^[A-Za-z0-9+/=]+$/)
})

test('the worker is small, ASCII and does nothing that a worker must not', () => {
  const text = readFileSync(workerFile, 'utf8')
  expect(workerLine().length).toBeLessThan(6272)
  expect(text).toMatch(/^[\x20-\x7e\n]*$/)
  expect(text).not.toMatch(/\$input|Invoke-Expression|Write-Host/i)
})

test('the command fits every command line and means the same in cmd.exe and in PowerShell', () => {
  expect(workerCommand.length).toBeLessThan(900)
  expect(workerCommand).toMatch(/^[A-Za-z0-9 .+/=-]+$/)
  const encoded = workerCommand.split(' ').at(-1) ?? ''
  expect(Buffer.from(encoded, 'base64').toString('utf16le')).not.toContain('$input')
})
