import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ContentStore } from './content-store.ts'
import { measureSource } from './source.ts'

let folder: string
let store: ContentStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-contents-'))
  store = new ContentStore(join(folder, 'store'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const sha = (text: string): string => createHash('sha256').update(text).digest('hex')
const keep = async (text: string, name: string, versions = 3): Promise<void> => {
  const path = join(folder, 'source')
  writeFileSync(path, text)
  const source = await measureSource(path)
  if (!source.ok) throw new Error(source.error.kind)
  await store.keep(source.value, name, { versions, bytes: 1_000 })
}

describe('a content that is on its way', () => {
  test('is begun once, whichever process asks, until it has ended', async () => {
    const other = new ContentStore(join(folder, 'store'))
    expect(await store.begin(sha('a'))).toBe(true)
    expect(await store.begin(sha('a'))).toBe(false)
    expect(await other.begin(sha('a'))).toBe(false)
    expect(await other.begin(sha('b'))).toBe(true)
    await other.ended(sha('a'))
    expect(await store.begin(sha('a'))).toBe(true)
  })

  test('is begun by exactly one of many that ask at once', async () => {
    const begun = await Promise.all(
      Array.from({ length: 20 }, () => new ContentStore(join(folder, 'store')).begin(sha('a'))),
    )
    expect(begun.filter((one) => one)).toHaveLength(1)
  })

  test('counts as begun before where that can’t be noted: nothing is guessed of it', async () => {
    writeFileSync(join(folder, 'plain'), '')
    const nowhere = new ContentStore(join(folder, 'plain'))
    expect(await nowhere.begin(sha('a'))).toBe(false)
    await nowhere.ended(sha('a'))
    await store.ended(sha('never begun'))
  })

  test('is no version yet, and its note stays when versions are dropped', async () => {
    await store.begin(sha('a'))
    expect(await store.versions()).toEqual([])
    await store.drop(sha('a'))
    expect(await store.begin(sha('a'))).toBe(false)
  })
})

describe('contents that were delivered', () => {
  test('are kept as they are, with their name, and need no source any more', async () => {
    await keep('first', 'agent.msi')
    rmSync(join(folder, 'source'))
    expect(await store.versions()).toMatchObject([{ sha: sha('first'), size: 5, name: 'agent.msi' }])
    expect(readFileSync(store.path(sha('first')), 'utf8')).toBe('first')
  })

  test('go by age when more are kept than may be; one that served as a base is young again', async () => {
    for (const text of ['one', 'two']) {
      await keep(text, 'agent.msi', 2)
      const old = new Date(Date.now() - (text === 'one' ? 2 : 1) * 60_000)
      utimesSync(`${store.path(sha(text))}.json`, old, old)
    }
    await store.used(sha('one'))
    await keep('three', 'agent.msi', 2)
    const kept = (await store.versions()).map((version) => version.sha)
    expect(kept.toSorted()).toEqual([sha('one'), sha('three')].toSorted())
  })

  test('that can’t be read are as if they were not there', async () => {
    await keep('first', 'agent.msi')
    writeFileSync(`${store.path(sha('first'))}.json`, '{')
    writeFileSync(`${store.path(sha('gone'))}.json`, '{"name":"gone"}')
    expect(await store.versions()).toEqual([])
  })
})
