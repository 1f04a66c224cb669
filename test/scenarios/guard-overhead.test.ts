import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LabHost } from '../../lib/lab/index.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { filesProgram, textOf } from '../rig/programs.ts'

/** The most that the guard of a resource that needs nothing may add to the frame that acts, bytes both ways. */
const limit = 200

describe('what guards cost', { timeout: 120_000 }, () => {
  let rig: Rig
  let host: LabHost
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    host = rig.lab.host('nairobi-hv1')
  })
  afterAll(() => rig.close())

  /** Sizes of the exchanges of a run that repairs one of so many files. */
  const repairOneOf = async (count: number): Promise<readonly number[]> => {
    const program = rig.program(
      `files-${count}`,
      filesProgram(count, 'text').replaceAll('Notes', `Notes${count}`),
    )
    expect((await rig.run('up', { program })).sites).toMatchObject([{ outcome: 'done' }])
    const path = `C:\\Notes${count}\\0.txt`
    host.world.files.write(path, new TextEncoder().encode('by hand'))
    rig.events.splice(0)
    expect((await rig.run('up', { program })).sites).toMatchObject([
      { outcome: 'done', changes: { update: 1 } },
    ])
    expect(textOf(host, path)).toBe('text 0')
    return rig.events.flatMap((event) => (event.kind === 'exchange' ? [event.bytesUp + event.bytesDown] : []))
  }

  it(`no exchange more, and at most ${limit} bytes a guarded resource`, async () => {
    const few = await repairOneOf(1)
    const many = await repairOneOf(41)
    expect([few.length, many.length]).toEqual([2, 2])
    const each = (many[1]! - few[1]!) / 40
    expect(each).toBeGreaterThan(0)
    expect(each).toBeLessThanOrEqual(limit)
    process.stdout.write(`guards: ${each.toFixed(1)} bytes a resource\n`)
  })
})
