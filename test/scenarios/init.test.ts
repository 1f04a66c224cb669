import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadInventory } from '../../lib/inventory/index.ts'
import { type RunningCli, runCli, startCli, terminalLines, waitUntil } from '../rig/cli.ts'

describe('chancery init', { timeout: 60_000 }, () => {
  let cwd: string
  beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), 'chancery-init-test-'))))
  afterEach(() => rmSync(cwd, { recursive: true, force: true }))
  const env = { PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: undefined }
  const run = (...args: readonly string[]) => runCli(['init', ...args], { cwd, env })
  const everything = (): readonly string[] => readdirSync(cwd, { recursive: true }).map(String)
  const agency = [
    ...['--organisation', 'agency', '--site', 'beirut', '--country', 'LB', '--users', '12'],
    ...['--site-name', 'Office, Beirut', '--link', 'satellite', '--kbit-per-s', '512', '--rtt-ms', '600'],
    ...['--address', '10.20.1.5'],
  ]

  /** Waits until a question stands last on the screen, after the texts, and answers it. */
  function answering(cli: RunningCli): (texts: string | readonly string[], answer: string) => Promise<void> {
    let read = 0
    return async (texts, text) => {
      const shown = () => stripVTControlCharacters(cli.written.stdout).slice(read).replace(/\s+/g, ' ')
      await waitUntil(() => [texts].flat().every((one) => shown().includes(one)) && shown().endsWith(': '))
      read = stripVTControlCharacters(cli.written.stdout).length
      cli.type(`${text}\n`)
    }
  }

  it('asks at a terminal of 60 columns, asks again with the reason, and writes what is accepted and ready', async () => {
    const cli = startCli(['init'], { cwd, env, columns: 60 })
    const answer = answering(cli)
    await answer('Id of the organisation', 'My Agency')
    await answer(['got "My Agency". Write my-agency.', 'Id of the organisation'], 'agency')
    await answer('[folder]', 'ftp://nowhere')
    await answer(['got "ftp://nowhere"', '[folder]'], '')
    await answer('passphrase]', '')
    await answer('[chancery]', 'operations')
    await answer('[agent]', '')
    await answer('[22]', '22222222')
    await answer(['expected a whole number from 1 to 65535, got "22222222"', '[22]'], '2222')
    await answer('Id of the first site', 'beirut')
    await answer('Its name', 'Office, Beirut')
    await answer('Its country', 'LB')
    await answer('[Asia/Beirut]', '')
    await answer('How many people', '12')
    await answer('Its link', 'satellite')
    await answer('What the link carries', '512')
    await answer('Round trip', '600')
    await answer('Address of its host', '10.20.1.5')
    await answer('[yes]', '')
    const { code, stdout } = await cli.ended
    expect(code).toBe(0)
    const lines = terminalLines(stdout)
    expect(lines.filter((line) => line.length > 60)).toEqual([])
    expect(lines).toEqual(
      expect.arrayContaining([
        '  chancery trust beirut',
        '  chancery doctor beirut',
        '  chancery preview beirut',
      ]),
    )

    const folder = join(cwd, 'inventories', 'agency')
    const loaded = loadInventory(folder)
    expect(loaded).toMatchObject({
      ok: true,
      value: {
        organisation: 'agency',
        passphraseFile: join(cwd, '.chancery', 'passphrase'),
        sites: [
          {
            id: 'beirut',
            name: 'Office, Beirut',
            weekend: ['sat', 'sun'],
            link: { kbitPerS: 512, rttMs: 600, timeZone: 'Asia/Beirut' },
            hosts: [{ address: '10.20.1.5', port: 2222, account: 'operations' }],
          },
        ],
      },
    })
    const passphrase = join(cwd, '.chancery', 'passphrase')
    expect(statSync(passphrase).mode & 0o777).toBe(0o600)
    expect(readFileSync(passphrase, 'utf8')).toMatch(/^[\w-]{32}\n$/)
    expect(
      everything().filter((name) => readFileTextOf(name).includes(readFileSync(passphrase, 'utf8').trim())),
    ).toEqual([join('.chancery', 'passphrase')])
    expect(await runCli(['sites'], { cwd, env })).toMatchObject({ code: 0 })
  })
  const readFileTextOf = (name: string): string =>
    statSync(join(cwd, name)).isFile() ? readFileSync(join(cwd, name), 'utf8') : ''

  it('leaves nothing when it is interrupted or the person hangs up in the middle', async () => {
    for (const key of ['\x03', '\x04']) {
      const cli = startCli(['init', ...agency.slice(0, 4)], { cwd, env, columns: 60 })
      await cli.until('[folder]')
      cli.type('\n')
      await cli.until('passphrase]')
      cli.type(key)
      const { code, stdout } = await cli.ended
      expect(code).toBe(key === '\x03' ? 130 : 1)
      expect(stripVTControlCharacters(stdout)).toContain('Nothing was written.')
      expect(everything()).toEqual([])
    }
  })

  it('without a terminal tells every answer that is missing or wrong at once, and writes nothing', async () => {
    const { code, stderr } = await run(
      ...['--organisation', 'agency', '--link', 'sat', '--country', 'LB', '--passphrase', 'phrase'],
      ...['--state', 'postgres://anna:hunter2@db.example.org/states?password=hunter2'],
    )
    expect(code).toBe(2)
    const named = [...stderr.matchAll(/^--([a-z-]+)/gm)].map(([, name]) => name)
    expect(named.toSorted()).toEqual(
      [
        'address',
        'kbit-per-s',
        'link',
        'make-passphrase',
        'rtt-ms',
        'site',
        'site-name',
        'state',
        'users',
      ].toSorted(),
    )
    expect(stderr).toContain('9 answers are missing or wrong. Nothing was written.')
    expect(stderr).toContain('Leave it out, and set PGPASSWORD or PGPASSFILE.')
    expect(stderr).not.toContain('hunter2')
    expect(everything()).toEqual([])
  })

  it('refuses a folder with something in it and takes an empty one', async () => {
    mkdirSync(join(cwd, 'own'))
    writeFileSync(join(cwd, 'own', 'notes.txt'), 'mine')
    const options = [...agency, '--no-check', '--make-passphrase', 'yes']
    expect(await run('own', ...options)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('with notes.txt in it. Nothing was written.'),
    })
    expect(everything().toSorted()).toEqual(['own', join('own', 'notes.txt')])
    rmSync(join(cwd, 'own', 'notes.txt'))
    expect(await run('own', ...options)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('chancery preview beirut --inventory own'),
    })
    expect(loadInventory(join(cwd, 'own'))).toMatchObject({ ok: true })
    expect(everything().filter((name) => name.includes('.new-inventory'))).toEqual([])
  })

  it('never writes over a passphrase, and refuses one inside the inventory', async () => {
    writeFileSync(join(cwd, 'phrase'), 'correct horse\n')
    expect(
      await run(...agency, '--no-check', '--passphrase', 'phrase', '--make-passphrase', 'yes'),
    ).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`The passphrase is the one that was in ${join(cwd, 'phrase')}.`),
    })
    expect(readFileSync(join(cwd, 'phrase'), 'utf8')).toBe('correct horse\n')
    expect(
      await run('two', ...agency, '--passphrase', 'two/phrase', '--make-passphrase', 'yes'),
    ).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('expected a file outside the inventory'),
    })
    expect(existsSync(join(cwd, 'two'))).toBe(false)
  })

  it('says what fails of a backend that does not answer, and asks for another one', async () => {
    const url = `postgres://anna@127.0.0.1:${await closedPort()}/states?sslmode=disable`
    const options = [...agency, '--passphrase', 'environment']
    expect(await run(...options, '--state', url)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/connection refused\. Nobody listens there[^]*Nothing was written\./),
    })
    expect(await run(...options, '--state', `file://${join(cwd, 'none')}`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`there is no folder ${join(cwd, 'none')}. Make that folder`),
    })
    expect(everything()).toEqual([])

    mkdirSync(join(cwd, 'shared'))
    const rest = ['--account', 'a', '--key', 'agent', '--port', '22', '--time-zone', 'Asia/Beirut']
    const cli = startCli(['init', ...options, ...rest, '--state', url], { cwd, env, columns: 60 })
    await cli.until('[folder]')
    cli.type(`file://${join(cwd, 'shared')}\n`)
    const { code, stdout } = await cli.ended
    expect([code, stdout]).toEqual([0, expect.stringContaining('The backend answers; it has 0 stacks.')])
    expect(loadInventory(join(cwd, 'inventories', 'agency'))).toMatchObject({
      ok: true,
      value: { stateBackend: `file://${join(cwd, 'shared')}` },
    })
    // No passphrase of its own making for states that others share.
    expect(await runCli(['preview', 'beirut', '--offline'], { cwd, env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('expected one that every operator shares, got none'),
    })
    expect(existsSync(join(cwd, '.chancery', 'passphrase'))).toBe(false)
  })
})

const closedPort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 1))
    })
  })
