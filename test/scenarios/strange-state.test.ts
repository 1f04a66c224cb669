import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../rig/cli.ts'
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
  }, 60_000)
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
    [
      'of another organisation',
      (text: string) => text.replaceAll('"organisation":"ministry"', '"organisation":"acme"'),
      /the state of files\.nairobi belongs to the organisation acme, not to ministry\. Nothing was changed, and no host was touched/,
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

describe('two organisations with a site of the same id in one backend', { timeout: 180_000 }, () => {
  const words = /the state of files\.nairobi belongs to the organisation ministry, not to acme/
  let ours: Rig
  let theirs: Rig
  let program: string
  const file = (): string => join(ours.folder, '.chancery/state/.pulumi/stacks/chancery/files.nairobi.json')
  beforeAll(async () => {
    ours = await startRig({ sites: ['nairobi'] })
    program = ours.program('files', filesProgram(1, 'text'))
    expect((await ours.run('up', { program })).sites).toMatchObject([{ outcome: 'done' }])
    const backend = `file://${join(ours.folder, '.chancery/state')}`
    theirs = await startRig({
      sites: ['nairobi'],
      inventory: (folder) => {
        const organisation = join(folder, 'organisation.yaml')
        const text = readFileSync(organisation, 'utf8')
          .replace(/^organisation: .*$/m, 'organisation: acme')
          .replace(/^stateBackend: .*$/m, `stateBackend: ${backend}`)
        writeFileSync(organisation, text)
      },
    })
    expect(theirs.estate).toMatchObject({ organisation: 'acme', stateBackend: backend })
  }, 60_000)
  afterAll(() => Promise.all([ours.close(), theirs.close()]))

  it('every command of the second is refused by name before a host is reached, and leaves the state as it is', async () => {
    const state = readFileSync(file(), 'utf8')
    for (const operation of ['preview', 'up', 'refresh', 'destroy'] as const)
      expect((await theirs.run(operation, { program })).sites).toMatchObject([
        { outcome: 'failed', because: expect.stringMatching(words) },
      ])
    const commands = ['drift', 'resolve', 'history', 'unlock', 'import'] as const
    const ended = await Promise.all(
      commands.map((command) =>
        runCli(
          [
            command,
            'nairobi',
            '--program',
            program,
            ...(command === 'unlock' ? ['--yes', '--reason', 'it is gone'] : []),
          ],
          { cwd: theirs.folder },
        ),
      ),
    )
    for (const [i, { code, stdout, stderr }] of ended.entries()) {
      expect(`${stdout}${stderr}`.replace(/\s+/g, ' '), commands[i]).toMatch(words)
      expect(code, commands[i]).toBe(1)
    }
    expect(theirs.lab.host('nairobi-hv1').counters.operations).toBe(0)
    expect(readFileSync(file(), 'utf8')).toBe(state)
  })

  it('a state without the mark is taken for ours, and marked by the next run that changes something', async () => {
    const marked = readFileSync(file(), 'utf8')
    writeFileSync(file(), marked.replace(/"organisation":"ministry",?/g, ''))
    expect(await ours.run('preview', { program })).toMatchObject({ differences: false })
    const other = ours.program('files', filesProgram(1, 'other'))
    expect((await ours.run('up', { program: other })).sites).toMatchObject([{ outcome: 'done' }])
    expect(readFileSync(file(), 'utf8')).toContain('"organisation":"ministry"')
    expect((await theirs.run('preview', { program })).sites[0]?.because).toMatch(words)
  })
})
