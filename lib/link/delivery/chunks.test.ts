import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expand } from '../../lab/receiver/expand.ts'
import { ok } from '../../domain/result.ts'
import { type Chunk, sumOf } from './chunk.ts'
import { chunksOf, type Ranges } from './chunks.ts'
import { DeltaMatcher } from './delta.ts'
import { Pages } from './pages.ts'
import type { Matcher } from './steps.ts'
import { blockFor, crc32, SignatureMatcher, signatureOf } from './signature.ts'

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'chancery-chunks-'))))
afterAll(() => rmSync(folder, { recursive: true }))

const ranges = (content: Buffer): Ranges => ({
  size: content.length,
  read: async (at, length) => ok(content.subarray(at, at + length)),
})

const open: number[] = []
function pages(content: Buffer): Pages {
  const path = join(folder, `${open.length}`)
  writeFileSync(path, content)
  const file = openSync(path, 'r')
  open.push(file)
  return new Pages(file, content.length)
}
afterAll(() => open.forEach((file) => closeSync(file)))

const delta = (content: Buffer, base?: Buffer): Promise<DeltaMatcher> =>
  DeltaMatcher.of(pages(content), base === undefined ? undefined : { sha: 'base', pages: pages(base) })

/** The receiver's side: applies chunks from where it stands. */
async function applied(
  content: Buffer,
  base: Buffer | undefined,
  from: number,
  chunkBytes: number,
  matcher: Matcher | undefined,
): Promise<{ readonly result: Buffer; readonly chunks: readonly Chunk[] }> {
  const chunks: Chunk[] = []
  let there = Buffer.from(content.subarray(0, from))
  for await (const chunk of chunksOf(ranges(content), from, matcher, chunkBytes)) {
    if (!chunk.ok) throw new Error(chunk.error.detail)
    const { at, size, sum, z, body } = chunk.value
    expect(at).toBe(there.length)
    const used = chunk.value.base === undefined ? undefined : base
    const yielded = expand(body, z, size, used, there)
    if (yielded === undefined) throw new Error(`chunk at ${at} can't be read`)
    expect(sumOf(yielded)).toBe(sum)
    there = Buffer.concat([there, yielded])
    chunks.push(chunk.value)
  }
  return { result: there, chunks }
}

/** Text that repeats itself as code does, and what an editor makes of it. */
const words = fc.constantFrom(
  'const ',
  'value',
  ' = ',
  'function(',
  ') { return ',
  '}\n',
  'x',
  '0',
  ';',
  'someLongerName',
  '\0\0\0\0',
)
const text = (max: number) =>
  fc
    .array(fc.oneof(words, fc.string({ maxLength: 12 })), { maxLength: max })
    .map((parts) => Buffer.from(parts.join('')))
type Edit = {
  readonly at: number
  readonly cut: number
  readonly put: Buffer
  readonly from: number
  readonly move: number
}
const edits = fc.array(
  fc.record({
    at: fc.nat(),
    cut: fc.oneof(fc.nat(8), fc.nat(2000)),
    put: text(6),
    from: fc.nat(),
    move: fc.oneof(fc.constant(0), fc.nat(3000)),
  }),
  { maxLength: 12 },
)
const edited = (base: Buffer, list: readonly Edit[]): Buffer =>
  list.reduce((now, { at, cut, put, from, move }) => {
    const place = at % (now.length + 1)
    const source = from % (now.length + 1)
    return Buffer.concat([
      now.subarray(0, place),
      put,
      now.subarray(source, source + move),
      now.subarray(place + cut),
    ])
  }, base)

describe('a content as chunks', () => {
  test('yields the content again, whatever was edited, at whatever size of chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        text(600),
        edits,
        fc.constantFrom(300, 4096, 65_536),
        async (base, list, chunkBytes) => {
          const content = edited(base, list)
          const { result, chunks } = await applied(content, base, 0, chunkBytes, await delta(content, base))
          expect(result.equals(content)).toBe(true)
          expect(chunks.every((chunk) => chunk.body.length <= Math.max(chunkBytes, 300))).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('without a base too', async () => {
    await fc.assert(
      fc.asyncProperty(text(600), edits, async (base, list) => {
        const content = edited(base, list)
        const { result } = await applied(content, undefined, 0, 512, await delta(content))
        expect(result.equals(content)).toBe(true)
        expect((await applied(content, undefined, 0, 512, undefined)).result.equals(content)).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  test('goes on from the end of any chunk, with another base, another size, or none', async () => {
    await fc.assert(
      fc.asyncProperty(text(400), edits, fc.nat(), fc.boolean(), async (base, list, pick, bare) => {
        const content = edited(base, list)
        const { chunks } = await applied(content, base, 0, 400, await delta(content, base))
        const ends = [0, ...chunks.map((chunk) => chunk.at + chunk.size)]
        const from = ends[pick % ends.length] ?? 0
        const other = bare ? undefined : Buffer.from(base.toReversed())
        const { result } = await applied(content, other, from, 1000, await delta(content, other))
        expect(result.equals(content)).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  test('from block sums of the base alone', async () => {
    await fc.assert(
      fc.asyncProperty(text(600), edits, fc.integer({ min: 16, max: 700 }), async (base, list, block) => {
        const content = edited(base, list)
        const matcher = new SignatureMatcher('base', base.length, block, signatureOf(base, block))
        const { result } = await applied(content, base, 0, 4096, matcher)
        expect(result.equals(content)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('a content of several ranges copies over their borders', async () => {
    const noise = Buffer.from(
      Uint32Array.from({ length: 700_000 }, (_, i) => Math.imul(i + 1, 0x9e3779b1)).buffer,
    )
    const content = Buffer.concat([
      Buffer.from('inserted'),
      noise.subarray(0, 1_500_000),
      Buffer.from('x'),
      noise.subarray(1_500_001),
    ])
    const { result, chunks } = await applied(content, noise, 0, 65_536, await delta(content, noise))
    expect(result.equals(content)).toBe(true)
    expect(chunks.reduce((sum, chunk) => sum + chunk.body.length, 0)).toBeLessThan(300)
    const twice = Buffer.concat([content, content])
    const alone = await applied(twice, undefined, 0, 65_536, await delta(twice))
    expect(alone.result.equals(twice)).toBe(true)
    const bytes = alone.chunks.reduce((sum, chunk) => sum + chunk.body.length, 0)
    expect(bytes).toBeLessThan(content.length * 1.4)
  })

  test('many small changes close to each other cost a few bytes each', async () => {
    const base = Buffer.from(
      Array.from(
        { length: 4000 },
        (_, i) => `entry ${Math.imul(i, 0x9e3779b1) >>> 0} { a: ${i % 7} }\n`,
      ).join(''),
    )
    const content = Buffer.from(base)
    for (let at = 10; at < content.length; at += 40) content[at] = 0x21 + (at % 90)
    const { result, chunks } = await applied(content, base, 0, 65_536, await delta(content, base))
    expect(result.equals(content)).toBe(true)
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.body.length, 0)
    expect(bytes).toBeLessThan((content.length / 40) * 3.5)
  })
})

describe('block sums', () => {
  test('CRC-32 is that of GZIP', () => expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926))

  test('weigh about as much as what they miss', () => {
    expect(blockFor(15_000_000)).toBe(1984)
    expect(blockFor(10)).toBe(512)
    expect(blockFor(1e15)).toBe(1_048_576)
  })
})
