import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Temporal } from 'temporal-polyfill'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HistoryItem } from '../../lib/cli/history/history.ts'
import { commands } from '../../lib/cli/commands/index.ts'
import { runHere } from '../rig/cli-here.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'

/** Commands that a rollout means something to: what changes a host keeps to its windows, what looks to its sites and its program. */
const bound = [
  'preview',
  'up',
  'destroy',
  'push',
  'prestage',
  'import',
  'restart',
  'links',
  'refresh',
  'drift',
]

describe('work as part of a rollout', { timeout: 60_000 }, () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig({
      sites: ['nairobi'],
      inventory: (folder) => {
        const day = (days: number): string =>
          Temporal.Now.plainDateTimeISO('Africa/Nairobi').add({ days }).toString({ smallestUnit: 'minute' })
        const freeze = `blackouts: [{ from: '${day(-1)}', to: '${day(1)}', because: Launch of the visa system }]\n`
        mkdirSync(join(folder, 'rollouts'), { recursive: true })
        const programFile = join(folder, 'files.ts')
        writeFileSync(programFile, filesProgram(2, 'text'))
        for (const [id, rules] of [
          ['open', ''],
          ['frozen', freeze],
        ])
          writeFileSync(
            join(folder, 'rollouts', `${id}.yaml`),
            `id: ${id}\ndescription: Files\nprogram: ${programFile}\nsites: [nairobi]\n${rules}`,
          )
      },
    })
    writeFileSync(join(rig.folder, 'agent.msi'), 'agent')
  })
  afterAll(() => rig.close())

  const run = async (...argv: readonly string[]) => {
    const ended = await runHere(argv, { cwd: rig.folder, env: rig.env })
    return { ...ended, told: `${ended.stdout}${ended.stderr}`.replaceAll(/\s+/g, ' ') }
  }
  const items = async (): Promise<readonly HistoryItem[]> => {
    const program = rig.estate.rollouts.get('open')!.program
    return JSON.parse((await run('history', 'nairobi', '--program', program, '--json')).stdout)
  }
  const host = () => rig.lab.host('nairobi-hv1')
  const written = () => textOf(host(), 'C:\\Notes\\0.txt')

  it('is kept with its id: in the history, as text and as JSON, and in what the backend says of the run', async () => {
    expect((await run('up', '--rollout', 'open', '--yes')).told).toContain('1 site done')
    expect(written()).toBe('text 0')
    expect(await items()).toMatchObject([{ operation: 'up', rollout: 'open', result: 'done', shared: true }])
    const { program } = rig.estate.rollouts.get('open')!
    const text = await run('history', 'nairobi', '--program', program)
    expect(text.stdout).toMatch(/ rollout /)
    expect(text.stdout).toMatch(/ open /)
    // Without this machine's journal the backend alone tells it.
    writeFileSync(join(rig.folder, '.chancery', 'journal.jsonl'), '')
    expect(await items()).toMatchObject([{ operation: 'up', rollout: 'open', shared: true }])
  })

  it('looks at any time: refresh and drift mean its sites and its program', async () => {
    expect(await run('drift', '--rollout', 'frozen', '--json')).toMatchObject({ code: 0 })
    expect(JSON.parse((await run('drift', '--rollout', 'frozen', '--json')).stdout)).toMatchObject({
      sites: [{ site: 'nairobi', applied: true, asDeclared: 2 }],
    })
    expect(await run('refresh', '--rollout', 'frozen', '--yes')).toMatchObject({ code: 0 })
    const stray = await run('drift', 'accra', '--rollout', 'frozen')
    expect([stray.code, stray.stderr]).toEqual([
      2,
      expect.stringContaining('expected sites of rollout frozen'),
    ])
    const other = await run('refresh', '--rollout', 'frozen', '--program', 'mission', '--yes')
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('which rollout frozen brings')])
  })

  it.each([
    ['destroy', ['destroy', 'nairobi', '--yes']],
    ['restart', ['restart', 'nairobi', '--always']],
    ['prestage', ['prestage', 'agent.msi', '--site', 'nairobi', '--pick-up', 'D:\\bundle']],
    ['import', ['import', 'nairobi', '--path', 'C:\\Kept', '--pick', 'File c:\\kept\\a.txt', '--yes']],
    ['push', ['push', 'agent.msi']],
  ])('%s waits for its blackout, which is told by name, and nothing is done', async (_, line) => {
    host().world.files.makeFolder('C:\\Kept')
    host().world.files.write('C:\\Kept\\a.txt', Buffer.from('kept'))
    const before = written()
    const { code, told } = await run(...line, '--rollout', 'frozen')
    expect(told).toContain('blackout of rollout frozen: Launch of the visa system')
    expect([code, written()]).toEqual([3, before])
  })

  it('destroy wants the sites named beside it, and removes within its windows what it brought', async () => {
    const unnamed = await run('destroy', '--rollout', 'open', '--yes')
    expect([unnamed.code, unnamed.stderr]).toEqual([
      2,
      expect.stringContaining('write "*" for all of rollout open'),
    ])
    expect((await run('destroy', '*', '--rollout', 'open', '--yes')).code).toBe(0)
    expect(written()).toBe(undefined)
    // The backend's time is to the second: what came just before may stand above.
    expect((await items()).find(({ operation }) => operation === 'destroy')).toMatchObject({
      rollout: 'open',
      result: 'done',
    })
  })

  it('prestage keeps to it only where it picks up, and overrides it with a reason that is kept', async () => {
    const at = ['prestage', 'agent.msi', '--site', 'nairobi', '--rollout', 'frozen'] as const
    const out = await run(...at, '--out', join(rig.folder, 'disk'))
    expect([out.code, out.stderr]).toEqual([
      2,
      expect.stringContaining('--rollout: expected it beside --pick-up'),
    ])
    const now = ['--pick-up', 'D:\\bundle', '--now', '--reason', 'disk is here'] as const
    const alone = await run('prestage', 'agent.msi', '--site', 'nairobi', ...now)
    expect([alone.code, alone.stderr]).toEqual([
      2,
      expect.stringContaining('--now: expected it beside --rollout'),
    ])
    // There is no such bundle, which is found out at the host.
    expect((await run(...at, ...now)).told).not.toContain('blackout')
    expect((await items()).find(({ operation }) => operation === 'prestage')).toMatchObject({
      rollout: 'frozen',
      reason: 'disk is here',
    })
  })

  it.each(commands.map(({ name }) => name).filter((name) => !bound.includes(name)))(
    '%s has no such option, and says so',
    async (name) => {
      const { options } = commands.find((command) => command.name === name)!
      expect(options).not.toContain('rollout')
    },
  )

  it('history refuses it by name', async () => {
    const { code, stderr } = await run('history', 'nairobi', '--rollout', 'open')
    expect([code, stderr]).toEqual([2, expect.stringContaining('Unknown argument: rollout')])
  })
})
