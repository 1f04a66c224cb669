import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commands } from '../../lib/cli/commands/index.ts'
import { exitCode } from '../../lib/domain/outcome.ts'

const pages = readdirSync('.', { recursive: true, encoding: 'utf8' }).filter(
  (path) =>
    /(^|\/)(README|CHANGELOG)\.md$/.test(path) && !/(^|\/)(node_modules|dist|\.chancery|\.git)\//.test(path),
)
const readme = readFileSync('README.md', 'utf8')

describe('the pages', () => {
  it.each(pages)('link to what exists: %s', (page) => {
    const targets = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      ([, target]) => target!,
    )
    expect(targets.filter((target) => !existsSync(join(dirname(page), target)))).toEqual([])
  })

  it('name every exit code', () => {
    const codes = [...readme.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
    expect(codes).toEqual(Object.values(exitCode).sort((a, b) => a - b))
  })

  it('show only commands and scripts that there are', () => {
    const known = new Set(commands.map(({ name }) => name))
    const used = [...readme.matchAll(/npx chancery ([a-z]+)/g)].map(([, name]) => name!)
    expect(used.length).toBeGreaterThan(3)
    expect(used.filter((name) => !known.has(name))).toEqual([])
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: { [name: string]: string }
    }
    const run = pages
      .flatMap((page) => [...readFileSync(page, 'utf8').matchAll(/npm run ([a-z:]+)/g)])
      .map(([, name]) => name!)
    expect(run.filter((name) => !(name in scripts))).toEqual([])
  })
})
