import { spawn, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { extract, list } from 'tar'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRig } from '../rig/estate.ts'
import { textOf } from '../rig/programs.ts'

/**
 * The package as a user gets it: packed, unpacked into an empty project, used from there. Its dependencies are those of this
 * clone, and only those that package.json names: one that is missing there is missing here.
 */
const clone = resolve(import.meta.dirname, '../..')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'chancery-package-')))
const project = join(folder, 'project')
const modules = join(project, 'node_modules')
let content: readonly string[] = []

type Manifest = { readonly dependencies: { readonly [name: string]: string } }

const run = (command: string, args: readonly string[], cwd: string) => {
  const { status, stdout, stderr } = spawnSync(command, [...args], { cwd, encoding: 'utf8' })
  return { status, text: `${stdout}${stderr}`, stdout }
}
const node = (args: readonly string[], cwd = project) => run(process.execPath, args, cwd)
/** The packaged command line as a process of its own, while this one plays the lab. */
const chancery = (cwd: string, ...args: string[]) =>
  new Promise<{ readonly code: number | null; readonly text: string; readonly stdout: string }>(
    (resolve, reject) => {
      const child = spawn(process.execPath, [join(modules, 'chancery/lib/cli/chancery.mjs'), ...args], {
        cwd,
      })
      let [text, stdout] = ['', '']
      child.stdout.on('data', (bytes: Buffer) => {
        stdout += bytes.toString()
        text += bytes.toString()
      })
      child.stderr.on('data', (bytes: Buffer) => (text += bytes.toString()))
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, text, stdout }))
    },
  )
const typeCheck = () => node([join(clone, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', '.'])

beforeAll(async () => {
  const packed = run('npm', ['pack', '--json', '--loglevel=error', '--pack-destination', folder], clone)
  expect(packed.text, 'npm pack').toContain('.tgz')
  const { version } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8')) as { version: string }
  const tarball = join(folder, `chancery-${version}.tgz`)

  const names: string[] = []
  await list({ file: tarball, onReadEntry: ({ path }) => void names.push(path.replace(/^package\//, '')) })
  content = names
  mkdirSync(join(modules, 'chancery'), { recursive: true })
  await extract({ file: tarball, cwd: join(modules, 'chancery'), strip: 1 })

  const { dependencies } = JSON.parse(
    readFileSync(join(modules, 'chancery/package.json'), 'utf8'),
  ) as Manifest
  for (const name of [...Object.keys(dependencies), '@types/node']) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(clone, 'node_modules', name), join(modules, name), 'junction')
  }
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'program', private: true, type: 'module' }),
  )
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    strict: true,
    skipLibCheck: true,
    types: ['node'],
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the package', () => {
  it('holds JavaScript, declarations and scripts, and no TypeScript, test or case', () => {
    expect(content).toEqual(
      expect.arrayContaining([
        'package.json',
        'README.md',
        'LICENSE',
        'CHANGELOG.md',
        'lib/cli/chancery.mjs',
        'dist/lib/index.js',
        'dist/lib/index.d.ts',
        'dist/lib/cli/main.js',
        'dist/lib/kinds/windows/file/observe.ps1',
        'dist/lib/kinds/windows/file/README.md',
        'dist/lib/transport/worker/worker.ps1',
        'dist/lib/transport/delivery/receiver/receiver.ps1',
        'dist/lib/cli/doctor/clock.ps1',
        'dist/lib/engine/build/go.mod',
        'dist/lib/engine/build/go.sum',
        'dist/stacks/mission.js',
      ]),
    )
    const typescript = content.filter((path) => /\.[mc]?ts$/.test(path) && !/\.d\.[mc]?ts$/.test(path))
    expect(typescript).toEqual([])
    expect(
      content.filter((path) => /\.(test|rig|test-rig)\.|\/cases\/|^test\/|^runbooks\//.test(path)),
    ).toEqual([])
  })

  it('type-checks a program that uses it', () => {
    writeFileSync(
      join(project, 'index.ts'),
      [
        "import { File } from 'chancery'",
        "import type { Output } from '@pulumi/pulumi'",
        "const motd = new File('motd', { host: 'beirut-hv1', path: 'C:\\\\motd.txt', content: 'Welcome' })",
        'export const path: Output<string> = motd.path',
        '',
      ].join('\n'),
    )
    expect(typeCheck().text).toBe('')
  }, 60_000)

  it('tells a program with a wrong input so, by its type', () => {
    writeFileSync(
      join(project, 'index.ts'),
      "import { File } from 'chancery'\nnew File('motd', { host: 'beirut-hv1', path: 7, content: 'Welcome' })\n",
    )
    expect(typeCheck().text).toContain("Type 'number' is not assignable to type 'Input<string>'")
  }, 60_000)

  it('is imported by plain JavaScript', () => {
    writeFileSync(join(project, 'index.js'), "import { File } from 'chancery'\nconsole.log(typeof File)\n")
    expect(node(['index.js']).text).toBe('function\n')
  })

  it('brings the command line, which finds its own version', () => {
    const { status, stdout } = node([join(modules, 'chancery/lib/cli/chancery.mjs'), '--version'])
    expect(status).toBe(0)
    expect(content).toContain('package.json')
    expect(stdout.trim()).toBe(
      (JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8')) as { version: string }).version,
    )
  })

  it('reads an inventory of the project and tells where one is missing', () => {
    const { status, text } = node([join(modules, 'chancery/lib/cli/chancery.mjs'), 'sites'])
    expect(text).toContain(`expected a folder under ${join(project, 'inventories')}, found none`)
    expect(status).toBe(2)
    const args = [join(modules, 'chancery/lib/cli/chancery.mjs'), 'sites', 'beirut', '--json', '--inventory']
    const found = node([...args, join(clone, 'inventories/ministry')])
    expect(JSON.parse(found.stdout)).toMatchObject([{ id: 'beirut' }])
  })

  it('previews and applies a program of the project, in TypeScript, against the lab', async () => {
    writeFileSync(
      join(project, 'welcome.ts'),
      [
        "import { File, type ProgramContext } from 'chancery'",
        'export default function welcome({ site }: ProgramContext): void {',
        "  for (const host of site.hosts) new File('welcome', { host: host.id, path: 'C:\\\\welcome.txt', content: site.city })",
        '}',
        '',
      ].join('\n'),
    )
    const rig = await startRig({ sites: ['nairobi'] })
    try {
      const words = ['nairobi', '--program', join(project, 'welcome.ts'), '--json']
      const preview = await chancery(rig.folder, 'preview', ...words)
      expect(preview.code, preview.text).toBe(0)
      expect(JSON.parse(preview.stdout)).toMatchObject({
        sites: [{ site: 'nairobi', changes: { create: 1 } }],
      })
      expect(textOf(rig.lab.host('nairobi-hv1'), 'C:\\welcome.txt')).toBeUndefined()
      const up = await chancery(rig.folder, 'up', '--yes', ...words)
      expect(up.code, up.text).toBe(0)
      expect(textOf(rig.lab.host('nairobi-hv1'), 'C:\\welcome.txt')).toBe('Nairobi')
    } finally {
      await rig.close()
    }
  }, 300_000)
})
