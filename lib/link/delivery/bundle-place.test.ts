import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readyForBundle } from './bundle-place.ts'
import { describeBundleTrouble, type Manifest, manifestText } from './manifest.ts'

let root: string
let disk: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'chancery-place-'))
  disk = join(root, 'disk')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const bundle = (site: string): string => {
  const manifest: Manifest = {
    bundle: 1,
    site,
    made: { at: '2026-11-24T12:00:00.000Z', by: 'anna on ops1' },
    contents: [],
  }
  return manifestText(manifest)
}
const ready = async (folder = disk, sizes: readonly number[] = [1]): Promise<string | undefined> => {
  const answer = await readyForBundle(folder, { site: 'lima', sizes })
  return answer.ok ? undefined : describeBundleTrouble(folder, answer.error)
}

describe('a place for a bundle', () => {
  test('may be missing, empty, or hold what was begun for the site; nothing is left behind', async () => {
    expect(await ready(join(disk, 'a', 'b'))).toBe(undefined)
    expect(existsSync(disk)).toBe(false)
    mkdirSync(disk)
    expect(await ready()).toBe(undefined)
    mkdirSync(join(disk, 'content'))
    writeFileSync(join(disk, 'manifest.json'), bundle('lima'))
    expect(await ready()).toBe(undefined)
    expect(readdirSync(disk, { recursive: true }).sort()).toEqual(['content', 'manifest.json'])
  })

  test.each([
    ['a file', () => writeFileSync(disk, ''), 'EEXIST'],
    ['below a file', () => writeFileSync(join(root, 'disk'), ''), 'EEXIST'],
    [
      'a file where its contents lie',
      () => {
        mkdirSync(disk)
        writeFileSync(join(disk, 'content'), '')
      },
      'EEXIST',
    ],
    [
      'a folder of something else',
      () => {
        mkdirSync(disk)
        writeFileSync(join(disk, 'manifest.json'), '{ "name": "a web page" }')
      },
      'bundle: expected 1, got nothing',
    ],
    [
      'a manifest that is a folder',
      () => mkdirSync(join(disk, 'manifest.json'), { recursive: true }),
      'EISDIR',
    ],
  ])('is not %s', async (what, make, told) => {
    make()
    const refused = await ready(what === 'below a file' ? join(disk, 'lima') : disk)
    expect(refused).toContain(told)
    expect(refused).toContain('Nothing was read or written. Name another one with --out.')
  })

  test('is not that of another site', async () => {
    mkdirSync(disk)
    writeFileSync(join(disk, 'manifest.json'), bundle('accra'))
    expect(await ready()).toContain('a bundle for accra, not for lima')
  })

  test('is not below /proc, which is told at once', async () => {
    expect(await ready('/proc/chancery/lima')).toContain('ENOENT')
  })

  test('has room for what is not there yet', async () => {
    const more = 2 ** 52
    expect(await ready(disk, [more])).toMatch(
      /disk: expected room for 4503599627370496 bytes more, got \d+\. Nothing was read or written\./,
    )
    // What lies there with its size may be it already: the copy finds out.
    mkdirSync(join(disk, 'content'), { recursive: true })
    writeFileSync(join(disk, 'content', 'f'.repeat(64)), 'twelve bytes')
    expect(await ready(disk, [12, 12])).toBe(undefined)
  })
})
