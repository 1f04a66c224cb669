import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { driftJson } from '../../lib/cli/drift/json.ts'
import { driftText } from '../../lib/cli/drift/text.ts'
import { isDrift } from '../../lib/cli/drift/types.ts'
import { noPaint } from '../../lib/cli/view/paint.ts'
import { type Clock, systemClock } from '../../lib/domain/clock.ts'
import type { LabHost } from '../../lib/lab/index.ts'
import { driftOf, resourcesIn } from '../rig/drift.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram } from '../rig/programs.ts'

const view = { width: undefined, paint: noPaint }
const write = (host: LabHost, path: string, text: string) =>
  host.world.files.write(path, new TextEncoder().encode(text))

/** The machine's time, moved ahead as told. */
const movedClock = (): Clock & { by: number } => ({
  by: 0,
  now() {
    return Date.now() + this.by
  },
  sleep: systemClock.sleep,
})

const resources = fileURLToPath(new URL('../../lib/provider/resources/index.ts', import.meta.url))
const pulumi = fileURLToPath(new URL('../../node_modules/@pulumi/pulumi/index.js', import.meta.url))

/** Source of a program of one file with these inputs and options, beside its path. */
const fileProgram = (inputs: string, options = '{}', name = 'note'): string => `
import { File } from ${JSON.stringify(resources)}
import * as pulumi from ${JSON.stringify(pulumi)}
export default ({ site }) => {
  new File('note', { host: site.hosts[0].id, path: 'C:\\\\${name}.txt', ${inputs} }, ${options})
}
`

const switchProgram = `
import { VirtualSwitch } from ${JSON.stringify(resources)}
export default ({ site }) => {
  new VirtualSwitch('lan', { host: site.hosts[0].id, name: 'lan', type: 'private' })
}
`

describe('drift', { timeout: 90_000 }, () => {
  let rig: Rig
  let host: LabHost
  let program: string
  const stack = (name: string) =>
    join(fileURLToPath(rig.estate.stateBackend), '.pulumi/stacks/chancery', `${name}.nairobi.json`)
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    host = rig.lab.host('nairobi-hv1')
    program = rig.program('files', filesProgram(6, 'text'))
    await rig.run('up', { program })
  }, 90_000)
  afterAll(() => rig.close())

  it('says where nothing was applied yet, and asks no host', async () => {
    const before = host.counters.frames
    const report = await driftOf(rig, { program: rig.program('never', filesProgram(1, 'x')) })
    expect(report.sites).toMatchObject([{ outcome: 'done', applied: false, resources: [] }])
    expect(driftText(report, view)).toBe('No drift. 1 site where nothing was applied yet.')
    expect(host.counters.frames).toBe(before)
  })

  it('looks at all resources of a host in one frame, without an engine, and finds nothing', async () => {
    const before = host.counters.frames
    const env = { ...process.env, PATH: '', CHANCERY_CACHE: '/nowhere' }
    const report = await driftOf(rig, { program, env })
    expect(resourcesIn(report).map(({ verdict }) => verdict.is)).toEqual(Array(6).fill('as-declared'))
    expect(driftText(report, view)).toBe('No drift. 1 site as declared.')
    expect(host.counters.frames).toBe(before + 1)
  })

  it('tells what differs and what is gone, since when, and since when not', async () => {
    const clock = movedClock()
    const looked = await driftOf(rig, { program, clock })
    write(host, 'C:\\Notes\\1.txt', 'by hand')
    host.world.files.remove('C:\\Notes\\2.txt')
    clock.by = 3_600_000
    const first = await driftOf(rig, { program, clock })
    clock.by = 7_200_000
    const again = await driftOf(rig, { program, clock })
    const [one, two] = again.sites[0]!.resources.filter(isDrift)
    expect(one).toMatchObject({
      name: 'File c:\\notes\\1.txt',
      verdict: {
        is: 'drifted',
        properties: [
          {
            property: 'content',
            declared: 'text 1',
            found: undefined,
            because: 'content differs: 6 bytes wanted, 7 found',
          },
        ],
      },
    })
    expect(one?.since.get('content')).toEqual({ seen: first.sites[0]?.at, asDeclared: looked.sites[0]?.at })
    expect(two).toMatchObject({ name: 'File c:\\notes\\2.txt', verdict: { is: 'absent' } })
    expect(two?.since.get('')).toEqual({ seen: first.sites[0]?.at, asDeclared: looked.sites[0]?.at })
    expect(driftText(again, view)).toContain('2 differences at 1 site.')
    expect(driftJson(again)).toMatchObject({
      drift: true,
      sites: [{ asDeclared: 4, resources: [{ is: 'drifted' }, { is: 'absent', properties: [] }] }],
    })
  })

  it('begins anew after an apply came in between', async () => {
    await rig.run('up', { program })
    expect(resourcesIn(await driftOf(rig, { program })).filter(isDrift)).toEqual([])
    write(host, 'C:\\Notes\\1.txt', 'by hand again')
    const report = await driftOf(rig, { program })
    expect(resourcesIn(report).find(isDrift)?.since.get('content')?.seen).toBe(report.sites[0]?.at)
    await rig.run('up', { program })
  })

  it('says of a foreign record whose it is, and of no record that there is none; neither is a drift of a property', async () => {
    const records = 'C:\\ProgramData\\Chancery\\owned'
    const [name] = host.world.files.folder(records)!.children.keys()
    const path = `${records}\\${name!}`
    const read = host.world.files.read(path)
    const record = read.ok ? new TextDecoder().decode(read.value) : ''
    write(host, path, record.replace(/"organisation":"[^"]*"/, '"organisation":"embassy-of-elsewhere"'))
    const foreign = resourcesIn(await driftOf(rig, { program })).filter(isDrift)
    expect(foreign).toMatchObject([{ verdict: { is: 'foreign', failure: { kind: 'exists' } } }])
    host.world.files.remove(path)
    const none = resourcesIn(await driftOf(rig, { program })).filter(isDrift)
    expect(none).toMatchObject([
      { verdict: { is: 'foreign', failure: { kind: 'exists', owner: undefined } } },
    ])
    write(host, path, record)
    expect(resourcesIn(await driftOf(rig, { program })).filter(isDrift)).toEqual([])
  })

  it('calls nothing drift that could not be seen', async () => {
    const lan = rig.program('switch', switchProgram)
    await rig.run('up', { program: lan })
    host.order({ name: 'access-denied' })
    const denied = await driftOf(rig, { program: lan })
    host.clear()
    expect(denied.sites).toMatchObject([{ outcome: 'failed', resources: [{ verdict: { is: 'unseen' } }] }])
    host.order({ name: 'module-missing' })
    const missing = await driftOf(rig, { program: lan })
    host.clear()
    expect(missing.sites).toMatchObject([
      { outcome: 'deferred', resources: [{ verdict: { is: 'unsettled' } }] },
    ])
    host.order({ name: 'refuse-connection' })
    const report = await driftOf(rig, { program: lan })
    host.clear()
    expect(report.sites).toMatchObject([
      { outcome: 'unreachable', resources: [{ verdict: { is: 'unseen' } }] },
    ])
    expect([denied, missing, report].map((one) => driftJson(one))).toMatchObject(
      Array(3).fill({ drift: false }),
    )
  })

  describe('differences that are left', () => {
    let path: string
    const until = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
    const accept = (value: string) =>
      `content: 'ours', accept: [{ property: 'content', reason: 'the vendor’s tool rewrites it', until: '${until(1)}'${value} }]`
    const rewritten = (source: string) => writeFileSync(path, source)
    beforeAll(async () => {
      path = rig.program('left', fileProgram(`content: 'ours'`))
      await rig.run('up', { program: path })
      write(host, 'C:\\note.txt', 'theirs')
    }, 90_000)

    it('are listed apart with reason and date while they are accepted, and count after', async () => {
      rewritten(fileProgram(accept('')))
      const report = await driftOf(rig, { program: path })
      expect(resourcesIn(report)).toMatchObject([
        {
          verdict: { is: 'as-declared' },
          accepted: [
            { drift: { property: 'content' }, reason: 'the vendor’s tool rewrites it', until: until(1) },
          ],
        },
      ])
      expect(driftText(report, view)).toContain('Accepted\nsite     resource')
      expect(driftText(report, view)).toContain('No drift, 1 accepted. 1 site as declared.')
      const clock = movedClock()
      clock.by = 3 * 86_400_000
      expect(resourcesIn(await driftOf(rig, { program: path, clock }))).toMatchObject([
        { verdict: { is: 'drifted', properties: [{ property: 'content' }] }, accepted: [] },
      ])
    })

    it('are accepted by value only where it is that value', async () => {
      rewritten(fileProgram(accept(`, value: 'theirs'`)))
      expect(resourcesIn(await driftOf(rig, { program: path })).filter(isDrift)).toEqual([])
      rewritten(fileProgram(accept(`, value: 'other'`)))
      expect(resourcesIn(await driftOf(rig, { program: path })).filter(isDrift)).toHaveLength(1)
    })

    it('are left by ignoreChanges', async () => {
      rewritten(fileProgram(`content: 'ours'`, `{ ignoreChanges: ['content'] }`))
      expect(resourcesIn(await driftOf(rig, { program: path }))).toMatchObject([
        { verdict: { is: 'as-declared' }, ignored: ['content'] },
      ])
    })

    it('are those that were applied last where the program can’t be run, which is said', async () => {
      rewritten(`import 'no-such-package'`)
      const notes: string[] = []
      const report = await driftOf(rig, { program: path, note: (text) => notes.push(text) })
      expect(resourcesIn(report).filter(isDrift)).toHaveLength(1)
      expect(notes).toEqual([
        expect.stringContaining('accepted and ignored differences are those that were applied last'),
      ])
    })
  })

  it('a preview and an up leave an accepted and an ignored difference alone, and count it after its date', async () => {
    const accepted = (day: string) =>
      fileProgram(`content: 'ours', accept: [{ property: 'content', reason: 'r', until: '${day}' }]`)
    const today = new Date().toISOString().slice(0, 10)
    write(host, 'C:\\note.txt', 'theirs')
    for (const source of [
      accepted(today),
      fileProgram(`content: 'ours'`, `{ ignoreChanges: ['content'] }`),
    ]) {
      const report = await rig.run('up', { program: rig.program('left', source) })
      expect(report).toMatchObject({ differences: false, sites: [{ outcome: 'done' }] })
    }
    const preview = await rig.run('preview', { program: rig.program('left', accepted('2020-01-01')) })
    expect(preview.sites).toMatchObject([{ changes: { update: 1 } }])
  })

  it('a preview says precisely what is wrong with an acceptance', async () => {
    const bad = [
      { property: 'contents', reason: 'r', until: '2026-12-31' },
      { property: 'path', reason: 'r', until: '2026-12-31' },
      { property: 'content', reason: ' ', until: '2026-12-31' },
      { property: 'content', reason: 'r', until: '2026-02-30' },
      { property: 'encoding', value: 'ebcdic', reason: 'r', until: '2026-12-31' },
    ]
    const said = []
    for (const entry of bad) {
      const source = fileProgram(`content: 'ours', accept: [${JSON.stringify(entry)}]`)
      const report = await rig.run('preview', { program: rig.program('left', source) })
      said.push(report.sites[0]?.because ?? '')
    }
    expect(said).toEqual([
      expect.stringContaining('expected an input of windows:File (path, content, encoding'),
      expect.stringContaining('path names the thing'),
      expect.stringContaining('expected why it is accepted, got nothing'),
      expect.stringContaining('note: accept.0.until: expected a date like 2026-12-31, got "2026-02-30"'),
      expect.stringContaining('accept.0.value'),
    ])
    expect(said[0]).toContain('got contents. Did you mean content? Nothing was changed.')
  })

  it('compares a secret without showing anything of it', async () => {
    const secret = rig.program('secret', fileProgram(`content: pulumi.secret('swordfish')`, '{}', 'secret'))
    await rig.run('up', { program: secret })
    expect(readFileSync(stack('secret'), 'utf8')).not.toContain('swordfish')
    expect(resourcesIn(await driftOf(rig, { program: secret })).filter(isDrift)).toEqual([])
    write(host, 'C:\\secret.txt', 'swordfish!')
    const report = await driftOf(rig, { program: secret })
    expect(resourcesIn(report)).toMatchObject([
      { verdict: { is: 'drifted', properties: [{ property: 'content', secret: true }] } },
    ])
    const told = driftText(report, view) + JSON.stringify(driftJson(report))
    expect(told).toContain('(secret, differs)')
    expect(told).not.toMatch(/swordfish|9 bytes|10 found/)
  })

  it('asks the engine for a state that is in no folder of its own, and holds each backend apart', async () => {
    // A folder by another name, from the stack's work folder: only the engine resolves it.
    const passphraseFile = join(rig.folder, '.chancery', 'passphrase')
    const estate = { ...rig.estate, stateBackend: 'file://../../state', passphraseFile }
    const report = await driftOf({ ...rig, estate }, { program })
    expect(report.sites).toMatchObject([{ outcome: 'done', applied: true }])
    expect(resourcesIn(report).map(({ verdict }) => verdict)).toMatchObject(
      Array(6).fill({
        is: 'foreign',
        failure: { kind: 'exists', owner: expect.stringContaining(rig.estate.stateBackend) },
      }),
    )
    const broken = await driftOf(
      { ...rig, estate: { ...estate, stateBackend: 'file://../nowhere' } },
      { program },
    )
    expect(broken.sites).toMatchObject([{ outcome: 'failed', resources: [] }])
  })

  describe('a checkpoint that is broken fails its site, and says how', () => {
    let good: string
    beforeEach(() => void (good ??= readFileSync(stack('files'), 'utf8')))
    const failing = async (text: string): Promise<string | undefined> => {
      writeFileSync(stack('files'), text)
      const before = host.counters.frames
      const report = await driftOf(rig, { program })
      writeFileSync(stack('files'), good)
      expect(report.sites).toMatchObject([{ outcome: 'failed', resources: [] }])
      expect(host.counters.frames).toBe(before)
      return report.sites[0]?.because
    }

    it('truncated', async () => {
      expect(await failing(good.slice(0, 700))).toContain('it is cut off after 700 bytes')
    })
    it('newer', async () => {
      expect(await failing(good.replace('"version":3', '"version":5'))).toContain(
        'version 5, expected 3 or 4',
      )
    })
    it('of another project', async () => {
      expect(await failing(good.replaceAll('chancery/files.nairobi', 'payroll/files.nairobi'))).toContain(
        'expected chancery/files.nairobi, got payroll/files.nairobi',
      )
    })
  })
})
