import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makePlan } from '../../lib/cli/plan/make.ts'
import type { RunReport } from '../../lib/cli/run/types.ts'
import type { LabHost } from '../../lib/lab/index.ts'
import { changeOf } from '../../lib/cli/view/plan.ts'
import { type PlanDocument, planText, sealerOf, sealPlan } from '../../lib/reconcile/plan-file/index.ts'
import { type Rig, type RunOptions, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'

const text = (of: string) => new TextEncoder().encode(of)

describe('a saved plan', { timeout: 120_000 }, () => {
  let rig: Rig
  let host: LabHost
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi', 'beirut'] })
    host = rig.lab.host('nairobi-hv1')
  })
  beforeEach(() => void rig.events.splice(0))
  afterAll(() => rig.close())

  const planOf = (report: RunReport, program: string): PlanDocument => {
    const made = makePlan({
      previews: report.previews,
      estate: rig.estate,
      operation: 'up',
      program,
      cwd: rig.folder,
      allowDataLoss: [],
      by: 'anna',
      now: Date.UTC(2026, 0, 5),
      version: '0.0.0',
    })
    if (!made.ok) throw new Error(made.error.join('\n'))
    return made.value
  }
  const save = async (options: RunOptions & { readonly program: string }): Promise<PlanDocument> =>
    planOf(await rig.run('preview', { ...options, planning: { do: 'save' } }), options.program)
  const passphrase = (): string => readFileSync(join(rig.folder, '.chancery', 'passphrase'), 'utf8').trim()
  const hold = (plan: PlanDocument, options: RunOptions) =>
    rig.run('up', { ...options, planning: { do: 'hold', plan } })

  it('is carried out with the exchanges of a plain run: one to look, one to act', async () => {
    const program = rig.program('files', filesProgram(3, 'text'))
    const sites = { sites: ['nairobi'] }
    const plan = await save({ program, ...sites })
    expect(plan.sites[0]?.resources.map(({ name, parts }) => [name, parts[0]?.do])).toEqual([
      ['File c:\\notes\\0.txt', 'act'],
      ['File c:\\notes\\1.txt', 'act'],
      ['File c:\\notes\\2.txt', 'act'],
    ])
    rig.events.splice(0)
    const up = await hold(plan, { program, ...sites })
    expect(up.sites).toMatchObject([{ outcome: 'done', changes: { create: 3 } }])
    expect(textOf(host, 'C:\\Notes\\2.txt')).toBe('text 2')
    expect(rig.events.filter(({ kind }) => kind === 'exchange')).toHaveLength(2)
    const again = await hold(plan, { program, ...sites })
    expect(again.sites).toMatchObject([{ outcome: 'failed' }])
    expect(again.sites[0]?.because).toContain('the state is another one')
  })

  it('is refused when the host changed: what it looks like now beside what was planned on, and nothing runs', async () => {
    const program = rig.program('files', filesProgram(3, 'other'))
    const plan = await save({ program, sites: ['nairobi'] })
    host.world.files.write('C:\\Notes\\1.txt', text('by hand'))
    const up = await hold(plan, { program, sites: ['nairobi'] })
    expect(up.sites).toMatchObject([
      { outcome: 'failed', failures: [{ kind: 'changed', planned: { length: 6 }, now: { length: 7 } }] },
    ])
    expect(textOf(host, 'C:\\Notes\\0.txt')).toBe('text 0')
    host.world.files.write('C:\\Notes\\1.txt', text('text 1'))
    expect((await hold(plan, { program, sites: ['nairobi'] })).sites).toMatchObject([{ outcome: 'done' }])
    expect(textOf(host, 'C:\\Notes\\0.txt')).toBe('other 0')
  })

  it('holds updates, removals, replacements and what stays alike: each carried out, each guarded', async () => {
    const nairobi = { sites: ['nairobi'] }
    const files = (list: readonly (readonly [string, string, string])[]) =>
      rig.program('mixed', filesOf(list))
    const before = files([
      ['same', 'same', 'stays'],
      ['update', 'update', 'one'],
      ['replace', 'old name', 'moved'],
      ['gone', 'gone', 'to go'],
    ])
    expect((await rig.run('up', { program: before, ...nairobi })).sites).toMatchObject([{ outcome: 'done' }])
    const after = files([
      ['same', 'same', 'stays'],
      ['update', 'update', 'two'],
      ['replace', 'new name', 'moved'],
      ['new', 'new', 'made'],
    ])
    const plan = await save({ program: after, ...nairobi })
    expect(plan.sites[0]?.resources.map((one) => [one.urn.split('::').at(-1), changeOf(one)])).toEqual([
      ['gone', 'delete'],
      ['replace', 'replace'],
      ['new', 'create'],
      ['same', 'same'],
      ['update', 'update'],
    ])
    for (const name of ['same', 'update', 'old name', 'gone']) {
      const path = `C:\\Mixed\\${name}.txt`
      const was = textOf(host, path)!
      host.world.files.write(path, text('by hand'))
      const refused = await hold(plan, { program: after, ...nairobi })
      expect(refused.sites, name).toMatchObject([{ outcome: 'failed', failures: [{ kind: 'changed' }] }])
      expect([textOf(host, 'C:\\Mixed\\new.txt'), textOf(host, path)]).toEqual([undefined, 'by hand'])
      host.world.files.write(path, text(was))
    }
    host.world.files.write('C:\\Mixed\\new.txt', text('somebody’s'))
    expect((await hold(plan, { program: after, ...nairobi })).sites[0]?.failures).toMatchObject([
      { kind: 'changed', planned: null, now: { length: 12 } },
    ])
    host.world.files.remove('C:\\Mixed\\new.txt')
    expect((await hold(plan, { program: after, ...nairobi })).sites).toMatchObject([{ outcome: 'done' }])
    const there = ['same', 'update', 'old name', 'new name', 'gone', 'new']
    expect(there.map((name) => textOf(host, `C:\\Mixed\\${name}.txt`))).toEqual([
      'stays',
      'two',
      undefined,
      'moved',
      undefined,
      'made',
    ])
  })

  it('of two sites is refused at the one that changed and carried out at the other', async () => {
    const program = rig.program('both', filesOf([['note', 'both', 'both']]))
    const sites = { sites: ['nairobi', 'beirut'] }
    const plan = await save({ program, ...sites })
    const beirut = rig.lab.host('beirut-hv1')
    beirut.world.files.makeFolder('C:\\Mixed')
    beirut.world.files.write('C:\\Mixed\\both.txt', text('by hand'))
    const up = await hold(plan, { program, ...sites })
    expect(up.sites).toMatchObject([
      { site: 'nairobi', outcome: 'done' },
      { site: 'beirut', outcome: 'failed' },
    ])
    expect([textOf(host, 'C:\\Mixed\\both.txt'), textOf(beirut, 'C:\\Mixed\\both.txt')]).toEqual([
      'both',
      'by hand',
    ])
  })

  it('leaves out a site that can’t be reached, by name; a host that is out of reach later keeps its state', async () => {
    const program = rig.program('reach', filesOf([['note', 'reach', 'reach']]))
    const beirut = rig.lab.host('beirut-hv1')
    beirut.order({ name: 'refuse-connection' })
    const plan = await save({ program, sites: ['nairobi', 'beirut'] })
    beirut.clear()
    expect(plan.sites.map(({ site }) => site)).toEqual(['nairobi'])
    expect(plan.left).toMatchObject([{ site: 'beirut', outcome: 'unreachable' }])
    host.order({ name: 'refuse-connection' })
    const away = await hold(plan, { program, sites: ['nairobi'] })
    host.clear()
    expect(away.sites).toMatchObject([{ outcome: 'unreachable' }])
    expect((await hold(plan, { program, sites: ['nairobi'] })).sites).toMatchObject([{ outcome: 'done' }])
  })

  it('names a secret by a keyed seal only, and is refused once the secret is another', async () => {
    const sha = (value: string) => createHash('sha256').update(value).digest('hex')
    const nairobi = { sites: ['nairobi'] }
    const first = 'correct horse battery staple'
    const program = rig.program('secret', secretFile(first))
    const plan = await save({ program, ...nairobi })
    const steps = plan.sites[0]?.resources[0]?.parts[0]
    expect(steps).toMatchObject({ steps: [{ params: { content: { $secret: expect.any(String) } } }] })
    const other = rig.program('secret', secretFile('another secret'))
    const refused = await hold(plan, { program: other, ...nairobi })
    expect(refused.sites[0]?.because).toContain('File secret is another')
    expect((await hold(plan, { program, ...nairobi })).sites).toMatchObject([{ outcome: 'done' }])
    expect(textOf(host, 'C:\\Secret\\it.txt')).toBe(first)
    const later = await save({ program: other, ...nairobi })
    for (const written of [plan, later].map(planText)) {
      for (const told of [first, 'another secret'])
        for (const form of [told, sha(told), Buffer.from(told).toString('base64').slice(0, -4)])
          expect(written).not.toContain(form)
    }
    expect(later.sites[0]?.resources[0]?.parts[0]?.guard).toMatchObject({
      expects: expect.stringMatching(/^sealed:/),
      seen: { sha256: expect.stringMatching(/^hmac:/) },
    })
  })

  it('refers to a value of later by the resource and the output that gives it', async () => {
    const nairobi = { sites: ['nairobi'] }
    const program = rig.program('later', switchProgram('pulumi.interpolate`lan ${network.switchId}`'))
    const preview = await rig.run('preview', { program, ...nairobi, planning: { do: 'save' } })
    const told = JSON.stringify(preview.previews.map(({ rows }) => rows))
    expect(told).not.toContain('\\u0000')
    const plan = planOf(preview, program)
    const urn = expect.stringMatching(/VirtualSwitch::network$/)
    expect(
      JSON.parse(
        JSON.stringify(plan.sites[0]?.resources.find(({ kind }) => kind === 'hyperv:VirtualMachine')),
      ),
    ).toMatchObject({
      after: [urn],
    })
    expect(planText(plan)).toContain('"$later"')
    expect(planText(plan)).not.toContain('\\u0000later')
    const up = await hold(plan, { program, ...nairobi })
    expect(up.sites).toMatchObject([{ outcome: 'done' }])
    const [machine] = host.world.hyperv.machines.filter(({ name }) => name === 'later')
    expect(machine?.adapters.map(({ name }) => name)).toEqual([expect.stringMatching(/^lan [0-9a-f-]{36}$/i)])
  })

  it.each([
    ['adapters.0.name', switchProgram('network.switchId.apply((id) => id.slice(0, 8))')],
    ['adapters.0.name', switchProgram('network.switchId.apply((id) => id.toUpperCase())')],
    ['content', switchProgram("'lan'", 'network.switchId')],
  ])('can’t be made where %s is known only later and is no reference', async (property, source) => {
    const program = rig.program('unsaveable', source)
    const report = await rig.run('preview', { program, sites: ['beirut'], planning: { do: 'save' } })
    expect(() => planOf(report, program)).toThrow(`: ${property}: `)
  })

  it('of the mission program, with machines that wait for disks and switch, is carried out and nothing is left to do', async () => {
    const program = 'mission'
    const plan = await save({ program, sites: ['beirut'] })
    const resources = plan.sites[0]!.resources
    expect(resources.length).toBeGreaterThan(8)
    expect(
      resources.filter(({ kind, after }) => kind === 'hyperv:VirtualMachine' && after.length === 0),
    ).toEqual([])
    const up = await hold(plan, { program, sites: ['beirut'] })
    expect(up.sites).toMatchObject([{ outcome: 'done' }])
    expect((await rig.run('preview', { program, sites: ['beirut'] })).differences).toBe(false)
  })

  it('holds a free command as announced and unguarded, and is refused when it is another', async () => {
    const nairobi = { sites: ['nairobi'] }
    const program = rig.program('free', commandProgram('one'))
    const plan = await save({ program, ...nairobi })
    expect(plan.sites[0]?.commands).toMatchObject([{ operation: 'create', guarded: false, runs: true }])
    const other = await hold(plan, { program: rig.program('free', commandProgram('two')), ...nairobi })
    expect(other.sites[0]?.because).toContain('the program declares something else: Command note is another')
    expect(textOf(host, 'C:\\Free\\note.txt')).toBeUndefined()
    expect((await hold(plan, { program, ...nairobi })).sites).toMatchObject([{ outcome: 'done' }])
    expect(textOf(host, 'C:\\Free\\note.txt')).toBe('one')
  })

  it('is refused for another script, worker or inventory of the site before any host is looked at', async () => {
    const program = rig.program('grounds', filesOf([['note', 'grounds', 'grounds']]))
    const plan = await save({ program, sites: ['nairobi'] })
    const [site] = plan.sites
    const { seal: _, integrity: __, ...body } = plan
    const sealer = sealerOf(passphrase(), [rig.estate.organisation, rig.estate.stateBackend])
    const changed = {
      'windows:File/write is another': {
        ...body,
        versions: { ...plan.versions, scripts: { ...plan.versions.scripts, 'windows:File/write': 'other' } },
      },
      'the worker on the host is another': { ...body, versions: { ...plan.versions, worker: 'other' } },
      'the inventory of this site changed: link': {
        ...body,
        sites: [
          {
            ...site!,
            restsOn: { ...site!.restsOn, inventory: { ...site!.restsOn.inventory, link: 'other' } },
          },
        ],
      },
    }
    for (const [words, other] of Object.entries(changed)) {
      rig.events.splice(0)
      const up = await hold(sealPlan(other, sealer), { program, sites: ['nairobi'] })
      expect(up.sites[0]?.because).toContain(words)
      expect(rig.events.filter(({ kind }) => kind === 'exchange')).toEqual([])
    }
    await expect(hold({ ...plan, program: 'x' }, { program, sites: ['nairobi'] })).rejects.toThrow(
      'expected the seal',
    )
  })
})

const resources = fileURLToPath(new URL('../../lib/provider/resources/index.ts', import.meta.url))
const pulumi = import.meta.resolve('@pulumi/pulumi')

/** Files below C:\\Mixed: name of the resource, of the file, content. */
const filesOf = (list: readonly (readonly [string, string, string])[]): string => `
import { File } from ${JSON.stringify(resources)}
export default ({ site }) => {
  for (const [name, file, content] of ${JSON.stringify(list)})
    new File(name, { host: site.hosts[0].id, path: 'C:\\\\Mixed\\\\' + file + '.txt', content })
}
`

const secretFile = (secret: string): string => `
import * as pulumi from ${JSON.stringify(pulumi)}
import { File } from ${JSON.stringify(resources)}
export default ({ site }) => {
  new File('secret', { host: site.hosts[0].id, path: 'C:\\\\Secret\\\\it.txt', content: pulumi.secret(${JSON.stringify(secret)}) })
}
`

/** A machine whose adapter has this name, an expression over the switch `network`; and a file with this content where one is given. */
function switchProgram(adapter: string, content?: string): string {
  const file =
    content === undefined ? '' : `new File('id', { host, path: 'C:\\\\id.txt', content: ${content} })`
  return `
import * as pulumi from ${JSON.stringify(pulumi)}
import { File, VirtualMachine, VirtualSwitch } from ${JSON.stringify(resources)}
export default ({ site }) => {
  const host = site.hosts[0].id
  const network = new VirtualSwitch('network', { host, name: 'inner', type: 'private' })
  new VirtualMachine('machine', { host, name: 'later', generation: 2, adapters: [{ name: ${adapter}, switch: network.name }] }, { dependsOn: [network] })
  ${file}
}
`
}

const commandProgram = (content: string): string => `
import command from ${JSON.stringify(createRequire(import.meta.url).resolve('@pulumi/command'))}
export default ({ site }) => {
  new command.remote.Command('note', {
    connection: { host: site.hosts[0].id },
    create: ${JSON.stringify(`$null = New-Item -Path 'C:\\Free' -ItemType Directory -Force -ErrorAction Stop
[IO.File]::WriteAllText('C:\\Free\\note.txt', '${content}')`)},
  })
}
`
