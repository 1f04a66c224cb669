import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { runChild } from './child.ts'
import { languageHost, type LanguageHost } from './language-host.rig.ts'
import { ensureEngine } from './obtain.ts'
import { memoryProvider, type MemoryProvider } from './run.rig.ts'

/** Types that Node strips, an import path that ends in .ts, top-level await, a stack that tells what to run. */
const main = `import * as pulumi from '@pulumi/pulumi'
import type { Context } from './context.ts'
import { Thing } from './thing.ts'
const context: Context = await Promise.resolve({ stack: pulumi.getStack() })
export const said = new Thing('motd', context.stack).content
`
const thing = `import * as pulumi from '@pulumi/pulumi'
export class Thing extends pulumi.CustomResource {
  declare readonly content: pulumi.Output<string>
  constructor(name: string, content: pulumi.Input<string>) {
    super('memory:index:Thing', name, { name, content })
  }
}
`
const root = fileURLToPath(new URL('../../', import.meta.url))

let folder: string
let provider: MemoryProvider
let host: LanguageHost
let env: NodeJS.ProcessEnv
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-plain-'))
  for (const name of ['state', 'stacks', 'plugin']) mkdirSync(join(folder, name))
  const { runtime, main: entry }: { runtime: unknown; main: string } = parse(
    readFileSync(join(root, 'Pulumi.yaml'), 'utf8'),
  )
  const plugins = { providers: [{ name: 'memory', path: 'plugin' }] }
  writeFileSync(join(folder, 'Pulumi.yaml'), stringify({ name: 'plain', main: entry, runtime, plugins }))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, entry), main)
  writeFileSync(join(folder, 'stacks/context.ts'), 'export type Context = { readonly stack: string }\n')
  writeFileSync(join(folder, 'stacks/thing.ts'), thing)
  writeFileSync(join(folder, 'plugin/pulumi-resource-memory'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  provider = await memoryProvider()
  host = await languageHost(process.env)
  env = {
    ...process.env,
    PULUMI_BACKEND_URL: pathToFileURL(join(folder, 'state')).href,
    PULUMI_HOME: join(folder, 'home'),
    PULUMI_CONFIG_PASSPHRASE: 'correct horse',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DEBUG_PROVIDERS: `memory:${provider.port}`,
    PULUMI_DEBUG_LANGUAGES: `nodejs:${host.port}`,
  }
})
afterEach(() => {
  provider.close()
  host.close()
  rmSync(folder, { recursive: true, force: true })
})

it('runs a program of plain TypeScript modules under pulumi itself, by the settings of our Pulumi.yaml', async () => {
  const engine = await ensureEngine({ env: process.env, onProgress: () => undefined })
  if (!engine.ok) throw new Error(JSON.stringify(engine.error))
  const pulumi = (...args: string[]) =>
    runChild(engine.value.path, [...args, '--non-interactive', '--color', 'never'], { cwd: folder, env })
  expect(await pulumi('stack', 'init', 'mission.beirut')).toMatchObject({ code: 0 })
  const up = await pulumi('up', '--yes', '--skip-preview', '--stack', 'mission.beirut')
  expect(up).toMatchObject({ code: 0, stdout: expect.stringContaining('said: "mission.beirut"') })
  expect(provider.things.get('motd')).toBe('mission.beirut')
}, 900_000)
