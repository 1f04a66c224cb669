import { readdirSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { strip } from '../worker/payload.ts'
import { receiverFolder, receiverParts, receiverPayload, receiverSource } from './payload.ts'
import { receiverCommand, requestBytes } from './wire.ts'

test('the first bytes are the length of the receiver and the receiver', () => {
  const payload = Buffer.from(receiverPayload())
  expect(payload.readInt32LE(0)).toBe(payload.length - 4)
  expect(inflateRawSync(payload.subarray(4)).toString('utf8')).toBe(strip(receiverSource()))
})

test('every part of the folder is in it, once', () => {
  expect([...receiverParts].sort()).toEqual(
    readdirSync(receiverFolder)
      .map((file) => file.replace(/\.ps1$/, ''))
      .sort(),
  )
})

test('the receiver is small, ASCII and does nothing that a receiver must not', () => {
  const text = receiverSource()
  expect(receiverPayload().length).toBeLessThan(5600)
  expect(text).toMatch(/^[\x20-\x7e\n]*$/)
  expect(text).not.toMatch(/\$input|Invoke-Expression|Write-Host|Add-Type/i)
})

test('the command fits every command line and means the same in cmd.exe and in PowerShell', () => {
  expect(receiverCommand.length).toBeLessThan(900)
  expect(receiverCommand).toMatch(/^[A-Za-z0-9 .+/=-]+$/)
  const script = Buffer.from(receiverCommand.split(' ').at(-1) ?? '', 'base64').toString('utf16le')
  expect(script).toContain('OpenStandardInput')
  expect(script).not.toContain('$input')
})

test('a request is two lengths, a head of ASCII and a body', () => {
  const bytes = Buffer.from(requestBytes({ id: 1, op: 'signature', sha: 'ä', block: 2 }, Buffer.from('body')))
  const head = '{"id":1,"op":"signature","sha":"\\u00e4","block":2}'
  expect(bytes.readInt32LE(0)).toBe(head.length)
  expect(bytes.readInt32LE(4)).toBe(4)
  expect(bytes.subarray(8).toString('latin1')).toBe(`${head}body`)
})
