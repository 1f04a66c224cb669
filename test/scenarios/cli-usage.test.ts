import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../../lib/cli/commands/index.ts'
import { copyForLab } from '../../lib/cli/lab-copy.ts'
import { schemaFiles } from '../../lib/inventory/schema-files.ts'
import { machineOf } from '../rig/cli.ts'
import { runHere } from '../rig/cli-here.ts'

const clone = fileURLToPath(new URL('../..', import.meta.url))
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-usage-'))
  await copyForLab(join(clone, 'inventories/ministry'), join(folder, 'inventories/ministry'), [])
  writeFileSync(join(folder, 'empty'), '')
  writeFileSync(join(folder, 'notes.txt'), 'no plan')
  mkdirSync(join(folder, 'full'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (argv: readonly string[]) =>
  runHere(argv, { cwd: folder, env: { CHANCERY_MACHINE_FOLDER: machineOf(folder) } })

/** Words of a command line as a shell makes them: blanks divide, quotes hold together. */
const words = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, one, two, three]) => one ?? two ?? three ?? '')

describe('bad input', () => {
  /** A command line, and what is said of it: where, expected, got. */
  it.each([
    [
      'plan shw x',
      'action: expected one of "show", "diff", "verify", got "shw". Nothing was changed. Did you mean show?',
    ],
    ['resolve beirut --mark dne x --reason y', '--mark: expected one of "done", "not-done", got "dne"'],
    ['push', 'push <file> [site..]: expected a word for each of <file>, got 0.'],
    ['plan show', 'plan <action> <file..>: expected a word for each of <action> <file..>, got 1.'],
    ['history beirut --limit many', '--limit: expected a number'],
    ['history beirut --limit -3', '--limit: expected a whole number from 1, got -3. Write --limit 20.'],
    ['up beirut --patience soon --yes', '--patience: expected a number'],
    ['up beirut --patience -4 --yes', '--patience: expected seconds, 0 or more, got -4'],
    ["up beirut --program '' --yes", '--program: expected a text, got an empty one'],
    ["sites ''", 'site: expected a text, got an empty one'],
    ["prestage empty --site beirut --out ''", '--out: expected a text, got an empty one'],
    ['video beirut on --at-most -5', '--at-most: expected a whole number > 0, got -5'],
    ['video beirut on --until 25:99', '--until: expected a time, got "25:99"'],
    ['video beirut on --until 2020-01-01T00:00', '--until: expected a time to come'],
    ['video beirut off --at-most 5', 'expected neither --at-most nor --until'],
    ['drift --watch 0', '--watch: expected minutes from 1 to 10080, got 0'],
    ['drift --program nope', 'program nope: expected the name of a program in stacks/'],
    ['up --plan empty --yes', 'empty:1: expected a plan, got an empty file'],
    ['up --plan missing --yes', 'expected the file of a plan, but there is none'],
    ['plan diff empty', 'plan diff: expected two plans, got 1'],
    ['preview beirut --save notes.txt', '--save: '],
    ['preview beirut --save full', 'something that is not a plan lies there'],
    ['preview beirut --save missing/a.plan', "can't be written (ENOENT"],
    ['preview --destroy', 'expected the sites to destroy, got none'],
    ['up beirut --now --yes', '--now: expected --reason beside it, got none'],
    ['up beirut --reason x --yes', '--reason: expected --now beside it, got none'],
    ['refresh beirut --now --yes', 'Unknown argument: now'],
    ['import beirut --out x.ts', '--out: expected --pick beside it, got none'],
    ['import beirut --take-from x', '--take-from: expected --pick beside it, got none'],
    ['import beirut --kind servce', 'Did you mean "Service"?'],
    ['push empty beirut --host nairobi-hv1', '--host: expected a host of beirut, got "nairobi-hv1"'],
    ['push empty', 'push: expected the sites to deliver to, got none'],
    ['push full beirut', 'full: expected a file, got a folder'],
    [
      'prestage empty --site beirut',
      'expected either --out FOLDER (here) or --pick-up FOLDER (on the host), got neither',
    ],
    ['prestage empty --site beirut --out notes.txt', 'expected a folder that a bundle can be written into'],
    ['prestage missing --site beirut --out disk', 'missing: ENOENT'],
    ['trust beirut --fingerprint abc', '--fingerprint: expected SHA256: and 43 letters and digits'],
    ['takeover beirut', 'Missing required argument: reason'],
    ['unlock beirut --yes', '--yes: expected --reason'],
    ['doctor', 'doctor: expected the id of a site, got none'],
    ['doctor beirut --script', 'doctor: expected no site beside --script, which reaches no host, got beirut'],
    ['doctor --script --facts empty', 'expected either --script or --facts, got both'],
    ['doctor --facts empty', '--facts: empty: expected the line that the script prints'],
    [
      'lab up beirut --bare beirut-hv2',
      '--bare: expected a host of the lab\'s sites, got "beirut-hv2". Did you mean "beirut-hv1"?',
    ],
    ['lab up beirut --fault nobody:clixml', '--fault: expected a host of the lab\'s sites, got "nobody"'],
    ['links --rollout mission-server', 'Did you mean "mission-servers"?'],
    [
      'restart beirut beirut-hv7',
      'host: expected a host of beirut, got "beirut-hv7". Did you mean "beirut-hv1"?',
    ],
    ['rehearse sites', 'rehearse: sites reaches no host, so there is nothing to rehearse'],
    ['init --port abc --no-check', '--port: expected a whole number from 1 to 65535, got "abc"'],
  ])(
    '%s: says where, what was expected and what it got, ends with 2, and changes nothing',
    async (line, told) => {
      const before = readdirSync(folder, { recursive: true }).filter(
        (name) => !/^machine|^\.chancery/.test(String(name)),
      )
      const { code, stdout, stderr } = await run(words(line))
      expect(stderr.replaceAll(folder + '/', '')).toContain(told)
      expect([code, stdout]).toEqual([2, ''])
      expect(
        readdirSync(folder, { recursive: true }).filter((name) => !/^machine|^\.chancery/.test(String(name))),
      ).toEqual(before)
      expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('no plan')
    },
  )

  it('a folder below /proc is refused at once', async () => {
    const bundle = await run(['prestage', 'empty', '--site', 'beirut', '--out', '/proc/chancery/disk'])
    expect([bundle.code, bundle.stderr]).toEqual([2, expect.stringContaining('Nothing was read or written.')])
    const plan = await run(['preview', 'beirut', '--save', '/proc/chancery/beirut.plan'])
    expect([plan.code, plan.stderr]).toEqual([2, expect.stringContaining("can't be written (ENOENT")])
  })
})

describe('help', () => {
  it.each(commands.map(({ name }) => name))(
    'of %s says of each option what it is, and its default',
    async (name) => {
      const { stdout } = await run([name, '--help'])
      for (const option of commands.find((one) => one.name === name)!.options)
        expect(stdout).toMatch(new RegExp(`--${option} +[A-Z]`))
      if (name === 'destroy' || name === 'push') expect(stdout).not.toContain('[default: all]')
    },
  )

  it('names the schema of each file of an inventory', async () => {
    const { words: known } = commands.find(({ name }) => name === 'schema')!
    for (const file of schemaFiles().keys()) expect(known).toContain(file.replace('.schema.json', ''))
  })

  it('and the README have command lines that are read as they stand', async () => {
    const readme = readFileSync(join(clone, 'README.md'), 'utf8')
    const lines = [...readme.matchAll(/^npx chancery ([^#\n\\]+?)(?: +#.*)?$/gm)].map(([, line]) => line!)
    expect(lines.length).toBeGreaterThan(40)
    for (const written of lines) {
      const line = written.replace(/^rehearse /, '')
      const name = words(line)[0]!
      if (name === '--help') continue
      const { code, stderr } = await run([...words(line), '--json', '--help'])
      expect([line, code, stderr]).toEqual([line, 0, ''])
      const command = commands.find((one) => one.name === name)
      for (const word of words(line))
        if (word.startsWith('--'))
          expect([line, 'inventory', 'json', 'quiet', ...(command?.options ?? [])]).toContain(word.slice(2))
    }
  })
})
