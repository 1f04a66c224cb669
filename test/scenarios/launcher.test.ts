import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { $ } from 'zx'
import { ensureEngine } from '../../lib/engine/obtain.ts'
import { loadCatalogue } from '../../lib/provider/catalogue.ts'

it('the engine starts the launcher by itself and reads a schema of every kind from it', async () => {
  const engine = await ensureEngine({ env: process.env, onProgress: () => {} })
  if (!engine.ok) throw new Error(engine.error.kind)
  const home = mkdtempSync(join(tmpdir(), 'chancery-launcher-'))
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const env = { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: 'true' }
  const launcher = join(root, 'lib/provider/launcher/pulumi-resource-chancery')
  const printed = await $({
    cwd: root,
    env,
    quiet: true,
  })`${engine.value.path} package get-schema ${launcher}`
  rmSync(home, { recursive: true })
  const schema = JSON.parse(printed.stdout) as { resources: object }
  const tokens = [...(await loadCatalogue()).keys()].map((token) => `chancery:${token}`)
  expect(Object.keys(schema.resources).sort()).toEqual(tokens.sort())
})
