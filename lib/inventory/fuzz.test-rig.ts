import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import type { z } from 'zod'
import { type Fuzz, fuzzPart } from '../../test/rig/fuzz.ts'
import { loadInventory, readInventory } from './load.ts'
import { smallInventory } from './small-inventory.ts'
import { Sources } from './sources.ts'
import type { YamlFile } from './yaml.ts'

/** The small inventory, with every file that an inventory may have. */
export const wholeInventory: Readonly<Record<string, string>> = {
  ...smallInventory,
  'holidays.csv':
    'of,date,name,source\nLB,2026-11-22,Independence Day,public\nbeirut,2026-04-16,Birthday,public\n',
  'blackouts.yaml': `blackouts:
  - { sites: ['link=satellite', bern], from: '2026-12-24T00:00', to: '2027-01-04T08:00', because: Freeze }
`,
  'second-lines.yaml': `lines:
  bern: { provenance: x, medium: satellite, kbitPerS: 256, rttMs: 600, probe: { address: 10.0.0.1, port: 22 } }
`,
}

/** What a hand, an editor or a disk does to a text. */
const damage = fc.record({
  file: fc.constantFrom(...Object.keys(wholeInventory)),
  at: fc.nat({ max: 2_000 }),
  cut: fc.nat({ max: 30 }),
  put: fc.oneof(
    fc.constantFrom(
      '"',
      '\n',
      ',',
      ':',
      '{',
      '}',
      '[',
      ']',
      '- ',
      '&a ',
      '*a',
      '<<: ',
      '!!js ',
      '---\n',
      '\t',
      '\0',
      '\r',
      '#',
      "'",
      '? ',
      '%YAML 9\n',
      '__proto__: 1\n',
      '\ufeff',
      '\ud800',
    ),
    fc.string({ maxLength: 8 }),
    fc.constantFrom(...Object.values(wholeInventory)),
  ),
})

const damaged = fc.array(damage, { minLength: 1, maxLength: 3 }).map((damages) => {
  const texts = new Map(Object.entries(wholeInventory))
  for (const { file, at, cut, put } of damages) {
    const text = texts.get(file)!
    const from = at % (text.length + 1)
    texts.set(file, text.slice(0, from) + put + text.slice(from + cut))
  }
  return texts
})

/** Reads a text that is not damaged once, and the damaged anew: most of an inventory is as it was. */
class MostlyKnown extends Sources {
  static readonly #known = new Map<string, unknown>()
  readonly #texts: ReadonlyMap<string, string>

  constructor(texts: ReadonlyMap<string, string>) {
    super(texts)
    this.#texts = texts
  }

  override table(...of: Parameters<Sources['table']>): ReturnType<Sources['table']> {
    return this.#once(of[0], () => super.table(...of))
  }

  override yaml<T>(file: string, schema: z.ZodType<T>): YamlFile<T> | undefined {
    return this.#once(file, () => super.yaml(file, schema))
  }

  #once<T>(file: string, read: () => T): T {
    if (this.#texts.get(file) !== wholeInventory[file]) return read()
    const known = MostlyKnown.#known
    if (!known.has(file)) known.set(file, read())
    return known.get(file) as T
  }
}

type Read = ReturnType<typeof readInventory>

/** An estate, or complaints that stand within their files. */
function holdAnswer(read: Read, texts: ReadonlyMap<string, string>): void {
  if (read.ok) return
  assert.ok(read.error.length > 0)
  for (const { file, line, column, expected, fix } of read.error) {
    const lines = texts.get(file)?.split('\n') ?? ['']
    assert.ok(line >= 1 && line <= lines.length, `${file}:${line} of ${lines.length} lines`)
    assert.ok(column >= 1 && column <= lines[line - 1]!.length + 1, `${file}:${line}:${column}`)
    assert.ok(expected !== '' && fix !== '')
  }
}

const inMemory = fuzzPart(
  'answers any damaged inventory with an estate or with complaints that stand within their files',
  0.98,
  damaged,
  (texts) => {
    const before = new Map(texts)
    holdAnswer(readInventory('/inventory', texts, [], new MostlyKnown(texts)), texts)
    assert.deepEqual(texts, before)
  },
)

/** Bytes of a file: a text, or what is no UTF-8. */
const onDisk = fc.tuple(
  damaged,
  fc.option(fc.tuple(fc.constantFrom(...Object.keys(wholeInventory)), fc.uint8Array({ maxLength: 40 }))),
)

const fromDisk = fuzzPart(
  'reads them from a folder as from memory, and leaves every byte of it as it was',
  0.02,
  onDisk,
  ([texts, raw]) => {
    const bytes = new Map([...texts].map(([file, text]) => [file, Buffer.from(text)]))
    if (raw !== null) bytes.set(raw[0], Buffer.from(raw[1]))
    using folder = written(bytes)
    const read = loadInventory(folder.path)
    holdAnswer(read, new Map([...bytes].map(([file, content]) => [file, content.toString()])))
    assert.deepEqual(contentOf(folder.path), bytes)
  },
)

/** These files in a folder that is removed with the returned object. */
function written(files: ReadonlyMap<string, Buffer>): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'chancery-fuzz-'))
  for (const [file, content] of files) {
    mkdirSync(dirname(join(path, file)), { recursive: true })
    writeFileSync(join(path, file), content)
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

const contentOf = (folder: string): ReadonlyMap<string, Buffer> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path)]),
  )

/** The reader of inventories, and damaged ones. */
export const fuzz: Fuzz = { of: 'the reader of inventories', parts: [inMemory, fromDisk] }

/** How many of so many damaged inventories it refuses. */
export const refusedOf = (numRuns: number, seed: number): number =>
  fc.sample(damaged, { numRuns, seed }).filter((texts) => !readInventory('/inventory', texts, []).ok).length
