import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HistoryItem } from '../../lib/cli/history/history.ts'
import { runCli } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram } from '../rig/programs.ts'

describe('history of a site', { timeout: 90_000 }, () => {
  let rig: Rig
  let program: string
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    program = rig.program('files', filesProgram(2, 'text'))
  })
  afterAll(() => rig.close())

  const run = (args: readonly string[], operator = 'alice') =>
    runCli([...args, '--program', program], { cwd: rig.folder, env: { CHANCERY_OPERATOR: operator } })
  const items = async (): Promise<readonly HistoryItem[]> => {
    const told = await run(['history', 'nairobi', '--json'])
    expect(told.code).toBe(0)
    return JSON.parse(told.stdout) as HistoryItem[]
  }

  it('is empty, then tells who applied what when, also what never came to the engine or was cut off', async () => {
    const before = await run(['history', 'nairobi'])
    expect(before).toMatchObject({ code: 0, stdout: 'files.nairobi: nothing was ever run.\n' })

    expect(await run(['up', 'nairobi', '--yes'])).toMatchObject({ code: 0 })
    rig.lab.host('nairobi-hv1').order({ name: 'login-refused' })
    expect((await run(['destroy', 'nairobi', '--yes'], 'bob')).code).not.toBe(0)
    rig.lab.host('nairobi-hv1').clear()
    expect(await run(['destroy', 'nairobi', '--yes'], 'bob')).toMatchObject({ code: 0 })

    const all = await items()
    expect(all).toMatchObject([
      { operation: 'destroy', by: expect.stringMatching(/^bob@/), result: 'done', changes: { delete: 2 } },
      { operation: 'up', by: expect.stringMatching(/^alice@/), result: 'done', shared: true },
    ])
    expect(all[1]?.planned).toHaveLength(2)
    expect(all[1]?.planned[0]).toMatch(/^create .* on nairobi-hv1$/)

    const { run: id, ...rest } = all[1]!
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    const cut = {
      run: 'cut',
      operation: 'up',
      stack: 'files.nairobi',
      by: 'carol@ops',
      at: rest.at,
      outcome: 'started',
    }
    appendFileSync(join(rig.folder, '.chancery/journal.jsonl'), `${JSON.stringify(cut)}\n{"half`)
    const text = await run(['history', 'nairobi'])
    expect(text.stdout).toMatch(/carol@ops +up +none +its own preview +cut off +this machine/)
    expect(text.stdout).toContain('It began and never said how it ended: see "chancery resolve".')
    expect(text.stderr).toContain('journal.jsonl: no entry on line ')
  })

  it('wants one site, and a whole number', async () => {
    expect(await run(['history', 'atlantis'])).toMatchObject({ code: 2 })
    expect(await run(['history', 'nairobi', '--limit', '0'])).toMatchObject({ code: 2 })
  })
})
