import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { binaryIn, lookInCache, place, temporaryFolder } from './engine-cache.ts'

let cache: string
beforeEach(() => void (cache = mkdtempSync(join(tmpdir(), 'chancery-cache-'))))
afterEach(() => rmSync(cache, { recursive: true, force: true }))

it.each([
  ['just before', 0],
  ['long before', 60_000],
])(
  'an engine that this process found sound and that was written %s is damaged once a byte of it changes',
  async (_, age) => {
    const temporary = await temporaryFolder(cache)
    writeFileSync(binaryIn(temporary), 'an engine')
    const path = await place(cache, '1.2.3', temporary, 'go')
    const look = () => lookInCache(cache, '1.2.3', { now: () => Date.now() + age })
    expect(await look()).toEqual({ state: 'sound', path })
    expect(await look()).toEqual({ state: 'sound', path })
    const { atime, mtime } = statSync(path)
    writeFileSync(path, readFileSync(path, 'utf8').replace('an', 'no'))
    utimesSync(path, atime, mtime)
    expect(await look()).toMatchObject({ state: 'damaged' })
  },
)
