import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram } from '../rig/programs.ts'

describe('a state that is not the one of this stack', { timeout: 120_000 }, () => {
  let rig: Rig
  let program: string
  let good: string
  const file = (): string => join(rig.folder, '.chancery/state/.pulumi/stacks/chancery/files.nairobi.json')
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    program = rig.program('files', filesProgram(2, 'text'))
    expect((await rig.run('up', { program })).sites).toMatchObject([{ outcome: 'done' }])
    good = readFileSync(file(), 'utf8')
  })
  afterAll(() => rig.close())

  it.each([
    [
      'from a newer version',
      (text: string) => text.replace(/"version": ?3/, '"version": 5'),
      /was written by a newer .*version 5.* No host was touched/,
    ],
    [
      'of another project',
      (text: string) => text.replaceAll('::chancery::', '::payroll::'),
      /is of another stack \(expected chancery\/files\.nairobi, got payroll\/files\.nairobi\)\. No host was touched/,
    ],
    [
      'of another site',
      (text: string) => text.replaceAll('files.nairobi', 'files.beirut'),
      /is of another stack \(expected chancery\/files\.nairobi, got chancery\/files\.beirut\)\. No host was touched/,
    ],
  ])('%s: preview and up say so, reach no host and leave the state as it is', async (_, of, words) => {
    const strange = of(good)
    expect(strange).not.toBe(good)
    writeFileSync(file(), strange)
    const before = rig.lab.host('nairobi-hv1').counters.operations
    for (const operation of ['preview', 'up'] as const)
      expect((await rig.run(operation, { program })).sites).toMatchObject([
        { outcome: 'failed', because: expect.stringMatching(words) },
      ])
    expect(rig.lab.host('nairobi-hv1').counters.operations).toBe(before)
    expect(readFileSync(file(), 'utf8')).toBe(strange)
    writeFileSync(file(), good)
    expect(await rig.run('preview', { program })).toMatchObject({ differences: false })
  })
})
