import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LabHost } from '../../lib/lab/index.ts'
import { type Ended, runCli, startCli } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'

/**
 * A plan that is made in one checkout and carried out in another, as on another machine: other folders for the checkout, the program and
 * the work, the same backend and passphrase.
 */
describe('plan files on the command line', { timeout: 120_000 }, () => {
  let rig: Rig
  let host: LabHost
  let away: string
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    host = rig.lab.host('nairobi-hv1')
    away = join(rig.folder, 'elsewhere', 'checkout')
    writeFileSync(join(rig.folder, 'notes.ts'), filesProgram(2, 'text'))
    checkout(away)
  })
  afterAll(() => rig.close())

  /** Another checkout: a copy of the inventory whose backend and pinned keys are the first one's. */
  const checkout = (folder: string): void => {
    const inventory = join(folder, 'inventories', 'ministry')
    mkdirSync(folder, { recursive: true })
    cpSync(rig.estate.folder, inventory, { recursive: true })
    cpSync(join(rig.folder, '.chancery', 'lab'), join(folder, '.chancery', 'lab'), { recursive: true })
    const file = join(inventory, 'organisation.yaml')
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(/^stateBackend: .*$/m, `stateBackend: ${rig.estate.stateBackend}`),
    )
    mkdirSync(join(folder, 'programs'))
    writeFileSync(
      join(folder, 'programs', 'notes.ts'),
      filesProgram(2, 'text').replace('export', '// the same\nexport'),
    )
  }
  const env = { PULUMI_CONFIG_PASSPHRASE: 'correct horse battery' }
  const here = (...args: string[]): Promise<Ended> => runCli(args, { cwd: rig.folder, env })
  const there = (...args: string[]): Promise<Ended> =>
    runCli(args, { cwd: away, env: { ...env, CHANCERY_WORK_FOLDER: join(rig.folder, 'other work') } })
  const plan = () => join(rig.folder, 'nairobi.plan')
  const save = (): Promise<Ended> =>
    here('preview', 'nairobi', '--program', './notes.ts', '--save', 'nairobi.plan')
  const theirProgram = ['--program', './programs/notes.ts']

  it('a plan runs from another checkout with another work folder, and verify says so beforehand', async () => {
    expect(await save()).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Saved the plan of nairobi'),
    })
    const verified = await there('plan', 'verify', plan(), ...theirProgram)
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/nairobi +accepted/) })
    const offline = await there('plan', 'verify', plan(), ...theirProgram, '--offline', '--json')
    expect(JSON.parse(offline.stdout)).toMatchObject({ verdicts: [{ site: 'nairobi', verdict: 'accepted' }] })
    const up = await there('up', '--plan', plan(), ...theirProgram, '--yes')
    expect([up.code, up.stderr]).toEqual([0, expect.any(String)])
    expect(textOf(host, 'C:\\Notes\\1.txt')).toBe('text 1')
    const again = await there('up', '--plan', plan(), ...theirProgram, '--yes')
    expect(again).toMatchObject({ code: 1, stdout: expect.stringContaining('the state is another one') })
    expect((await there('plan', 'verify', plan(), ...theirProgram)).code).toBe(4)
  })

  it('an edit of another site leaves it accepted, one of its own refuses it by name and touches no link', async () => {
    writeFileSync(join(rig.folder, 'notes.ts'), filesProgram(2, 'other'))
    expect((await save()).code).toBe(0)
    const sites = join(rig.estate.folder, 'sites.csv')
    const register = readFileSync(sites, 'utf8')
    const editRow = (site: string): void =>
      writeFileSync(sites, register.replace(new RegExp(`^(${site},[^,]*)`, 'm'), '$1 renamed'))
    const verify = (...more: string[]) =>
      here('plan', 'verify', 'nairobi.plan', '--program', './notes.ts', '--json', ...more)
    editRow('lima')
    expect((await verify('--offline')).code).toBe(0)
    editRow('nairobi')
    const connections = host.counters.connections
    const refused = await verify()
    expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([
      4,
      {
        verdicts: [{ site: 'nairobi', verdict: 'refused', mismatches: [{ of: 'inventory', what: 'site' }] }],
      },
    ])
    expect(host.counters.connections).toBe(connections)
    writeFileSync(sites, register)
  })

  it('shows what changed on a host beside what was planned on, of a saved plan and of a plain up', async () => {
    const drift = (text: string) => host.world.files.write('C:\\Notes\\0.txt', new TextEncoder().encode(text))
    const was = textOf(host, 'C:\\Notes\\0.txt')!
    drift('by somebody')
    const refused = await here('up', '--plan', 'nairobi.plan', '--program', './notes.ts', '--yes')
    expect(refused.code).toBe(1)
    expect(refused.stdout).toMatch(
      /property +planned on +now\n +length +6 +11\n +sha256 +[0-9a-f]{64} +[0-9a-f]{64}/,
    )
    drift(was)

    const up = startCli(['up', 'nairobi', '--program', './notes.ts'], { cwd: rig.folder, env, columns: 160 })
    await up.until('Go on with up?')
    drift('in between')
    up.type('yes\n')
    const ended = await up.ended
    expect(ended.code).toBe(1)
    expect(ended.stdout).toMatch(/property +planned on +now/)
    expect(ended.stdout).toMatch(/length +6 +10/)
    expect(textOf(host, 'C:\\Notes\\1.txt')).toBe('text 1')
    drift(was)
  })

  it('can be rehearsed before it is carried out, also from another machine, which says that it looked before', async () => {
    expect((await save()).code).toBe(0)
    const before = [textOf(host, 'C:\\Notes\\1.txt'), host.counters.connections]
    const held = ['up', '--plan', plan(), '--yes']
    const rehearsed = await here('rehearse', '--no-delay', ...held, '--program', './notes.ts')
    expect([rehearsed.code, rehearsed.stdout]).toEqual([0, expect.stringMatching(/nairobi +done +2 update/)])
    expect(rehearsed.stderr).not.toContain('later look')
    const away = await there('rehearse', '--no-delay', ...held, ...theirProgram)
    expect(away.stderr).toContain('rests on a later look than the last from this machine at nairobi')
    expect(away.stderr).toContain(`chancery plan verify ${plan()}`)
    writeFileSync(join(rig.folder, 'notes.ts'), filesProgram(2, 'yet another'))
    const refused = await here('rehearse', '--no-delay', ...held, '--program', './notes.ts')
    expect([refused.code, refused.stdout]).toEqual([
      1,
      expect.stringContaining('the program declares something else: 2 are others (File note-0, File note-1)'),
    ])
    writeFileSync(join(rig.folder, 'notes.ts'), filesProgram(2, 'other'))
    expect([textOf(host, 'C:\\Notes\\1.txt'), host.counters.connections]).toEqual(before)
    for (const [args, words] of [
      [['plan', 'verify', plan()], 'rehearse: plan looks at the real hosts at most'],
      [['preview', 'nairobi', '--save', 'x.plan'], 'expected a preview of the real hosts, got a rehearsal'],
    ] as const)
      expect(await here('rehearse', '--no-delay', ...args)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(words) as string,
      })
  })

  it('a removal is carried out by destroy alone, and its sites are named', async () => {
    const gone = ['--program', './notes.ts', '--save', 'gone.plan'] as const
    const unnamed = await here('preview', '--destroy', ...gone)
    expect([unnamed.code, unnamed.stderr]).toEqual([
      2,
      expect.stringContaining('expected the sites to destroy'),
    ])
    expect(await here('preview', 'nairobi', '--destroy', ...gone)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('- nairobi-hv1 File c:\\notes\\0.txt (delete)') as string,
      stderr: expect.stringContaining(
        'Saved the plan that removes what is at nairobi in gone.plan',
      ) as string,
    })
    for (const [args, words] of [
      [['up', '--plan', 'gone.plan'], 'chancery destroy --plan gone.plan'],
      [['destroy', '--plan', 'nairobi.plan'], 'Run it with chancery up --plan nairobi.plan'],
    ] as const)
      expect(await here(...args, '--program', './notes.ts', '--yes')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(words) as string,
      })
    expect((await here('plan', 'show', 'gone.plan')).stdout).toContain(
      'It removes what the program made: chancery destroy --plan carries it out.',
    )
    const verified = await here('plan', 'verify', 'gone.plan', '--program', './notes.ts')
    expect(verified).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/nairobi +accepted/) as string,
    })
  })

  it('a damaged, foreign or missing plan is told with file, line and what to do, and no host hears of it', async () => {
    const text = readFileSync(plan(), 'utf8')
    const connections = host.counters.connections
    const tried: { readonly [name: string]: readonly [string, RegExp] } = {
      'cut.plan': [text.slice(0, text.length / 2), /cut\.plan:\d+: expected the rest of the plan/],
      'edited.plan': [
        text.replace('other 1', 'evil 1'),
        /edited\.plan:\d+: expected the digest .* was edited or damaged/,
      ],
      'newer.plan': [
        text.replace('"format": 1', '"format": 2'),
        /newer\.plan:3: expected format 1, got format 2/,
      ],
      'text.plan': ['to do: milk', /text\.plan:1: expected JSON/],
      'empty.plan': ['', /empty\.plan:1: expected a plan, got an empty file/],
    }
    for (const [name, [content, words]] of Object.entries(tried)) {
      writeFileSync(join(rig.folder, name), content)
      const up = await here('up', '--plan', name, '--program', './notes.ts', '--yes')
      expect([up.code, up.stderr], name).toEqual([2, expect.stringMatching(words)])
      expect(up.stderr).toContain('Nothing was changed.')
    }
    const otherKey = await runCli(['up', '--plan', 'nairobi.plan', '--program', './notes.ts', '--yes'], {
      cwd: rig.folder,
      env: { PULUMI_CONFIG_PASSPHRASE: 'another' },
    })
    expect([otherKey.code, otherKey.stderr]).toEqual([
      2,
      expect.stringContaining('made with the passphrase that is set here'),
    ])
    const missing = await here('plan', 'show', 'nothing.plan')
    expect([missing.code, missing.stderr]).toEqual([
      2,
      expect.stringContaining('nothing.plan: expected the file of a plan'),
    ])
    expect(host.counters.connections).toBe(connections)
  })

  it('show and diff print it for people and for programs', async () => {
    const shown = await here('plan', 'show', 'nairobi.plan')
    expect(shown).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('~ nairobi-hv1 File c:\\notes\\0.txt'),
    })
    const json = await here('plan', 'show', 'nairobi.plan', '--json')
    expect(JSON.parse(json.stdout)).toEqual(JSON.parse(readFileSync(plan(), 'utf8')))
    expect(await here('plan', 'diff', 'nairobi.plan', 'nairobi.plan')).toMatchObject({
      code: 0,
      stdout: 'The plans do the same.\n',
    })
    writeFileSync(join(rig.folder, 'notes.ts'), filesProgram(2, 'third'))
    expect((await here('preview', 'nairobi', '--program', './notes.ts', '--save', 'third.plan')).code).toBe(0)
    const diff = await here('plan', 'diff', 'nairobi.plan', 'third.plan')
    expect([diff.code, diff.stdout]).toEqual([4, expect.stringContaining('- "other 0"\n      + "third 0"')])
    expect((await here('plan', 'diff', 'nairobi.plan')).code).toBe(2)
  })
})

describe('a saved plan of a site with two hosts', { timeout: 120_000 }, () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig({ sites: ['asiatisk-plads'] })
    writeFileSync(
      join(rig.folder, 'pair.ts'),
      filesProgram(1, 'one')
        .replace('for (', 'for (const host of site.hosts) for (')
        .replace("'note-' + i", 'host.id + i')
        .replace('site.hosts[0].id', 'host.id'),
    )
  })
  afterAll(() => rig.close())

  it('is refused as a whole when one of them changed: nothing runs on the other', async () => {
    const [one, other] = ['asiatisk-plads-hv1', 'asiatisk-plads-hv2'].map((id) => rig.lab.host(id))
    const run = (...args: string[]) => runCli([...args, '--program', './pair.ts'], { cwd: rig.folder })
    expect((await run('preview', 'asiatisk-plads', '--save', 'pair.plan')).code).toBe(0)
    other!.world.files.makeFolder('C:\\Notes')
    other!.world.files.write('C:\\Notes\\0.txt', new TextEncoder().encode('theirs'))
    expect((await run('up', '--plan', 'pair.plan', '--yes')).code).toBe(1)
    expect([textOf(one!, 'C:\\Notes\\0.txt'), textOf(other!, 'C:\\Notes\\0.txt')]).toEqual([
      undefined,
      'theirs',
    ])
    other!.world.files.remove('C:\\Notes\\0.txt')
    expect((await run('up', '--plan', 'pair.plan', '--yes')).code).toBe(0)
    expect([textOf(one!, 'C:\\Notes\\0.txt'), textOf(other!, 'C:\\Notes\\0.txt')]).toEqual(['one 0', 'one 0'])
  })
})
