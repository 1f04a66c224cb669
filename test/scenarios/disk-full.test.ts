import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { runCli, startCli, waitUntil } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'

const count = 40

/** A volume of its own is mounted, which takes root. */
describe('the disk with the states', { timeout: 180_000 }, () => {
  let rig: Rig
  let work: string
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    work = fileURLToPath(rig.estate.stateBackend)
    mkdirSync(work, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', work])
  })
  afterEach(() => rig.lab.hosts.forEach((host) => host.clear()))
  afterAll(async () => {
    execFileSync('umount', ['-l', work])
    await rig.close()
  })

  const host = () => rig.lab.host('nairobi-hv1')
  const run = (program: string, ...args: string[]) =>
    runCli([...args, 'nairobi', '--program', program], { cwd: rig.folder })
  const written = (): number =>
    Array.from({ length: count }, (_, i) => textOf(host(), `C:\\Notes\\${i}.txt`)).filter(Boolean).length
  const filler = () => join(work, 'filler')
  const checkpoint = (): string => {
    const [folder] = readdirSync(work, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.pulumi/stacks/chancery/files.nairobi.json'),
    )
    if (folder === undefined) throw new Error('there is no checkpoint')
    return join(work, folder)
  }
  function leave(bytes: number): void {
    const { bavail, bsize } = statfsSync(work)
    try {
      writeFileSync(filler(), Buffer.alloc(Math.max(0, bavail * bsize - bytes)))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    }
  }

  it('that gets full in the middle of an up: with space again the next one converges, and does nothing twice', async () => {
    const program = rig.program('files', filesProgram(count, 'text'))
    const moves = vi.spyOn(host().world.files, 'move')
    const cli = startCli(['up', 'nairobi', '--program', program], { cwd: rig.folder, columns: 100 })
    await cli.until('Go on with up?')
    host().order({ name: 'hold-reply', value: 0 })
    cli.type('yes\n')
    await waitUntil(() => written() > 0)
    leave(0)
    host().clear()
    await cli.ended
    rmSync(filler(), { force: true })
    expect(await run(program, 'up', '--yes')).toMatchObject({ code: 0 })
    expect(written()).toBe(count)
    expect(moves.mock.calls).toHaveLength(count)
    expect(await run(program, 'preview', '--expect-no-changes')).toMatchObject({ code: 0 })
  })

  it('on which a checkpoint was cut off gives it its copy, says which, and up converges', async () => {
    const program = rig.program('files', filesProgram(count, 'text'))
    const moves = vi.spyOn(host().world.files, 'move').mockClear()
    truncateSync(checkpoint(), 4096)
    const up = await run(program, 'up', '--yes')
    expect(up).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/nairobi {2}the state \S+ was torn .*4096 bytes.* Put back is its copy/),
    })
    expect(moves.mock.calls).toHaveLength(0)
    expect(() => JSON.parse(readFileSync(checkpoint(), 'utf8')) as unknown).not.toThrow()
    expect(await run(program, 'preview', '--expect-no-changes')).toMatchObject({ code: 0 })
  })

  it('that has too little room: nothing is begun, and it is said where and how much', async () => {
    const program = rig.program('files', filesProgram(count, 'another text'))
    leave(8 * 1024 * 1024)
    const refused = await run(program, 'up', '--yes')
    rmSync(filler(), { force: true })
    expect(refused.code).toBe(1)
    expect(refused.stdout).toMatch(/has no room .*MB free, expected at least 16\.\d MB/s)
    expect(textOf(host(), 'C:\\Notes\\0.txt')).toBe('text 0')
  })
})
