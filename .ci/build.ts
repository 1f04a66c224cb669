import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * `npm run build`: the package's content in `dist`. TypeScript becomes JavaScript and declarations; everything else under lib and
 * stacks that the program reads (scripts, tables, the engine's build, READMEs) goes along as it is. Cases are for tests only.
 */
const out = 'dist'
rmSync(out, { recursive: true, force: true })

const { status } = spawnSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
  { stdio: 'inherit' },
)
if (status !== 0) process.exit(status ?? 1)

for (const part of ['lib', 'stacks'])
  for (const entry of readdirSync(part, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || /\.m?ts$/.test(entry.name) || /(^|\/)cases\//.test(path.replaceAll('\\', '/')))
      continue
    cpSync(path, join(out, path), { dereference: true })
  }
