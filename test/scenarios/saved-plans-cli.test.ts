import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LabHost } from '../../lib/lab/index.ts'
import { type Ended, runCli } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'

/**
 * A plan that is made in one checkout and carried out in another, as on another machine: other folders for the checkout, the program and
 * the work, the same backend and passphrase.
 */
describe('plan files on the command line', { timeout: 120_000 }, () => {
  let rig: Rig
  let host: LabHost
  let away: string
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    host = rig.lab.host('nairobi-hv1')
    away = join(rig.folder, 'elsewhere', 'checkout')
    writeFileSync(join(rig.folder, 'notes.ts'), filesProgram(2, 'text'))
    checkout(away)
  })
  afterAll(() => rig.close())

  /** Another checkout: a copy of the inventory whose backend and pinned keys are the first one's. */
  const checkout = (folder: string): void => {
    const inventory = join(folder, 'inventories', 'ministry')
    mkdirSync(folder, { recursive: true })
    cpSync(rig.estate.folder, inventory, { recursive: true })
    cpSync(join(rig.folder, '.chancery', 'lab'), join(folder, '.chancery', 'lab'), { recursive: true })
    const file = join(inventory, 'organisation.yaml')
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(/^stateBackend: .*$/m, `stateBackend: ${rig.estate.stateBackend}`),
    )
    mkdirSync(join(folder, 'programs'))
    writeFileSync(
      join(folder, 'programs', 'notes.ts'),
      filesProgram(2, 'text').replace('export', '// the same\nexport'),
    )
  }
  const env = { PULUMI_CONFIG_PASSPHRASE: 'correct horse battery' }
  const here = (...args: string[]): Promise<Ended> => runCli(args, { cwd: rig.folder, env })
  const there = (...args: string[]): Promise<Ended> =>
    runCli(args, { cwd: away, env: { ...env, CHANCERY_WORK_FOLDER: join(rig.folder, 'other work') } })
  const plan = () => join(rig.folder, 'nairobi.plan')
  const save = (): Promise<Ended> =>
    here('preview', 'nairobi', '--program', './notes.ts', '--save', 'nairobi.plan')
  const theirProgram = ['--program', './programs/notes.ts']

  it('a plan runs from another checkout with another work folder, and verify says so beforehand', async () => {
    expect(await save()).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Saved the plan of nairobi'),
    })
    const verified = await there('plan', 'verify', plan(), ...theirProgram)
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/nairobi +accepted/) })
    const offline = await there('plan', 'verify', plan(), ...theirProgram, '--offline', '--json')
    expect(JSON.parse(offline.stdout)).toMatchObject({ verdicts: [{ site: 'nairobi', verdict: 'accepted' }] })
    const up = await there('up', '--plan', plan(), ...theirProgram, '--yes')
    expect([up.code, up.stderr]).toEqual([0, expect.any(String)])
    expect(textOf(host, 'C:\\Notes\\1.txt')).toBe('text 1')
    const again = await there('up', '--plan', plan(), ...theirProgram, '--yes')
    expect(again).toMatchObject({ code: 1, stdout: expect.stringContaining('the state is another one') })
    expect((await there('plan', 'verify', plan(), ...theirProgram)).code).toBe(4)
  })
})
