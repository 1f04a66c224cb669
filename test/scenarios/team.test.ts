import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LabHost } from '../../lib/lab/index.ts'
import { type Ended, runCli, type RunningCli, startCli, waitUntil } from '../rig/cli.ts'
import { stateScenes } from '../contracts/states/contract.ts'
import { driftOf } from '../rig/drift.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { type Postgres, startPostgres } from '../rig/postgres.ts'
import { chainProgram, filesProgram, textOf } from '../rig/programs.ts'

/** Two operators with a checkout and a work folder each, whose states lie in one Postgres. */
describe('a team on Postgres', { timeout: 180_000 }, () => {
  let postgres: Postgres
  let rig: Rig
  let host: LabHost
  let away: string
  beforeAll(async () => {
    postgres = await startPostgres()
    rig = await startRig({ sites: ['nairobi'], inventory: shareState })
    host = rig.lab.host('nairobi-hv1')
    writeFileSync(join(rig.folder, 'notes.ts'), filesProgram(2, 'text'))
    away = join(rig.folder, 'elsewhere')
    mkdirSync(join(away, 'inventories'), { recursive: true })
    cpSync(rig.estate.folder, join(away, 'inventories', 'ministry'), { recursive: true })
    cpSync(join(rig.folder, '.chancery', 'lab'), join(away, '.chancery', 'lab'), { recursive: true })
    cpSync(join(rig.folder, 'notes.ts'), join(away, 'notes.ts'))
  }, 360_000)
  afterAll(async () => {
    await rig.close()
    await postgres.close()
  })

  /** The passphrase is a file of the inventory's folder, so that both have it. */
  function shareState(folder: string): void {
    writeFileSync(join(folder, 'passphrase'), 'correct horse battery staple\n', { mode: 0o600 })
    const file = join(folder, 'organisation.yaml')
    const text = readFileSync(file, 'utf8')
    writeFileSync(
      file,
      text.replace(/^stateBackend: .*$/m, `stateBackend: ${postgres.url}\npassphraseFile: passphrase`),
    )
  }
  const anna = () => ({ cwd: rig.folder, env: { CHANCERY_OPERATOR: 'anna' } })
  const bert = () => ({ cwd: away, env: { CHANCERY_OPERATOR: 'bert' } })
  const line = (operation: string, ...more: readonly string[]) => [
    operation,
    'nairobi',
    '--program',
    './notes.ts',
    ...more,
  ]
  const by = (who: typeof anna, ...args: readonly string[]): Promise<Ended> =>
    runCli(line(args[0]!, ...args.slice(1)), who())
  const both = (text: string): void => {
    for (const folder of [rig.folder, away]) writeFileSync(join(folder, 'notes.ts'), filesProgram(2, text))
  }
  /** Where Postgres keeps what the engine writes, by the end of its path. */
  const kept = (end: string): string => `key like '%${end}'`
  const locks = "key like '%/locks/%'"

  it('what one applied is there for the other: an empty preview, the same history, no drift', async () => {
    expect(await by(anna, 'up', '--yes')).toMatchObject({ code: 0 })
    const [preview, history, drift] = await Promise.all([
      by(bert, 'preview', '--expect-no-changes', '--json'),
      by(bert, 'history', '--json'),
      by(bert, 'drift', '--json'),
    ])
    expect(preview).toMatchObject({ code: 0 })
    expect(JSON.parse(preview.stdout)).toMatchObject({ sites: [{ changes: { same: 2 } }] })
    expect(JSON.parse(history.stdout)).toMatchObject([
      { operation: 'up', by: `anna@${hostname()}`, result: 'succeeded', shared: true },
    ])
    expect(drift).toMatchObject({ code: 0 })
  })

  it('a plan that one saved the other carries out, and both see it', async () => {
    both('planned')
    const plan = join(rig.folder, 'monday.plan')
    expect(await by(anna, 'preview', '--save', plan)).toMatchObject({ code: 0 })
    expect(await by(bert, 'up', '--plan', plan, '--yes')).toMatchObject({ code: 0 })
    expect(textOf(host, 'C:\\Notes\\1.txt')).toBe('planned 1')
    const [latest] = JSON.parse((await by(anna, 'history', '--json')).stdout) as readonly object[]
    expect(latest).toMatchObject({
      by: `bert@${hostname()}`,
      plan: expect.stringContaining(`by anna@${hostname()}`),
    })
  })

  it('while one applies the other is told who, where and since when; once that machine died, unlock asks first', async () => {
    both('third')
    const writes = vi.spyOn(host.world.files, 'move')
    const late = await asked(bert)
    const first = await asked(anna)
    host.order({ name: 'hold-reply', value: 0 })
    first.type('yes\n')
    await waitUntil(() => textOf(host, 'C:\\Notes\\1.txt') === 'third 1')
    late.type('yes\n')
    const refused = await late.ended
    expect(refused.code).toBe(1)
    expect(refused.stdout).toContain('is in use; nothing was done.')
    expect(refused.stdout).toMatch(
      new RegExp(`Held by \\S+ on ${hostname()}, process \\d+, since \\d{4}-\\d\\d-\\d\\dT`),
    )
    expect(refused.stdout.replace(/\s+/g, ' ')).toContain('from anywhere: chancery unlock')

    const alive = await by(bert, 'unlock', '--yes', '--reason', 'in a hurry')
    expect([alive.code, alive.stdout]).toEqual([
      1,
      expect.stringContaining('That process runs on this machine: nothing was changed.'),
    ])

    await first.cutPower()
    host.clear()
    // As if it had been another machine, which can't be asked.
    expect(postgres.sql(`select count(*) from pulumi_state where ${locks}`)).toBe('1')
    fromMachine('ops1')
    const unasked = await by(bert, 'unlock')
    expect([unasked.code, unasked.stderr]).toEqual([
      2,
      expect.stringMatching(/is locked by \S+ on ops1, process \d+, since \S+Z \(\d[^)]* ago\)\./),
    ])
    const declined = startCli(line('unlock'), { ...bert(), columns: 60 })
    await declined.until('type the site')
    declined.type('lima\n')
    expect(await declined.ended).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Not confirmed. Nothing was changed.'),
    })
    const confirmed = startCli(line('unlock', '--reason', 'ops1 lost power'), { ...bert(), columns: 60 })
    await confirmed.until('type the site')
    confirmed.type('nairobi\n')
    expect(await confirmed.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('is cleared') })
    expect(postgres.sql(`select count(*) from pulumi_state where ${locks}`)).toBe('0')

    both('fourth')
    expect(await by(bert, 'up', '--yes')).toMatchObject({ code: 0 })
    const placed = writes.mock.calls.filter(([, to]) => /notes\\\d\.txt$/i.test(to))
    expect(placed).toHaveLength(2 * 2)
    const history = JSON.parse((await by(bert, 'history', '--json')).stdout) as readonly object[]
    expect(history).toContainEqual(
      expect.objectContaining({
        operation: 'unlock',
        by: `bert@${hostname()}`,
        reason: 'ops1 lost power',
        because: expect.stringMatching(/^cleared the lock of \S+ on ops1, process \d+, since /),
      }),
    )
  })

  it('another organisation with a backend of its own is refused by name, and nothing is changed', async () => {
    const agency = join(rig.folder, 'agency')
    const inventory = join(agency, 'inventories', 'agency')
    mkdirSync(join(agency, 'inventories'), { recursive: true })
    cpSync(rig.estate.folder, inventory, { recursive: true })
    cpSync(join(rig.folder, '.chancery', 'lab'), join(agency, '.chancery', 'lab'), { recursive: true })
    const file = join(inventory, 'organisation.yaml')
    const text = readFileSync(file, 'utf8')
    writeFileSync(
      file,
      text
        .replace(/^organisation: .*$/m, 'organisation: agency')
        .replace(/^stateBackend: .*$/m, 'stateBackend: file://../../.chancery/state'),
    )
    writeFileSync(join(agency, 'notes.ts'), filesProgram(3, 'theirs'))
    writeFileSync(join(agency, 'chain.ts'), chainProgram(1))
    const before = textOf(host, 'C:\\Notes\\1.txt')
    const [ours, fresh] = await Promise.all(
      ['./notes.ts', './chain.ts'].map((program) =>
        runCli(['up', 'nairobi', '--program', program, '--yes'], { cwd: agency }),
      ),
    )
    // What exists is somebody's; and nothing new is put on a host that somebody else manages.
    expect([ours?.code, inOneLine(ours)]).toEqual([
      1,
      expect.stringMatching(/owned by ministry \(.*state in postgres:\/\/chancery@/),
    ])
    expect([fresh?.code, inOneLine(fresh)]).toEqual([
      1,
      expect.stringContaining(`is managed from ministry postgres://127.0.0.1:${postgres.port}/state since `),
    ])
    expect(textOf(host, 'C:\\Chain\\0.txt')).toBeUndefined()
    expect(textOf(host, 'C:\\Notes\\1.txt')).toBe(before)
    expect(textOf(host, 'C:\\Notes\\2.txt')).toBeUndefined()
  })

  const other = (text: string): string =>
    text.replaceAll('chancery/notes', 'payroll/notes').replaceAll('nairobi::chancery::', 'nairobi::payroll::')
  it.each([
    ['cut off', (text: string) => text.slice(0, 700), /is cut off, or no state at all .*\.bak at its end/],
    ['empty', () => '', /is cut off, or no state at all/],
    ['of a newer version', (text: string) => text.replace('"version":3', '"version":5'), /by a newer Pulumi/],
    ['of another project', other, /is of another stack \(expected chancery\/notes.nairobi, got payroll\//],
  ])('a state that is %s stops preview, up and drift, and reaches no host', async (_, damage, words) => {
    const file = '/notes.nairobi.json'
    const good = postgres.sql(`select data->>'data' from pulumi_state where ${kept(file)}`)
    const put = (data: string) =>
      postgres.sql(`update pulumi_state set data = json_build_object('data', '${data}') where ${kept(file)}`)
    put(Buffer.from(damage(Buffer.from(good, 'base64').toString())).toString('base64'))
    const program = join(rig.folder, 'notes.ts')
    try {
      const before = host.counters.frames
      const reports = await Promise.all([
        rig.run('preview', { program }),
        rig.run('up', { program }),
        driftOf(rig, { program }),
      ])
      for (const { sites } of reports)
        expect(sites).toMatchObject([
          { outcome: 'failed', because: expect.stringMatching(words), failures: [] },
        ])
      expect(host.counters.frames).toBe(before)
    } finally {
      put(good)
    }
  })

  const stateFile = kept('/notes.nairobi.json')
  const read = (): string =>
    Buffer.from(
      postgres.sql(`select data->>'data' from pulumi_state where ${stateFile}`),
      'base64',
    ).toString()
  const write = (text: string): void => {
    const data = Buffer.from(text).toString('base64')
    postgres.sql(`update pulumi_state set data = json_build_object('data', '${data}') where ${stateFile}`)
  }
  stateScenes(() => ({ rig, program: join(rig.folder, 'notes.ts'), read, write }))

  const inOneLine = (ended: Ended | undefined) => ended?.stdout.replace(/\s+/g, ' ')

  async function asked(who: typeof anna): Promise<RunningCli> {
    const cli = startCli(line('up'), { ...who(), columns: 100 })
    await cli.until('Go on with up?')
    return cli
  }
  /** Rewrites the machine in the lock that was left behind. */
  function fromMachine(name: string): void {
    const text = Buffer.from(postgres.sql(`select data->>'data' from pulumi_state where ${locks}`), 'base64')
    const lock = JSON.parse(text.toString()) as object
    const data = Buffer.from(JSON.stringify({ ...lock, hostname: name })).toString('base64')
    postgres.sql(`update pulumi_state set data = json_build_object('data', '${data}') where ${locks}`)
  }
})
