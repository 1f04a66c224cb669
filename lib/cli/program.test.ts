import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import stringWidth from 'string-width'
import { afterAll, describe, expect, it } from 'vitest'
import { runHere } from '../../test/rig/cli-here.ts'
import { commands } from './commands/index.ts'

const clone = resolve(import.meta.dirname, '../..')
const temporary: string[] = []
afterAll(() => temporary.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

type Where = {
  readonly cwd?: string
  readonly env?: { readonly [name: string]: string }
  readonly columns?: number
}

/** Runs a command line in this process, without a terminal unless it is given columns. */
const run = (line: string, { cwd = clone, env = {}, columns }: Where = {}) =>
  runHere(
    line.split(' ').filter((word) => word !== ''),
    { cwd, env, columns },
  )

describe('the command line', () => {
  it.each([
    ['', 'a command'],
    ['stes', 'Did you mean sites?'],
    ['sites --jsn', 'Did you mean --json?'],
    ['sites berut', 'Did you mean "beirut"?'],
    ['sites --inventory', 'inventory'],
    ['sites --inventory no/such/folder', 'no/such/folder'],
    ['sites --inventory a --inventory b', '--inventory: expected once'],
    ['preview beirut --program a --program b', '--program: expected once'],
    ['lab down', 'down'],
    ['up beirut', '--yes'],
    ['destroy --yes', 'destroy: expected the sites to destroy'],
    ['trust beirut', '--fingerprint'],
    ['doctor beirut nairobi-hv1', 'expected a host of beirut'],
    ['lab up beirut --fault beirut-hv1:nonsense', 'drop-after-act'],
  ])('answers "%s" with exit code 2 and what to write instead', async (line, told) => {
    const { code, stdout, stderr } = await run(line)
    expect(stderr.toLowerCase()).toContain(told.toLowerCase())
    expect([code, stdout]).toEqual([2, ''])
  })

  it('prints help on standard output, with every command and the exit codes', async () => {
    const { code, stdout, stderr } = await run('--help')
    expect([code, stderr]).toEqual([0, ''])
    for (const { name } of commands) expect(stdout).toContain(`chancery ${name}`)
    expect(stdout).toContain('130 interrupted')
  })

  it.each(commands.map(({ name }) => name))('gives examples in the help of %s', async (name) => {
    const { code, stdout } = await run(`${name} --help`)
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`Examples:\\n +chancery ${name}`))
  })

  it('fits help into 60 columns', async () => {
    const { stdout } = await run('preview --help', { columns: 60 })
    for (const line of stdout.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(60)
  })

  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8')) as { version: string }
    expect(await run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('has the answer alone on standard output, as JSON where that is asked for', async () => {
    const plain = await run('sites link=satellite')
    expect(plain.stdout.split('\n')[0]).toMatch(/^site +city/)
    expect(plain.stderr).toBe('9 sites of ministry\n')
    const json = await run('sites link=satellite --json')
    expect((JSON.parse(json.stdout) as unknown[]).length).toBe(9)
    expect((await run('sites link=satellite --quiet')).stderr).toBe('')
  })

  it('takes several sites, and options that may be repeated', async () => {
    const two = await run('sites beirut nairobi --json')
    expect(JSON.parse(two.stdout)).toMatchObject([{ id: 'beirut' }, { id: 'nairobi' }])
    const faults = await run('lab up beirut --fault nobody:clixml --fault beirut-hv1:nonsense')
    expect([faults.code, faults.stderr]).toEqual([2, expect.stringContaining('beirut-hv1:nonsense')])
  })

  it('prints the schema of the resources and of each file of an inventory', async () => {
    const resources = JSON.parse((await run('schema package')).stdout) as { resources: object }
    expect(Object.keys(resources.resources)).toContain('chancery:windows:File')
    for (const file of ['organisation', 'off-limits', 'profile', 'exception'])
      expect(JSON.parse((await run(`schema ${file} --json`)).stdout)).toHaveProperty('$schema')
  })

  it('takes the inventory from the environment, and the option before it', async () => {
    const machine = mkdtempSync(join(tmpdir(), 'chancery-machine-'))
    temporary.push(machine)
    const env = { CHANCERY_INVENTORY: join(clone, 'inventories/ministry'), CHANCERY_MACHINE_FOLDER: machine }
    expect((await run('links beirut --json', { cwd: tmpdir(), env })).code).toBe(0)
    const other = await run('links beirut --inventory no/such/folder', { cwd: tmpdir(), env })
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('no/such/folder')])
  })

  it('tells all mistakes of an inventory at once, each with its place', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chancery-inventory-'))
    temporary.push(folder)
    cpSync(join(clone, 'inventories/ministry'), folder, { recursive: true })
    const hosts = readFileSync(join(folder, 'hosts.csv'), 'utf8')
    writeFileSync(join(folder, 'hosts.csv'), hosts.replace(/127\.0\.0\.1,(220\d\d)/g, '127.0.0.1,x$1'))
    const { code, stderr } = await run(`sites --inventory ${folder}`)
    expect(code).toBe(2)
    expect(stderr.match(/^hosts\.csv:\d+:\d+: /gm)?.length).toBeGreaterThan(30)
    expect(stderr).toContain('Nothing was changed.')
  })

  it.each([60, 100])('fits tables into a terminal of %i columns', async (columns) => {
    for (const line of ['sites', 'links']) {
      const { stdout } = await run(line, { columns })
      for (const text of stdout.split('\n')) expect(stringWidth(text)).toBeLessThanOrEqual(columns)
    }
  })
})
