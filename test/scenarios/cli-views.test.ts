import { appendFileSync, cpSync } from 'node:fs'
import { join } from 'node:path'
import stringWidth from 'string-width'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CliOptions, type Ended, runCli, terminalLines } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram } from '../rig/programs.ts'

const escape = '\x1b'

describe('what a person and a program read', { timeout: 90_000 }, () => {
  let rig: Rig
  let program: string
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi', 'accra'] })
    program = rig.program('files', filesProgram(3, 'text'))
  })
  afterAll(() => rig.close())

  const host = (site: string) => rig.lab.host(`${site}-hv1`)
  const run = (line: string, options: Partial<CliOptions> = {}): Promise<Ended> =>
    runCli(line.split(' '), { cwd: rig.folder, ...options })
  /** The one document that was printed. */
  const document = ({ stdout }: Ended): unknown => {
    expect(stdout.endsWith('\n')).toBe(true)
    return JSON.parse(stdout)
  }

  describe('a terminal of 60 columns', () => {
    const tooWide = ({ stdout }: Ended): readonly string[] =>
      terminalLines(stdout).filter((text) => stringWidth(text) > 60)

    it.each(['sites', 'links', 'sites link=satellite', 'up --help', 'doctor nairobi', 'preview nairobi'])(
      '%s fits',
      async (line) => {
        const ended = await run(line, { columns: 60 })
        expect(ended.code).toBe(0)
        expect(tooWide(ended)).toEqual([])
      },
    )

    it('a run fits while it works and at its end, also when a site is out of reach', async () => {
      host('accra').order({ name: 'refuse-connection' })
      const ended = await run('up nairobi accra --yes', { columns: 60 })
      host('accra').clear()
      expect(ended.code).toBe(3)
      expect(ended.stdout).toContain(`${escape}[`)
      expect(tooWide(ended)).toEqual([])
    })

    it('NO_COLOR takes the colours away', async () => {
      const painted = new RegExp(`${escape}\\[[\\d;]*m`)
      expect((await run('preview nairobi', { columns: 60 })).stdout).toMatch(painted)
      expect((await run('preview nairobi', { columns: 60, env: { NO_COLOR: '1' } })).stdout).not.toMatch(
        painted,
      )
    })
  })

  describe('no terminal', () => {
    const event = /^\d\d:\d\d:\d\dZ /

    it('a run is a log: a line an event, with time and site, and no escape sequence', async () => {
      host('accra').order({ name: 'refuse-connection' })
      const { code, stdout, stderr } = await run(`up nairobi accra --program ${program} --yes`)
      host('accra').clear()
      expect(code).toBe(3)
      expect(stdout + stderr).not.toContain(escape)
      const events = stderr.split('\n').filter((text) => event.test(text))
      for (const text of events) expect(text).toMatch(/^\d\d:\d\d:\d\dZ (nairobi|accra) {2}\S/)
      expect(events.filter((text) => text.includes('.txt done'))).toHaveLength(3)
      expect(events.at(-1)).toMatch(/nairobi {2}done$/)
      expect(stdout).toMatch(/^accra +unreachable +none$/m)
      expect(stdout).toMatch(/^nairobi +done +3 create$/m)
    })

    it('tables have their full width, and no escape sequence', async () => {
      const { stdout } = await run('links')
      expect(stdout).not.toContain(escape)
      expect(stdout.split('\n')[0]).toMatch(/site +line +carries +rtt +budget +then +window/)
    })

    it('--quiet says only the answer', async () => {
      const { code, stdout, stderr } = await run(`up nairobi --program ${program} --yes --quiet`)
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toContain('1 site done.')
    })

    it('nobody is there to be asked: wrong usage, with the way out', async () => {
      const { code, stderr } = await run('up nairobi')
      expect(code).toBe(2)
      expect(stderr).toContain('Add --yes')
    })
  })

  describe('exit codes, and one JSON document each', () => {
    const files = () => `--program ${program} --json`

    it.each(['sites', 'links link=satellite', 'schema package', 'completion bash', 'doctor nairobi'])(
      '%s',
      async (line) => {
        const ended = await run(`${line} --json`)
        expect(ended.code).toBe(0)
        expect(document(ended)).toBeTypeOf('object')
      },
    )

    it('0 as declared, 4 once it is not, 0 once it is repaired; events are JSON lines on standard error', async () => {
      expect((await run(`up nairobi ${files()} --yes`)).code).toBe(0)
      const same = await run(`preview nairobi ${files()} --expect-no-changes`)
      expect([same.code, document(same)]).toMatchObject([0, { differences: false }])

      host('nairobi').world.files.write('C:\\Notes\\1.txt', new TextEncoder().encode('by hand'))
      const drifted = await run(`preview nairobi ${files()} --expect-no-changes`)
      expect([drifted.code, document(drifted)]).toMatchObject([4, { differences: true }])

      const repaired = await run(`up nairobi ${files()} --yes`)
      expect([repaired.code, document(repaired)]).toMatchObject([
        0,
        { sites: [{ outcome: 'done', changes: { update: 1 } }] },
      ])
      for (const text of repaired.stderr.trim().split('\n'))
        expect(JSON.parse(text)).toMatchObject({ time: expect.any(String), kind: expect.any(String) })
    })

    it('1 failed, 3 out of reach', async () => {
      host('nairobi').order({ name: 'login-refused' })
      const failed = await run(`up nairobi ${files()} --yes`)
      host('nairobi').clear()
      expect([failed.code, document(failed)]).toMatchObject([1, { sites: [{ outcome: 'failed' }] }])

      host('nairobi').order({ name: 'refuse-connection' })
      const out = await run(`refresh nairobi ${files()} --yes`)
      host('nairobi').clear()
      expect([out.code, document(out)]).toMatchObject([3, { sites: [{ outcome: 'unreachable' }] }])
    })

    it.each([
      ['prevew nairobi', 'Did you mean preview?'],
      ['preview nairobi --expect-no-change', 'Did you mean --expect-no-changes?'],
      ['preview nairobbi', 'Did you mean "nairobi"?'],
      ['doctor nairobi nairobi-hv2', 'Did you mean "nairobi-hv1"?'],
      ['destroy --yes', 'Name them'],
      ['preview nairobi --program nosuch', 'Name an existing program'],
    ])('2 for %s, which says what was meant', async (line, meant) => {
      const { code, stdout, stderr } = await run(line)
      expect(stderr).toContain(meant)
      expect([code, stdout]).toEqual([2, ''])
    })

    it('2 for an inventory with mistakes, all of them told with their place', async () => {
      const broken = join(rig.folder, 'broken')
      cpSync(join(rig.folder, 'inventories', 'ministry'), broken, { recursive: true })
      appendFileSync(join(broken, 'hosts.csv'), 'x-hv1,nowhere,127.0.0.1,70000,a,,,synthetic\n')
      appendFileSync(join(broken, 'weekends.csv'), 'ZZZ,fri,public\n')
      const { code, stdout, stderr } = await run(`sites --inventory ${broken} --json`)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/hosts\.csv:\d+:\d+: .*nowhere/)
      expect(stderr).toMatch(/hosts\.csv:\d+:\d+: .*70000/)
      expect(stderr).toContain('3 mistakes. Nothing was changed.')
      expect(stderr).toMatch(/weekends\.csv:\d+:\d+: .*ZZZ/)
    })
  })
})
