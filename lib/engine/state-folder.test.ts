import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readCheckpoint } from './checkpoint.ts'
import { mendState, reserveBytes, roomForState } from './state-folder.ts'

const stack = { project: 'chancery', stack: 'pp.nairobi' }

/** A checkpoint of one file with this name, as the engine writes it. */
const checkpoint = (name: string, time: string, of = stack.stack): string =>
  JSON.stringify({
    version: 3,
    checkpoint: {
      stack: `organization/chancery/${of}`,
      latest: {
        manifest: { time, magic: 'ab35', version: 'v3.259.0' },
        resources: [
          {
            urn: `urn:pulumi:${of}::chancery::chancery:windows:File::${name}`,
            custom: true,
            id: 'nairobi-hv1|c:\\n\\a.txt',
            type: 'chancery:windows:File',
          },
        ],
      },
    },
  })

const early = '2026-11-24T08:00:00.123Z'
const late = '2026-11-24T09:00:00.456Z'
const last = checkpoint('last', '2026-11-24T10:00:00Z')

describe('a state in a folder', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'chancery-state-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const place = () => ({ ...stack, backendUrl: pathToFileURL(folder).href })
  const stacks = () => join(folder, '.pulumi/stacks/chancery')
  const main = () => join(stacks(), 'pp.nairobi.json')
  function put(path: string, content: string | Buffer): void {
    const file = join(folder, '.pulumi', path)
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, content)
  }
  const putMain = (content: string | Buffer): void => put('stacks/chancery/pp.nairobi.json', content)
  const putBefore = (content: string): void => put('stacks/chancery/pp.nairobi.json.bak', content)
  async function namesKnown(): Promise<readonly string[]> {
    const read = await readCheckpoint(place())
    if (!read.ok) throw new Error(read.error.kind)
    return read.value?.resources.map(({ urn }) => urn.slice(urn.lastIndexOf('::') + 2)) ?? []
  }
  const aside = (): readonly string[] => readdirSync(stacks()).filter((name) => name.includes('.torn-'))

  it('that is sound is left as it is', async () => {
    putMain(last)
    putBefore(checkpoint('before', early))
    expect(await mendState(place())).toEqual({ ok: true, value: undefined })
    expect(readFileSync(main(), 'utf8')).toBe(last)
    expect(readdirSync(stacks())).toHaveLength(2)
  })

  it('that is not there is not made from a copy: its stack was removed', async () => {
    putBefore(checkpoint('before', early))
    expect(await mendState(place())).toEqual({ ok: true, value: undefined })
    expect(await namesKnown()).toEqual([])
  })

  it('cut off after any number of bytes gives way to its copy, and is kept', async () => {
    const before = checkpoint('before', late)
    for (let length = 0; length < last.length; length++) {
      rmSync(join(folder, '.pulumi'), { recursive: true, force: true })
      const torn = last.slice(0, length)
      putMain(torn)
      putBefore(before)
      const mended = await mendState(place())
      expect(mended).toMatchObject({ ok: true, value: expect.stringContaining('pp.nairobi.json.bak of') })
      expect(readFileSync(main(), 'utf8')).toBe(before)
      const [kept, ...more] = aside()
      expect(more).toEqual([])
      expect(readFileSync(join(stacks(), kept!), 'utf8')).toBe(torn)
    }
  })

  it('filled up with zeros, as after a lost power, gives way to its copy', async () => {
    putMain(Buffer.concat([Buffer.from(last.slice(0, 100)), Buffer.alloc(last.length - 100)]))
    putBefore(checkpoint('before', late))
    expect(await mendState(place())).toMatchObject({ ok: true, value: expect.stringContaining('was torn') })
    expect(await namesKnown()).toEqual(['before'])
  })

  it('gives way to the newest sound copy by what the copy says, wherever it lies', async () => {
    putMain(last.slice(0, 300))
    putBefore(last.slice(0, 200))
    put('backups/chancery/pp.nairobi/pp.nairobi.3.json', checkpoint('backup', early))
    put('history/chancery/pp.nairobi/pp.nairobi-1.checkpoint.json', checkpoint('history', late))
    put('history/chancery/pp.nairobi/pp.nairobi-1.history.json', '{"kind":"update"}')
    const stray = checkpoint('stray', '2026-11-24T11:00:00Z', 'pp.accra')
    put('backups/chancery/pp.nairobi/pp.nairobi.4.json', stray)
    const mended = await mendState(place())
    expect(mended).toMatchObject({
      ok: true,
      value: expect.stringMatching(/checkpoint\.json of 2026-11-24T09/),
    })
    expect(await namesKnown()).toEqual(['history'])
  })

  it('that is packed gives way to a copy, packed or not', async () => {
    put('stacks/chancery/pp.nairobi.json.gz', gzipSync(last).subarray(0, 60))
    put('backups/chancery/pp.nairobi/pp.nairobi.3.json.gz', gzipSync(checkpoint('backup', early)))
    expect(await mendState(place())).toMatchObject({ ok: true, value: expect.stringContaining('cut off') })
    expect(await namesKnown()).toEqual(['backup'])
    expect(aside()).toEqual([expect.stringMatching(/\.json\.torn-.*\.gz$/)])
  })

  it('of which no copy is sound stays as it is, and that is said with what to do', async () => {
    putMain(last.slice(0, 300))
    putBefore('')
    expect(await mendState(place())).toMatchObject({
      ok: false,
      error: {
        problem: 'torn',
        detail: expect.stringMatching(/cut off after 300 bytes.*none of its 1 copies is sound/),
      },
    })
    expect(readFileSync(main(), 'utf8')).toBe(last.slice(0, 300))
    expect(aside()).toEqual([])
  })

  it('of another stack or of a newer version is not torn: the engine or the reader says what it is', async () => {
    for (const content of [checkpoint('a', late, 'pp.accra'), '{"version":9,"checkpoint":{}}']) {
      putMain(content)
      putBefore(checkpoint('before', early))
      expect(await mendState(place())).toEqual({ ok: true, value: undefined })
      expect(readFileSync(main(), 'utf8')).toBe(content)
    }
  })

  it('loses attributes that are half written, and keeps whole ones', async () => {
    putMain(last)
    put('stacks/chancery/pp.nairobi.json.attrs', '')
    put('stacks/chancery/pp.nairobi.json.bak.attrs', '{}')
    await mendState(place())
    expect(readdirSync(stacks())).toEqual(['pp.nairobi.json', 'pp.nairobi.json.bak.attrs'])
  })

  it('needs room for itself three times beside a reserve, where it lies and where the run keeps its notes', async () => {
    putMain(last)
    const needed = reserveBytes + 3 * last.length
    const work = join(folder, 'work')
    const free = (bytes: Readonly<Record<string, number>>) => async (at: string) => ({
      bavail: bytes[at] ?? 1e12,
      bsize: 1,
    })
    const room = (bytes: Readonly<Record<string, number>>) =>
      roomForState({ ...place(), workFolder: work }, free(bytes))
    expect(await room({ [folder]: needed, [work]: needed })).toEqual({ ok: true, value: undefined })
    for (const at of [folder, work])
      expect(await room({ [at]: needed - 1 })).toMatchObject({
        ok: false,
        error: { problem: 'full', detail: expect.stringContaining(`the volume of ${at} has 16.0 MB free`) },
      })
  })
})
