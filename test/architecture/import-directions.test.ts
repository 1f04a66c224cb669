import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { afterEach, describe, expect, it } from 'vitest'
import configuration, { parts } from '../../.dependency-cruiser.mjs'

let folder: string | undefined
afterEach(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  folder = undefined
})

/** Names of the rules that a project of these files (path to the paths it imports, or whole imports) breaks. */
async function broken(files: { readonly [path: string]: readonly string[] }): Promise<readonly string[]> {
  const root = mkdtempSync(join(tmpdir(), 'chancery-architecture-'))
  folder = root
  for (const [path, imports] of Object.entries(files)) {
    const text = imports
      .map((target) => `${target.startsWith('import ') ? target : `import '${target}'`}\n`)
      .join('')
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), `${text}export {}\n`)
  }
  const { tsConfig: _, ...options } = configuration.options
  const { output } = await cruise(
    ['lib', 'stacks', 'runbooks'].filter((part) => Object.keys(files).some((f) => f.startsWith(part))),
    {
      ...options,
      baseDir: root,
      ruleSet: { forbidden: configuration.forbidden },
      validate: true,
    },
  )
  return [...new Set((output as ICruiseResult).summary.violations.map(({ rule }) => rule.name))].sort()
}

describe('import directions', () => {
  it.each([
    [
      'domain imports another part',
      'lib/domain/site.ts',
      '../link/door.ts',
      'lib/link/door.ts',
      'domain-imports',
    ],
    ['domain imports Node', 'lib/domain/site.ts', 'node:fs', undefined, 'pure-parts'],
    ['a kind imports Node', 'lib/kinds/windows/file/plan.ts', 'node:fs', undefined, 'pure-parts'],
    [
      'a kind imports a kind',
      'lib/kinds/windows/file/plan.ts',
      '../service/plan.ts',
      'lib/kinds/windows/service/plan.ts',
      'kinds-apart',
    ],
    [
      'a kind imports the link',
      'lib/kinds/windows/file/plan.ts',
      '../../../link/door.ts',
      'lib/link/door.ts',
      'kinds-imports',
    ],
    [
      'the lab imports a kind',
      'lib/lab/host.ts',
      '../kinds/windows/file/plan.ts',
      'lib/kinds/windows/file/plan.ts',
      'lab-imports',
    ],
    [
      'the lab imports a session',
      'lib/lab/host.ts',
      '../transport/session.ts',
      'lib/transport/session.ts',
      'lab-imports',
    ],
    [
      'reconcile imports a session',
      'lib/reconcile/act.ts',
      '../transport/session.ts',
      'lib/transport/session.ts',
      'reconcile-imports',
    ],
    [
      'the interpreter imports the lab',
      'lib/powershell/run.ts',
      '../lab/host.ts',
      'lib/lab/host.ts',
      'powershell-imports',
    ],
    [
      'the link imports the transport',
      'lib/link/pacer.ts',
      '../transport/port.ts',
      'lib/transport/port.ts',
      'link-imports',
    ],
    [
      'the provider imports the transport',
      'lib/provider/server.ts',
      '../transport/port.ts',
      'lib/transport/port.ts',
      'provider-imports',
    ],
    [
      'anything imports the command line',
      'lib/report/html.ts',
      '../cli/main.ts',
      'lib/cli/main.ts',
      'roots-are-not-imported',
    ],
    [
      'a program imports the engine',
      'stacks/mission.ts',
      '../lib/engine/obtain.ts',
      'lib/engine/obtain.ts',
      'stacks-imports',
    ],
    ['a program imports Node', 'stacks/mission.ts', 'node:fs', undefined, 'pure-parts'],
    [
      'a runbook imports what is not public',
      'runbooks/tour.ts',
      '../lib/link/door.ts',
      'lib/link/door.ts',
      'runbooks-imports',
    ],
    ['an import leads nowhere', 'lib/link/pacer.ts', './gone.ts', undefined, 'resolvable'],
  ])('are broken where %s', async (_what, from, target, made, rule) => {
    const files = { [from]: [target], ...(made === undefined ? {} : { [made]: [] }) }
    expect(await broken(files)).toContain(rule)
  })

  it('are broken where a part other than transport and lab speaks SSH', async () => {
    expect(await broken({ 'lib/cli/trust.ts': ['ssh2'], 'node_modules/ssh2/index.js': [] })).toContain(
      'ssh2-importers',
    )
    rmSync(folder!, { recursive: true })
    expect(await broken({ 'lib/transport/session.ts': ['ssh2'], 'node_modules/ssh2/index.js': [] })).toEqual(
      [],
    )
  })

  it('are broken where files import one another in a circle, if only a type', async () => {
    const circle = {
      'lib/link/pacer.ts': ['./queue.ts'],
      'lib/link/queue.ts': ['./budget.ts'],
      'lib/link/budget.ts': ['./pacer.ts'],
    }
    expect(await broken(circle)).toEqual(['no-circles'])
    rmSync(folder!, { recursive: true })
    const types = {
      'lib/link/pacer.ts': ["import type { Queue } from './queue.ts'"],
      'lib/link/queue.ts': ["import type { Pacer } from './pacer.ts'"],
    }
    expect(await broken(types)).toEqual(['no-circles'])
  })

  it('are broken where a command imports before it runs', async () => {
    const eager = { 'lib/cli/commands/up.ts': ['../../link/door.ts'], 'lib/link/door.ts': [] }
    expect(await broken(eager)).toEqual(['commands-are-lazy'])
  })

  it('leave tests beside a unit and the composition roots free', async () => {
    expect(
      await broken({
        'lib/link/pacer.test.ts': ['../lab/host.ts', 'node:fs'],
        'lib/cli/run/fleet.ts': ['../../transport/session.ts', '../../provider/server.ts'],
        'lib/lab/host.ts': ['../transport/wire.ts', '../powershell/run.ts'],
        'lib/transport/session.ts': ['../link/door.ts'],
        'lib/transport/wire.ts': [],
        'lib/link/door.ts': [],
        'lib/powershell/run.ts': [],
        'lib/provider/server.ts': [],
      }),
    ).toEqual([])
  })

  it('cover every folder of lib', () => {
    const folders = readdirSync('lib', { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'cli')
      .map(({ name }) => name)
    expect(folders.filter((name) => !(name in parts))).toEqual([])
  })
})

describe('the tree', () => {
  it('has no folder named after nothing', () => {
    const nameless = ['lib', 'stacks', 'runbooks', 'test']
      .flatMap((part) => readdirSync(part, { recursive: true, withFileTypes: true }))
      .filter(
        (entry) => entry.isDirectory() && /^(utils?|helpers?|common|types|misc|shared)$/.test(entry.name),
      )
      .map((entry) => join(entry.parentPath, entry.name))
    expect(nameless).toEqual([])
  })
})
