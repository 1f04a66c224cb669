import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { takesThreeFlights } from './three-flights.ts'

test.each([
  ['OpenSSH_9.2p1', true],
  ['OpenSSH_for_Windows_9.5', true],
  ['OpenSSH_for_Windows_8.1', true],
  ['OpenSSH_10.0p2', true],
  ['OpenSSH_for_Windows_7.7', false],
  ['OpenSSH_7.4', false],
  ['dropbear_2022.83', false],
  ['libssh_0.10.6', false],
  ['', false],
])('a server that calls itself %s takes three flights: %s', (software, takes) => {
  expect(takesThreeFlights(software)).toBe(takes)
})

test('the ssh2 that is installed is the one whose insides are known', () => {
  const path = createRequire(import.meta.url).resolve('ssh2/package.json')
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ version: '1.17.0' })
})
