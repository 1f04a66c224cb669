import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loginOf, passwordOf } from './lease-postgres-password.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-pgpass-'))
  file = join(folder, 'pgpass')
})
afterEach(() => rmSync(folder, { recursive: true }))

const login = loginOf(new URL('postgres://ops%20one@db.example/state?sslmode=require'), {})
const kept = (...lines: readonly string[]): string => {
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 })
  return passwordOf(login, { PGPASSFILE: file })
}

test('a URL names a login, with the defaults of PostgreSQL', () => {
  expect(login).toEqual({ host: 'db.example', port: '5432', database: 'state', user: 'ops one' })
  expect(loginOf(new URL('postgres:///'), { PGUSER: 'anna', PGPORT: '5433' })).toEqual({
    host: 'localhost',
    port: '5433',
    database: 'anna',
    user: 'anna',
  })
})

test('a URL may name a socket', () => {
  expect(loginOf(new URL('postgres:///state?host=/run/postgresql&user=anna'), {})).toMatchObject({
    host: '/run/postgresql',
    user: 'anna',
  })
})

test('the environment goes before the file', () => {
  writeFileSync(file, '*:*:*:*:kept', { mode: 0o600 })
  expect(passwordOf(login, { PGPASSFILE: file, PGPASSWORD: 'given' })).toBe('given')
})

test('the first line that fits is the one, comments, wildcards and escapes as PostgreSQL has them', () => {
  expect(
    kept(
      '#*:*:*:*:no',
      'db.example:5432:other:*:no',
      'db.example:*:state:ops one:a\\:b\\\\c',
      '*:*:*:*:late',
    ),
  ).toBe('a:b\\c')
})

test('none is found: the login, the file and what is wrong are said', () => {
  expect(() => kept('db.example:5432:state:anna:s3cret')).toThrow(
    `the server asks for a password of ops one: expected one in PGPASSWORD or in ${file}, which has no line for this login`,
  )
  chmodSync(file, 0o644)
  expect(() => passwordOf(login, { PGPASSFILE: file })).toThrow('which others may read')
  expect(() => passwordOf(login, { HOME: folder })).toThrow(`${join(folder, '.pgpass')}, which is not there`)
})
