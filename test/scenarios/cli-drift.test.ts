import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli, startCli } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram } from '../rig/programs.ts'

describe('chancery drift on the command line', { timeout: 90_000 }, () => {
  let rig: Rig
  let program: string
  const run = (...args: string[]) => runCli(['drift', ...args, '--program', program], { cwd: rig.folder })
  const host = (site: string) => rig.lab.host(`${site}-hv1`)
  const change = (site: string, text: string): void =>
    void host(site).world.files.write('C:\\Notes\\1.txt', new TextEncoder().encode(text))
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi', 'ankara'] })
    program = rig.program('few', filesProgram(3, 'text'))
    await rig.run('up', { program })
  }, 60_000)
  afterAll(() => rig.close())

  it('ends with 0 where nothing differs', async () => {
    expect(await run('nairobi', 'ankara')).toMatchObject({
      code: 0,
      stdout: 'No drift. 2 sites as declared.\n',
    })
  })

  it('ends with 4 where something differs, as a table and as JSON', async () => {
    change('nairobi', 'by hand')
    const { code, stdout } = await run('nairobi', 'ankara')
    expect(code).toBe(4)
    const [titles, row] = stdout.split('\n')
    expect(titles?.split(/ {2,}/)).toEqual([
      'site',
      'resource',
      'property',
      'declared',
      'found',
      'since',
      'as declared',
    ])
    expect(row?.split(/ {2,}/)).toEqual([
      'nairobi',
      'File c:\\notes\\1.txt',
      'content',
      'text 1',
      'content differs: 6 bytes wanted, 7 found',
      expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d Africa\/Nairobi$/),
      expect.stringMatching(/^at \d{4}-\d\d-\d\d \d\d:\d\d Africa\/Nairobi$/),
    ])
    const json = await run('nairobi', '--json', '--quiet')
    expect(json.code).toBe(4)
    expect(JSON.parse(json.stdout)).toMatchObject({
      drift: true,
      sites: [{ site: 'nairobi', outcome: 'done', resources: [{ properties: [{ property: 'content' }] }] }],
    })
  })

  it('ends with 3 where a site is not reachable, with 4 where another differs, with 1 where one refuses the login', async () => {
    host('ankara').order({ name: 'refuse-connection' })
    const alone = await run('ankara')
    expect(alone.code).toBe(3)
    expect(alone.stdout).toContain('ankara: unreachable')
    expect((await run('nairobi', 'ankara')).code).toBe(4)
    host('ankara').clear()
    host('ankara').order({ name: 'login-refused' })
    expect((await run('nairobi', 'ankara')).code).toBe(1)
    host('ankara').clear()
  })

  it('ends with 2 where the program, the sites or the minutes are not right', async () => {
    expect(await runCli(['drift', '--program', 'none'], { cwd: rig.folder })).toMatchObject({ code: 2 })
    expect((await run('nowhere')).code).toBe(2)
    const minutes = await run('nairobi', '--watch', '0')
    expect(minutes).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('expected minutes from 1 to 10080'),
    })
  })

  it('watches until Ctrl-C, and ends with 130', async () => {
    change('nairobi', 'by hand')
    const cli = startCli(['drift', 'nairobi', '--watch', '--program', program], {
      cwd: rig.folder,
      columns: 120,
    })
    await cli.until('Looking again every 15 min')
    cli.type('\x03')
    const { code, stdout } = await cli.ended
    expect(code).toBe(130)
    expect(stdout).toContain('1 difference at 1 site.')
    expect(stdout).not.toContain('Internal error')
  })
})
