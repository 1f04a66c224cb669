import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ExpectedContents } from './expected.ts'
import { HostContents } from './host-contents.ts'
import { SourceCache } from './source-cache.ts'

const shaOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const old = randomBytes(100_000)
const fresh = Buffer.concat([old.subarray(0, 50_000), randomBytes(500), old.subarray(50_000)])
const content = { source: 'agent-2.msi', sha256: shaOf(fresh), size: fresh.length }

let folder: string
let hosts: HostContents
let expected: ExpectedContents
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-expected-'))
  const store = join(folder, 'content')
  mkdirSync(store)
  writeFileSync(join(store, shaOf(old)), old)
  writeFileSync(join(store, `${shaOf(old)}.json`), '{"name":"agent-1.msi"}')
  writeFileSync(join(folder, content.source), fresh)
  hosts = new HostContents(join(folder, 'work', 'hosts.json'))
  expected = new ExpectedContents(new SourceCache(folder, join(folder, 'sources.json')), store, hosts)
})
afterEach(() => rmSync(folder, { recursive: true }))

it('a host to which nothing was delivered yet may take the whole', async () => {
  expect(await expected.of('h1', content)).toEqual({ bytes: fresh.length, atMost: true })
})

it('a host that holds it takes nothing, one that holds an older version takes what differs', async () => {
  hosts.note('h1', [content.sha256])
  hosts.note('h2', [shaOf(old)])
  expect(await expected.of('h1', content)).toEqual({ bytes: 0, atMost: false })
  const { bytes, atMost } = await expected.of('h2', content)
  expect([atMost, bytes > 500, bytes < 1500]).toEqual([false, true, true])
})

it('an older version that lies only on the host, or can’t be read here, leaves it at the whole', async () => {
  hosts.note('h1', ['ab'.repeat(32)])
  expect(await expected.of('h1', content)).toEqual({ bytes: fresh.length, atMost: true })
  hosts.note('h1', [shaOf(old)])
  rmSync(join(folder, content.source))
  expect(await expected.of('h1', content)).toEqual({ bytes: fresh.length, atMost: true })
})

it('what is noted of hosts is kept for other processes; a file that can’t be read is as if there were none', () => {
  hosts.note('h1', ['a'])
  hosts.note('h2', ['b'])
  const file = join(folder, 'work', 'hosts.json')
  expect(new HostContents(file).of('h1')).toEqual(['a'])
  writeFileSync(file, '{"h1":"torn')
  expect(new HostContents(file).of('h1')).toBeUndefined()
  hosts.note('h1', ['c'])
  expect(new HostContents(file).of('h1')).toEqual(['c'])
})
