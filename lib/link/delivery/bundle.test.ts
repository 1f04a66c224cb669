import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type BundleContent, readBundle, verifyBundle, writeBundle } from './bundle.ts'
import { describeBundleTrouble, manifestText, readManifest } from './manifest.ts'
import { measureSource } from './source.ts'

let folder: string
let disk: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-bundle-'))
  disk = join(folder, 'disk')
})
afterEach(() => rmSync(folder, { recursive: true }))

async function content(name: string, text: string): Promise<BundleContent> {
  const path = join(folder, name)
  writeFileSync(path, text)
  const measured = await measureSource(path)
  if (!measured.ok) throw new Error(measured.error.detail)
  return { ...measured.value, name }
}
const write = async (...contents: BundleContent[]) =>
  writeBundle(disk, { site: 'lima', at: '2026-11-24T09:00:00.000Z', by: 'anna on ops1', contents })

describe('a bundle', () => {
  test('holds what was put in, with its manifest, and is found whole', async () => {
    const [a, b] = [await content('b.msi', 'second'), await content('a.msi', 'first')]
    const written = await write(a, b)
    expect(written.ok && written.value.contents).toHaveLength(2)
    expect(await verifyBundle(disk, 'lima')).toMatchObject({
      manifest: { site: 'lima', made: { by: 'anna on ops1' } },
      troubles: [],
    })
    expect(readFileSync(join(disk, 'content', a.sha), 'utf8')).toBe('second')
    expect(readdirSync(join(disk, 'content')).sort()).toEqual([a.sha, b.sha].sort())
  })

  test('grows when more is written to it, and is refused to another site', async () => {
    const [a, b] = [await content('a.msi', 'first'), await content('b.msi', 'second')]
    await write(a)
    await write(b)
    const read = await readBundle(disk)
    expect(read.ok && read.value.contents.map((e) => e.name)).toEqual(['a.msi', 'b.msi'])
    const other = await writeBundle(disk, {
      site: 'beirut',
      at: '2026-11-24T09:00:00.000Z',
      by: 'x',
      contents: [a],
    })
    expect(other).toMatchObject({ error: { kind: 'foreign', expected: 'beirut', got: 'lima' } })
    expect((await verifyBundle(disk, 'beirut')).troubles).toMatchObject([{ kind: 'foreign' }])
  })

  test('holds files of the same content once, under the first name', async () => {
    await write(
      await content('a.msi', 'same'),
      await content('b.msi', 'same'),
      await content('c.msi', 'other'),
    )
    const read = await readBundle(disk)
    expect(read.ok && read.value.contents.map((e) => e.name)).toEqual(['a.msi', 'c.msi'])
  })

  test('that can’t be added to keeps what it had, and says why', async () => {
    const a = await content('a.msi', 'first')
    await write(a)
    const gone = await content('b.msi', 'second')
    rmSync(gone.path)
    expect(await write(gone)).toMatchObject({ error: { kind: 'source-unreadable', path: gone.path } })
    expect((await verifyBundle(disk, 'lima')).troubles).toEqual([])
    const blocked = await content('c.msi', 'third')
    mkdirSync(join(disk, 'content', `${blocked.sha}.part`))
    expect(await write(blocked)).toMatchObject({ error: { kind: 'unwritable' } })
    rmSync(disk, { recursive: true })
    writeFileSync(disk, 'a file')
    const refused = await write(a)
    if (refused.ok || refused.error.kind !== 'unwritable') throw new Error(JSON.stringify(refused))
    expect(describeBundleTrouble(disk, refused.error)).toContain(`${disk}: it can't be written (`)
  })

  test('tells what is missing, cut, changed, or no bundle at all', async () => {
    expect((await verifyBundle(disk, 'lima')).troubles).toMatchObject([{ kind: 'no-bundle' }])
    const all = [
      await content('a', 'first'),
      await content('b', 'second'),
      await content('c', 'third'),
      await content('d', 'fourth'),
    ]
    await write(...all)
    const [a, b, c] = all.map(({ sha }) => join(disk, 'content', sha))
    rmSync(a ?? '')
    writeFileSync(b ?? '', 'sec')
    writeFileSync(c ?? '', 'THIRD')
    const { troubles } = await verifyBundle(disk, 'lima')
    expect(troubles.map((t) => t.kind)).toEqual(['missing', 'size', 'corrupted'])
    for (const trouble of troubles)
      expect(describeBundleTrouble(disk, trouble)).toContain('Nothing was changed.')
    await write(...all)
    expect((await verifyBundle(disk, 'lima')).troubles).toEqual([])
  })

  test('a source that changed since it was measured is not put in', async () => {
    const a = await content('a', 'first')
    writeFileSync(a.path, 'other')
    expect(await write(a)).toMatchObject({ error: { kind: 'source-changed', path: a.path } })
    expect(await readBundle(disk)).toMatchObject({ error: { kind: 'no-bundle' } })
  })
})

describe('a manifest', () => {
  const entry = fc.record({
    sha: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }),
    size: fc.nat(),
    name: fc.string({ minLength: 1 }),
  })
  const manifest = fc.record({
    bundle: fc.constant(1 as const),
    site: fc.string({ minLength: 1 }),
    made: fc.record({ at: fc.date({ noInvalidDate: true }).map((d) => d.toISOString()), by: fc.string() }),
    contents: fc.uniqueArray(entry, { selector: (e) => e.sha, maxLength: 5 }),
  })

  test('reads as it was written', () => {
    fc.assert(
      fc.property(manifest, (value) => {
        const read = readManifest(manifestText(value))
        expect(read.ok && { ...read.value, contents: [...read.value.contents].sort(bySha) }).toEqual({
          ...value,
          contents: [...value.contents].sort(bySha),
        })
      }),
    )
  })

  test('is refused with the place, or read, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => typeof readManifest(text).ok === 'boolean'),
    )
    const bad = readManifest(
      '{"bundle":1,"site":"lima","made":{"at":"2026-11-24","by":"x"},"contents":[{"sha":"x"}]}',
    )
    expect(bad).toMatchObject({ error: { at: 'contents[0].sha', expected: 'a SHA-256 in hex', got: 'x' } })
  })
})

const bySha = (a: { readonly sha: string }, b: { readonly sha: string }): number => (a.sha < b.sha ? -1 : 1)
