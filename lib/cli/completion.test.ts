import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commands } from './commands/index.ts'
import { completions } from './completion.ts'

const at = { cwd: resolve(import.meta.dirname, '../..'), env: {} }
const complete = (...words: string[]) =>
  completions(words, { commands, globals: ['inventory', 'json', 'quiet'] }, at)

describe('completion', () => {
  it('offers commands for the first word', async () => {
    expect(await complete('')).toEqual(commands.map(({ name }) => name))
    expect(await complete('do')).toEqual(['doctor'])
  })
  it('offers the options of the command, each once', async () => {
    expect(await complete('preview', '--expect')).toEqual(['--expect-no-changes'])
    expect(await complete('sites', '--json', '--')).toEqual(['--inventory', '--quiet'])
  })
  it('offers the sites of the inventory where a site is meant', async () => {
    expect(await complete('up', 'nairobi', 'beir')).toEqual(['beirut'])
    expect(await complete('up', '--inventory', '/no/such/folder', 'beir')).toEqual([])
    expect(await complete('completion', 'beir')).toEqual([])
  })
  it('offers the words that a command chooses from', async () => {
    expect(await complete('lab', 'u')).toEqual(['up'])
    expect(await complete('completion', '')).toEqual(['bash', 'zsh'])
  })
})
