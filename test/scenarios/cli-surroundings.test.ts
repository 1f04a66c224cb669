import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram } from '../rig/programs.ts'

describe('surroundings in which nothing can be done', { timeout: 90_000 }, () => {
  let rig: Rig
  let program: string
  const home = () => join(rig.folder, '.chancery')
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    program = rig.program('files', filesProgram(2, 'text'))
  })
  afterAll(() => rig.close())

  const up = (env: { readonly [name: string]: string | undefined } = {}) =>
    runCli(['up', 'nairobi', '--program', program, '--yes'], {
      cwd: rig.folder,
      env,
      minded: env['PATH'] === undefined,
    })
  const touched = (): number => rig.lab.host('nairobi-hv1').counters.operations

  describe('state that can’t be written', () => {
    const organisation = () => join(rig.folder, 'inventories', 'ministry', 'organisation.yaml')

    it('a state folder of ours: said before any host is reached', async () => {
      mkdirSync(join(home(), 'state'), { mode: 0o555 })
      const { code, stderr } = await up()
      expect(code).toBe(1)
      expect(stderr).toContain(`${join(home(), 'state')} can't be written (EACCES`)
      expect(stderr).toContain('No host was touched.')
      expect(rig.lab.host('nairobi-hv1').counters.connections).toBe(0)
      chmodSync(join(home(), 'state'), 0o755)
    })

    it('a file where the folder should be', async () => {
      renameSync(home(), `${home()}.kept`)
      writeFileSync(home(), '')
      const { code, stderr } = await up()
      expect(code).toBe(1)
      expect(stderr).toContain(`${home()} can't be written (EEXIST`)
      expect(rig.lab.host('nairobi-hv1').counters.connections).toBe(0)
      const examined = await runCli(['doctor', 'nairobi'], { cwd: rig.folder })
      expect([examined.code, examined.stderr]).toMatchObject([
        1,
        expect.stringContaining("can't be written (EEXIST"),
      ])
      renameSync(home(), `${home()}.file`)
      renameSync(`${home()}.kept`, home())
    })

    it('a state folder of the organisation: in the words of the backend, and no host is changed', async () => {
      const shared = join(rig.folder, 'shared')
      mkdirSync(shared, { mode: 0o555 })
      const text = readFileSync(organisation(), 'utf8')
      writeFileSync(organisation(), text.replace(/^stateBackend: .*$/m, `stateBackend: file://${shared}`))
      const before = touched()
      const { code, stdout } = await up({ PULUMI_CONFIG_PASSPHRASE: 'of the organisation' })
      expect(code).toBe(1)
      expect(stdout).toContain(`The state in file://${shared} can't be written`)
      expect(stdout).toContain('No host was touched.')
      expect(rig.lab.host('nairobi-hv1').world.files.get('C:\\Notes')).toBeUndefined()
      expect(touched() - before).toBeLessThanOrEqual(2)
      writeFileSync(organisation(), text)
    })
  })

  it('no engine on PATH or in the cache, no Go, no network: what to install, and nothing half written', async () => {
    const cache = mkdtempSync(join(rig.folder, 'cache-'))
    const { code, stdout, stderr } = await up({
      PATH: dirname(process.execPath),
      GOROOT: undefined,
      CHANCERY_CACHE: cache,
      NODE_USE_ENV_PROXY: '1',
      HTTPS_PROXY: 'http://127.0.0.1:1',
      HTTP_PROXY: 'http://127.0.0.1:1',
    })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(
      /There is no Pulumi engine 3\.\d+\.\d+ and none could be obtained\. Nothing was written\./,
    )
    expect(stderr).toContain('install Pulumi 3.')
    expect(stderr).toContain('install Go 1.')
    expect(
      readdirSync(cache, { recursive: true }).filter(
        (name) => !/^engine(.lock\.sqlite)?$/.test(String(name)),
      ),
    ).toEqual([])
  })
})
