import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makePlan } from '../../lib/cli/plan/make.ts'
import { changeOf } from '../../lib/cli/view/plan.ts'
import type { LabHost } from '../../lib/lab/index.ts'
import { type PlanDocument, sealerOf, sealPlan } from '../../lib/reconcile/plan-file/index.ts'
import { type Rig, type RunOptions, startRig } from '../rig/estate.ts'
import { textOf } from '../rig/programs.ts'
import { inState, withBegun } from '../rig/state-text.ts'

const resources = fileURLToPath(new URL('../../lib/provider/resources/index.ts', import.meta.url))
const disk = 'VirtualDisk c:\\vhds\\fs1.vhdx'

describe('a saved plan of a removal', { timeout: 120_000 }, () => {
  let rig: Rig
  let host: LabHost
  let path: string
  /** Refusals leave everything as it is, so one plan serves many. */
  let plan: PlanDocument
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    host = rig.lab.host('nairobi-hv1')
    path = program('mission', machine + files())
    expect((await rig.run('up', { program: path })).sites).toMatchObject([{ outcome: 'done' }])
    plan = await save()
  }, 120_000)
  beforeEach(() => void rig.events.splice(0))
  afterAll(() => rig.close())

  const program = (name: string, body: string): string =>
    rig.program(
      name,
      `import * as c from ${JSON.stringify(resources)}
const host = 'nairobi-hv1'
export default () => {
${body}
}
`,
    )
  const machine = `
  const lan = new c.VirtualSwitch('lan', { host, name: 'lan', type: 'private' })
  const disk = new c.VirtualDisk('disk', { host, path: 'C:\\\\VHDs\\\\fs1.vhdx', sizeGB: 10 })
  new c.VirtualMachine('fs', { host, name: 'fs1', adapters: [{ name: 'LAN', switch: lan.name }], disks: [{ path: disk.path }] })
`
  const files = (options = '{}') => `
  new c.File('motd', { host, path: 'C:\\\\motd.txt', content: 'ours' }, ${options})
`
  const there = () => ({
    machines: host.world.hyperv.machines.map(({ name }) => name),
    switches: host.world.hyperv.switches.map(({ name }) => name),
    disk: host.world.files.file('C:\\VHDs\\fs1.vhdx') !== undefined,
    motd: textOf(host, 'C:\\motd.txt'),
  })
  const all = { machines: ['fs1'], switches: ['lan'], disk: true, motd: 'ours' }

  const made = async (options: RunOptions = {}) => {
    const { dataLoss = [disk] } = options
    const planning = { do: 'save' } as const
    const report = await rig.run('preview', {
      program: path,
      previewOf: 'destroy',
      planning,
      ...options,
      dataLoss,
    })
    return makePlan({
      previews: report.previews,
      estate: rig.estate,
      operation: 'destroy',
      program: path,
      cwd: rig.folder,
      allowDataLoss: dataLoss,
      by: 'anna',
      now: Date.UTC(2026, 0, 5),
      version: '0.0.0',
    })
  }
  const save = async (options?: RunOptions): Promise<PlanDocument> => {
    const plan = await made(options)
    if (!plan.ok) throw new Error(plan.error.join('\n'))
    return plan.value
  }
  const hold = async (plan: PlanDocument, options: RunOptions = {}) => {
    rig.events.splice(0)
    const dataLoss = plan.allowDataLoss
    const { sites } = await rig.run('destroy', {
      program: path,
      planning: { do: 'hold', plan },
      ...options,
      dataLoss,
    })
    return sites[0]!
  }
  const exchanges = (): number => rig.events.filter(({ kind }) => kind === 'exchange').length

  it('holds every removal, what depends before what it depends on', async () => {
    const [site] = plan.sites
    expect(plan.operation).toBe('destroy')
    expect(site?.resources.map((one) => [one.name, changeOf(one)])).toEqual([
      ['File c:\\motd.txt', 'delete'],
      [disk, 'delete'],
      ['VirtualMachine fs1', 'delete'],
      ['VirtualSwitch lan', 'delete'],
    ])
    const [, ofDisk, , ofSwitch] = site!.resources
    const ofMachine = [expect.stringMatching(/VirtualMachine::fs$/) as string]
    expect([ofDisk?.after, ofSwitch?.after]).toEqual([ofMachine, ofMachine])
    expect(there()).toEqual(all)
  })

  it('is not saved where it would lose data that nobody named, and says how to name it', async () => {
    const unnamed = await made({ dataLoss: [] })
    expect(unnamed.ok ? [] : unnamed.error).toEqual([
      expect.stringContaining(`--allow-data-loss '${disk}'`),
      expect.stringContaining('nothing to save'),
    ])
  })

  it('is refused when a host changed, with what it looks like now beside what was planned on', async () => {
    host.world.files.write('C:\\motd.txt', 'by hand')
    const site = await hold(plan)
    expect(site).toMatchObject({
      outcome: 'failed',
      because: expect.stringContaining(
        'File c:\\motd.txt on nairobi-hv1 no longer looks as it did',
      ) as string,
      failures: [{ kind: 'changed', planned: { length: 4 }, now: { length: 7 } }],
    })
    expect(there()).toEqual({ ...all, motd: 'by hand' })
    host.world.files.write('C:\\motd.txt', 'ours')
  })

  it('is refused when the program says something else, also that something is protected now', async () => {
    for (const [other, words] of [
      [machine, 'the program declares something else: File motd is gone'],
      [machine + files('{ protect: true }'), 'the program declares something else: File motd is another'],
    ] as const) {
      const site = await hold(plan, { program: program('mission', other) })
      expect(site).toMatchObject({ outcome: 'failed', because: expect.stringContaining(words) as string })
      expect(exchanges()).toBe(0)
    }
    expect(there()).toEqual(all)
  })

  it('is refused for another inventory of the site or another script before any host is looked at', async () => {
    const [site] = plan.sites
    const { seal: _, integrity: __, ...body } = plan
    const passphrase = readFileSync(join(rig.folder, '.chancery', 'passphrase'), 'utf8').trim()
    const sealer = sealerOf(passphrase, [rig.estate.organisation, rig.estate.stateBackend])
    const restsOn = { ...site!.restsOn, inventory: { ...site!.restsOn.inventory, link: 'other' } }
    const scripts = { ...plan.versions.scripts, 'windows:File/remove': 'other' }
    for (const [words, other] of [
      ['the inventory of this site changed: link', { ...body, sites: [{ ...site!, restsOn }] }],
      ['windows:File/remove is another', { ...body, versions: { ...plan.versions, scripts } }],
    ] as const) {
      const refused = await hold(sealPlan(other, sealer))
      expect(refused.because).toContain(words)
      expect(exchanges()).toBe(0)
    }
    await expect(hold({ ...plan, allowDataLoss: [] })).rejects.toThrow('expected the seal')
  })

  it('is refused when something is on another record by then: what is not ours stays', async () => {
    const heir = program(
      'heir',
      `new c.File('motd', { host, path: 'C:\\\\motd.txt', content: 'ours', adopt: '${motd('mission')}' })`,
    )
    expect((await rig.run('up', { program: heir })).sites).toMatchObject([{ outcome: 'done' }])
    const site = await hold(plan)
    expect(site).toMatchObject({
      outcome: 'failed',
      because: expect.stringMatching(/its record names .*heir\.nairobi/) as string,
    })
    expect(there()).toEqual(all)
  })

  const motd = (stack: string): string => `urn:pulumi:${stack}.nairobi::chancery::chancery:windows:File::motd`
  /** Taken back from the heir. */
  const back = (content: string, options: string): string =>
    program('mission', machine + files(options).replace("'ours'", `'${content}', adopt: '${motd('heir')}'`))

  it('is refused when somebody applied since, and not made of what is protected', async () => {
    const guarded = back('theirs', '{ protect: true }')
    expect((await rig.run('up', { program: guarded })).sites).toMatchObject([{ outcome: 'done' }])
    expect((await hold(plan)).because).toMatch(/the state is another one, .*File motd is another/)
    const again = await made({ program: guarded })
    expect(again.ok ? '' : again.error[0]).toMatch(/motd\.txt refused by rule protected/)
    expect(there()).toEqual({ ...all, motd: 'theirs' })
  })

  it('is carried out with one look, in the order of dependence, once and never again; what was taken over stays', async () => {
    const free = back('ours', '{ protect: false }')
    expect((await rig.run('up', { program: free })).sites).toMatchObject([{ outcome: 'done' }])
    plan = await save({ program: free })
    // Something changes while the person decides: the host itself refuses.
    const between = await hold(plan, {
      program: free,
      confirm: async () => {
        host.world.files.write('C:\\motd.txt', 'in between')
        return true
      },
    })
    expect(between).toMatchObject({
      failures: [{ kind: 'changed', planned: { length: 4 }, now: { length: 10 } }],
    })
    expect(there()).toEqual({ ...all, motd: 'in between' })
    host.world.files.write('C:\\motd.txt', 'ours')
    const site = await hold(plan, { program: free })
    expect(site).toMatchObject({ outcome: 'done', changes: { delete: 4 } })
    expect(there()).toEqual({ machines: [], switches: [], disk: false, motd: 'ours' })
    // A look, then the machine and what waits for nothing, then what the machine rested on: together unless the engine is slow to ask.
    expect([3, 4]).toContain(exchanges())
    const again = await hold(plan, { program: free })
    expect(again).toMatchObject({
      outcome: 'failed',
      because: expect.stringContaining('the state is another one') as string,
    })
    expect(exchanges()).toBe(0)
  })

  it('holds what a killed engine was creating too, which goes before what it rests on', async () => {
    const alone = program('mission', machine)
    expect((await rig.run('up', { program: alone })).sites).toMatchObject([{ outcome: 'done' }])
    const file = join(rig.folder, '.chancery/state/.pulumi/stacks/chancery/mission.nairobi.json')
    writeFileSync(file, withBegun(readFileSync(file, 'utf8'), 'fs'))
    const begun = await save({ program: alone })
    const [ofDisk, ofMachine, ofSwitch] = begun.sites[0]!.resources
    expect(changeOf(ofMachine!)).toBe('delete')
    expect([ofDisk?.after, ofSwitch?.after]).toEqual([[ofMachine?.urn], [ofMachine?.urn]])
    expect(await hold(begun, { program: alone })).toMatchObject({ outcome: 'done', changes: { delete: 3 } })
    expect(there()).toMatchObject({ machines: [], switches: [], disk: false })
    expect(inState(readFileSync(file, 'utf8'))).toEqual({ names: [], begun: 0 })
  })
})
