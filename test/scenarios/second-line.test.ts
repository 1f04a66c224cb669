import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../lib/domain/clock.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { chainProgram, textOf } from '../rig/programs.ts'

/** Time that goes ten times as fast as the machine's: what takes half a minute is seen in seconds. */
const hurry = 10
const began = Date.now()
const hurried: Clock = {
  now: () => began + (systemClock.now() - began) * hurry,
  sleep: (ms, abort) => systemClock.sleep(ms / hurry, abort),
}

let rig: Rig
const host = () => rig.lab.host('accra-hv1')
const made = (): number =>
  [0, 1, 2, 3].filter((i) => textOf(host(), `C:\\Chain\\${i}.txt`) === `link ${i}`).length
const lines = (): readonly string[] =>
  rig.events.flatMap((e) => (e.kind === 'line' ? [`${e.state}: ${e.because}`] : []))

beforeEach(async () => {
  rig = await startRig({
    sites: ['accra'],
    clock: hurried,
    inventory: (folder) => {
      const file = join(folder, 'second-lines.yaml')
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace(
          'provenance: synthetic',
          'provenance: synthetic, largeBytes: 20000',
        ),
      )
    },
  })
})
afterEach(() => rig.close())

describe('a site with two lines', () => {
  test('is previewed and changed over the second one when the first is down from the start', async () => {
    host().order({ name: 'link-down', value: 0 })
    const report = await rig.run('up', { program: rig.program('chain', chainProgram(4)) })
    expect(report.sites[0]).toMatchObject({ outcome: 'done' })
    expect(made()).toBe(4)
    expect(host().backupCounters!.logins).toBeGreaterThan(0)
    expect(host().counters.logins).toBe(0)
    // The connection that was being opened over the dead line is given up for one over the other, not waited for.
    expect(rig.events.some((e) => e.kind === 'link' && e.state === 'retrying')).toBe(true)
    expect(lines()).toEqual([expect.stringMatching(/^backup: the primary line does not carry/)])
    // What it costs is told for the line that carries: 600 ms and 512 kbit/s instead of 103 ms and 2 Mbit/s.
    expect(report.previews[0]!.cost.ms).toBeGreaterThan(4 * 600)
    expect(report.previews[0]!.line).toMatchObject({ line: 'backup', kbitPerS: 512, rttMs: 600 })
  })

  test('goes on over the second one when the first dies in the middle of the work, and nothing is done twice', async () => {
    const report = await rig.run('up', {
      program: rig.program('chain', chainProgram(4)),
      confirm: async () => {
        // After the second frame of the act: half of the chain is there.
        host().order({ name: 'link-down', value: 2 })
        return true
      },
    })
    expect(report.sites[0]).toMatchObject({ outcome: 'done' })
    expect(made()).toBe(4)
    expect(host().counters.logins).toBeGreaterThan(0)
    expect(host().backupCounters!.logins).toBeGreaterThan(0)
    expect(lines()[0]).toMatch(/^backup: /)
    const again = await rig.run('preview', { program: rig.program('chain', chainProgram(4)) })
    expect(again.differences).toBe(false)
  })

  test('keeps large work for the first line, unless told otherwise', async () => {
    host().order({ name: 'link-down', value: 0 })
    const large = `import { File } from ${JSON.stringify(new URL('../../lib/index.ts', import.meta.url).href)}
import { createHash } from 'node:crypto'
const noise = Array.from({ length: 700 }, (_, i) => createHash('sha256').update(String(i)).digest('hex')).join('')
export default ({ site }) => {
  for (const host of site.hosts) new File('large', { host: host.id, path: 'C:\\\\Chain\\\\large.txt', content: noise })
}
`
    const program = rig.program('large', large)
    const first = await rig.run('up', { program })
    expect(first.sites[0]).toMatchObject({
      outcome: 'deferred',
      because: expect.stringMatching(
        /^rule large-waits-for-primary: it takes \d+ bytes, over the backup line at most 20000 go\. Nothing was changed\. Run again when the primary line is back, or add --on-backup\.$/,
      ) as string,
    })
    expect(textOf(host(), 'C:\\Chain\\large.txt')).toBe(undefined)
    const second = await rig.run('up', { program, leave: { onBackup: true } })
    expect(second.sites[0]).toMatchObject({ outcome: 'done' })
  })
})
