import { readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { strip, workerCommand, workerFile, workerLine } from './payload.ts'

test('stripping removes comment lines, blank lines and indentation, and nothing else', () => {
  expect(strip("# one\n\n    $a = '# no comment'\n  # two\n}\r\n")).toBe("$a = '# no comment'\n}")
})

test.each(["$a = @'\ntext\n'@", '<# block #>', '$a = 1 `\n + 2'])(
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
  expect(workerLine().length).toBeLessThan(6144)
  expect(text).toMatch(/^[\x20-\x7e\n]*$/)
  expect(text).not.toMatch(/\$input|Invoke-Expression|Write-Host/i)
})

test('the command fits every command line and means the same in cmd.exe and in PowerShell', () => {
  expect(workerCommand.length).toBeLessThan(900)
  expect(workerCommand).toMatch(/^[A-Za-z0-9 .+/=-]+$/)
  const encoded = workerCommand.split(' ').at(-1) ?? ''
  expect(Buffer.from(encoded, 'base64').toString('utf16le')).not.toContain('$input')
})
