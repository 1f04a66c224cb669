import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SitePreview } from '../../lib/cli/run/types.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { textOf } from '../rig/programs.ts'

const path = 'C:\\Keys\\license.txt'
const text = 'license 4711-0815'
const resources = new URL('../../lib/provider/resources/index.ts', import.meta.url).href
const pulumi = import.meta.resolve('@pulumi/pulumi')

/** One file; its content is what this expression gives. */
const program = (content: string, options = '{}'): string => `
import * as pulumi from ${JSON.stringify(pulumi)}
import { File } from ${JSON.stringify(resources)}
export default ({ site }) => {
  const { content } = new File('license', { host: site.hosts[0].id, path: ${JSON.stringify(path)}, content: ${content} }, ${options})
  return { license: pulumi.interpolate\`it is \${content}\` }
}
`

/** Files of the project that hold it, the programs aside. */
const filesHolding = ({ folder }: Rig, words: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('program-'))
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
    .filter((file) => readFileSync(file, 'utf8').includes(words))

describe('a change of the state alone', { timeout: 120_000 }, () => {
  let rig: Rig
  let clear: string
  let secret: string
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    clear = rig.program('keys', program(JSON.stringify(text)))
    secret = rig.program('keys', program(`pulumi.secret(${JSON.stringify(text)})`))
    expect((await rig.run('up', { program: clear })).sites).toMatchObject([{ outcome: 'done' }])
  }, 60_000)
  afterAll(() => rig.close())

  const file = (): string => join(rig.folder, '.chancery/state/.pulumi/stacks/chancery/keys.nairobi.json')
  const state = (): string => readFileSync(file(), 'utf8')
  const filesWith = (words: string): readonly string[] => filesHolding(rig, words)
  const operations = (): number => rig.lab.host('nairobi-hv1').counters.operations
  const because = (previews: readonly SitePreview[]) =>
    previews[0]?.rows.map((row) => [row.change, ...row.because])

  it('a value that is a secret from now on is shown as a change that runs nothing, and is in clear in no state nor copy of one afterwards', async () => {
    expect(state()).toContain(text)
    const shown = await rig.run('preview', { program: secret })
    expect(because(shown.previews)).toEqual([
      ['update', 'content: kept encrypted in the state from now on; nothing runs on the host'],
    ])
    const before = rig.lab.host('nairobi-hv1').world.files.walk()
    const asked = operations()
    const notes: string[] = []
    const up = await rig.run('up', { program: secret, onNote: (said) => notes.push(said) })
    expect(up.sites).toMatchObject([{ outcome: 'done', failures: [], changes: { update: 1 } }])
    // The look of the preview, and no other frame.
    expect(operations() - asked).toBe(1)
    expect(rig.lab.host('nairobi-hv1').world.files.walk()).toEqual(before)
    expect(state()).not.toContain(text)
    expect(filesWith(text)).toEqual([])
    expect(notes.join('\n')).toMatch(
      /nairobi {2}\d older copies of the state held in clear what is secret now/,
    )
    expect(notes.join('\n')).not.toMatch(/may still hold/)
    expect(await rig.run('preview', { program: secret })).toMatchObject({ differences: false })
  })

  it('a copy in which it was encrypted takes the place of a torn state as before', async () => {
    const whole = state()
    writeFileSync(file(), whole.slice(0, 400))
    const shown = await rig.run('preview', { program: secret })
    expect([shown.differences, shown.sites[0]?.outcome]).toEqual([false, 'done'])
    expect(state()).not.toContain(text)
  })

  it('and no secret any more: shown as well, in clear in the state afterwards', async () => {
    const shown = await rig.run('preview', { program: clear })
    expect(because(shown.previews)).toEqual([
      ['update', 'content: no secret any more, in clear in the state from now on; nothing runs on the host'],
    ])
    expect((await rig.run('up', { program: clear })).sites).toMatchObject([{ outcome: 'done' }])
    expect(state()).toContain(text)
    expect(textOf(rig.lab.host('nairobi-hv1'), path)).toBe(text)
    expect(await rig.run('preview', { program: clear })).toMatchObject({ differences: false })
  })

  it('so is Pulumi’s protect, on and off: what was protected can go once up has taken it off', async () => {
    const rowsOf = async (options: string) => {
      const up = await rig.run('up', { program: rig.program('keys', program(JSON.stringify(text), options)) })
      expect(up.sites).toMatchObject([{ outcome: 'done' }])
      return because(up.previews)
    }
    const before = rig.lab.host('nairobi-hv1').world.files.walk()
    expect(await rowsOf('{ protect: true }')).toEqual([
      ['update', 'protected from now on; nothing runs on the host'],
    ])
    expect(state()).toContain('"protect":true')
    const none = rig.program('keys', 'export default () => {}')
    expect((await rig.run('up', { program: none })).sites).toMatchObject([
      { outcome: 'failed', because: expect.stringMatching(/declare it without protect, run up/) },
    ])
    expect(await rowsOf('{}')).toEqual([['update', 'protected no more; nothing runs on the host']])
    expect(state()).not.toContain('"protect":true')
    expect(rig.lab.host('nairobi-hv1').world.files.walk()).toEqual(before)
    expect((await rig.run('up', { program: none })).sites).toMatchObject([{ outcome: 'done' }])
    expect(textOf(rig.lab.host('nairobi-hv1'), path)).toBeUndefined()
  })
})

describe(
  'a value that is a secret from now on, in a run that replaces what has it',
  { timeout: 120_000 },
  () => {
    it('is in clear in no state nor copy of one afterwards', async () => {
      const rig = await startRig({ sites: ['nairobi'] })
      try {
        const before = rig.program('keys', program(JSON.stringify(text)))
        expect((await rig.run('up', { program: before })).sites).toMatchObject([{ outcome: 'done' }])
        const moved = program(`pulumi.secret(${JSON.stringify(text)})`).replace('license.txt', 'moved.txt')
        const up = await rig.run('up', { program: rig.program('keys', moved) })
        expect(up.sites).toMatchObject([{ outcome: 'done', changes: { replace: 1 } }])
        expect(textOf(rig.lab.host('nairobi-hv1'), 'C:\\Keys\\moved.txt')).toBe(text)
        expect(filesHolding(rig, text)).toEqual([])
      } finally {
        await rig.close()
      }
    })
  },
)

describe('names of resources', { timeout: 120_000 }, () => {
  let rig: Rig
  beforeAll(async () => void (rig = await startRig({ sites: ['nairobi'] })))
  afterAll(() => rig.close())

  /** Files of these names under these paths; each holds its first letter. */
  const files = (...wanted: readonly (readonly [name: string, file: string, options?: string])[]): string =>
    rig.program(
      'names',
      `import { File } from ${JSON.stringify(resources)}
export default ({ site }) => {
  const file = (name, path, options) =>
    new File(name, { host: site.hosts[0].id, path: 'C:\\\\Names\\\\' + path, content: name[0] }, options)
  ${wanted.map(([name, file, options = '{}']) => `file('${name}', '${file}', ${options})`).join('\n  ')}
}`,
    )

  it('may be others by an alias: the record on the host follows, and what was made stays ours to remove', async () => {
    expect((await rig.run('up', { program: files(['a', '1.txt'], ['b', '2.txt']) })).sites).toMatchObject([
      { outcome: 'done' },
    ])
    const renamed = files(['anew', '1.txt', "{ aliases: [{ name: 'a' }] }"], ['b', '2.txt'])
    const up = await rig.run('up', { program: renamed })
    expect(up.previews[0]?.rows).toMatchObject([
      { change: 'update', because: [expect.stringMatching(/^its record goes by its URN of today/)] },
      { change: 'same' },
    ])
    expect(up.sites).toMatchObject([{ outcome: 'done', failures: [] }])
    const alone = files(['anew', '1.txt'], ['b', '2.txt'])
    expect(await rig.run('preview', { program: alone })).toMatchObject({ differences: false })
    expect((await rig.run('up', { program: files(['b', '2.txt']) })).sites).toMatchObject([
      { outcome: 'done' },
    ])
    expect(textOf(rig.lab.host('nairobi-hv1'), 'C:\\Names\\1.txt')).toBeUndefined()
  })

  it('can’t change places in one run: refused before anything runs, with what to do', async () => {
    expect((await rig.run('up', { program: files(['a', '1.txt'], ['b', '2.txt']) })).sites).toMatchObject([
      { outcome: 'done' },
    ])
    const swapped = await rig.run('up', { program: files(['a', '2.txt'], ['b', '1.txt']) })
    expect(swapped.sites).toMatchObject([
      {
        outcome: 'failed',
        because: expect.stringMatching(
          /refused by rule another-resource.*it is there as a of this same stack.*two that change places: one of them to a third name/,
        ),
      },
    ])
    const host = rig.lab.host('nairobi-hv1')
    expect([1, 2].map((i) => textOf(host, `C:\\Names\\${i}.txt`))).toEqual(['a', 'b'])
  })
})
