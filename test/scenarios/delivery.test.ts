import { createHash, randomBytes } from 'node:crypto'
import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { previewText } from '../../lib/cli/view/preview.ts'
import { describeFailure } from '../../lib/domain/failure.ts'
import type { LabHost } from '../../lib/lab/index.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { hurriedClock } from '../rig/hurried-clock.ts'
import { oneRateAllDay } from '../rig/one-rate.ts'

const resources = fileURLToPath(new URL('../../lib/provider/resources/index.ts', import.meta.url))
const target = 'C:\\Agent\\agent.msi'
const size = 300_000

const hurried = hurriedClock(30)
const passed = (): number => hurried.elapsed()
const anHour = 3_600_000

describe('a file from the operator’s machine', () => {
  let rig: Rig
  let host: LabHost
  let source: string
  let program: string
  let bytes: Buffer
  const write = (content: Buffer): void => {
    bytes = content
    writeFileSync(source, content)
  }
  /** `begun`: when the first chunk has arrived; hears how far the content is. */
  const up = async (confirm = (): void => undefined, begun?: (at: number) => void) => {
    let hears = begun
    const report = await rig.run('up', {
      program,
      confirm: async () => (confirm(), true),
      onEvent: (event) => {
        if (event.kind !== 'delivery' || event.state !== 'sending' || event.at === 0) return
        hears?.(event.at)
        hears = undefined
      },
    })
    const site = report.sites[0]!
    const told = [site.because ?? '', ...site.failures.map(describeFailure)].join('\n')
    return { outcome: site.outcome, told, preview: report.previews[0]! }
  }
  const placed = (): boolean => {
    const read = host.world.files.read(target)
    return read.ok && Buffer.from(read.value).equals(bytes)
  }
  const sha = (): string => createHash('sha256').update(bytes).digest('hex')

  beforeEach(async () => {
    rig = await startRig({ sites: ['nairobi'], clock: hurried })
    host = rig.lab.host('nairobi-hv1')
    source = join(rig.estate.folder, 'agent.msi')
    write(randomBytes(size))
    program = rig.program(
      'agent',
      `import { File } from ${JSON.stringify(resources)}
export default ({ site }) => {
  new File('agent', { host: site.hosts[0].id, path: ${JSON.stringify(target)}, source: 'agent.msi' })
}
`,
    )
  })
  afterEach(() => rig.close())

  it('is delivered and placed though the clocks of both ends are set back an hour; then nothing is left to do; a new version crosses as what differs', async () => {
    const first = await up(undefined, () => {
      hurried.set(-anHour)
      host.order({ name: 'clock-skew', value: -60 })
    })
    expect([first.outcome, first.told]).toEqual(['done', ''])
    expect(placed()).toBe(true)
    const sent = host.counters.bulkBytes
    expect(sent).toBeGreaterThan(size)
    expect(sent).toBeLessThan(size * 1.03 + 8_000)
    // Nothing was known of the host; then what it has is, and the preview says what really crosses.
    expect(first.preview.cost.atMost).toBe(true)
    expect(first.preview.cost.bytesUp).toBeGreaterThan(size)
    const view = { width: undefined, now: 0 }
    expect(previewText([first.preview], view)).toMatch(/1 change at 1 site, at most \d+/)
    const again = await up()
    expect(again.preview.rows.map(({ change }) => change)).toEqual(['same'])
    expect(host.counters.bulkBytes).toBe(sent)
    const next = Buffer.from(bytes)
    randomBytes(500).copy(next, 100_000)
    write(Buffer.concat([next.subarray(0, 200_000), randomBytes(300), next.subarray(200_000)]))
    const second = await up()
    expect(second.outcome).toBe('done')
    expect(placed()).toBe(true)
    const crossed = host.counters.bulkBytes - sent
    expect(crossed).toBeLessThan(12_000)
    const { bytesUp, atMost } = second.preview.cost
    expect([atMost, bytesUp > crossed, bytesUp < crossed + 4_000]).toEqual([undefined, true, true])
    expect(previewText([second.preview], view)).not.toContain('at most')
  }, 180_000)

  it('is refused by its full path when it is not there, and nothing is changed', async () => {
    rmSync(source)
    const { outcome, told } = await up()
    expect(outcome).toBe('failed')
    expect(told).toContain(source)
    expect(told).toMatch(/no such file/i)
    expect(host.world.files.file(target)).toBeUndefined()
  }, 180_000)

  it('that changes between preview and up is refused with both sums, and nothing is changed', async () => {
    const before = sha()
    const { outcome, told } = await up(() => write(randomBytes(size)))
    expect(outcome).toBe('failed')
    expect(told).toContain(before)
    expect(told).toContain(sha())
    expect(host.world.files.file(target)).toBeUndefined()
  }, 180_000)

  it.each([
    ['the connection is cut in the middle of a chunk', { name: 'drop-mid-transfer', value: 150_000 }],
    ['the receiver is killed in the middle of a chunk', { name: 'receiver-killed', value: 150_000 }],
  ] as const)(
    'goes on where it was when %s',
    async (_, fault) => {
      const { outcome, told } = await up(() => host.order(fault))
      expect([outcome, told]).toEqual(['done', ''])
      expect(placed()).toBe(true)
      // Beside the content: two receivers' source, heads, and at most one chunk and what was on the line.
      expect(host.counters.bulkBytes).toBeLessThan(size * 1.03 + 70_000)
    },
    180_000,
  )

  it('waits for a line that stalls, says how far it came when the line stays silent, and a clock set back an hour makes it no longer', async () => {
    const started = passed()
    const { outcome, told } = await up(
      () => host.order({ name: 'stall', value: 150_000 }),
      () => hurried.set(-anHour),
    )
    expect(outcome).toBe('unreachable')
    expect(passed() - started).toBeLessThan(anHour)
    expect(told).toMatch(/agent\.msi: \d+ of 300000 bytes are there and stay/)
    const sent = host.counters.bulkBytes
    host.clear()
    expect((await up()).outcome).toBe('done')
    expect(placed()).toBe(true)
    expect(host.counters.bulkBytes - sent).toBeLessThan(size - 100_000)
  }, 180_000)

  it('is not begun on a disk without room; where somebody else fills it up at four fifths, it goes on from there once there is room', async () => {
    const full = size * 0.8
    const small = await up(() => host.order({ name: 'disk-fills', value: full }))
    expect(small.outcome).toBe('failed')
    expect(small.told).toMatch(/rule disk-space: 300000 bytes are needed .* \d+ are free/)
    expect(host.world.files.walk().filter(([path]) => path.endsWith(sha()))).toEqual([])
    host.clear()
    const { outcome, told } = await up(undefined, (at) =>
      host.order({ name: 'disk-fills', value: full - at }),
    )
    expect(outcome).toBe('failed')
    expect(told).toMatch(
      /rule disk-space: \d+ bytes are needed .* \d+ are free.* \d+ of 300000 bytes are there/s,
    )
    const arrived = Number(/(\d+) of 300000 bytes are there/.exec(told)?.[1])
    expect([arrived > full - 70_000, arrived <= full]).toEqual([true, true])
    expect(host.world.files.file(target)).toBeUndefined()
    host.clear()
    const sent = host.counters.bulkBytes
    expect((await up()).outcome).toBe('done')
    expect(placed()).toBe(true)
    expect(host.counters.bulkBytes - sent).toBeLessThan(size - arrived + 12_000)
  }, 180_000)

  it('that is written to while it is read is refused with its path, and nothing of it stays on the host', async () => {
    write(randomBytes(5 * size))
    const { outcome, told } = await up(undefined, () => appendFileSync(source, 'more'))
    expect(outcome).toBe('failed')
    expect(told).toContain(`rule source-changed: ${source} is no longer the file that was previewed`)
    expect(host.world.files.file(target)).toBeUndefined()
    const left = host.world.files.walk().map(([path]) => path)
    expect(left.filter((path) => /\.(part|list)$/.test(path) || path.endsWith(sha()))).toEqual([])
  }, 180_000)

  it('leaves a target that is in use as it is, keeps the content, and needs no second delivery', async () => {
    await up()
    const old = bytes
    write(randomBytes(size))
    host.order({ name: 'target-in-use', text: target })
    const { outcome, told } = await up()
    expect(outcome).toBe('failed')
    expect(told).toContain('Chancery.TargetInUse')
    expect(told).toContain(target)
    const read = host.world.files.read(target)
    expect(read.ok && Buffer.from(read.value).equals(old)).toBe(true)
    const sent = host.counters.bulkBytes
    host.clear()
    expect((await up()).outcome).toBe('done')
    expect(placed()).toBe(true)
    expect(host.counters.bulkBytes - sent).toBeLessThan(8_000)
  }, 180_000)

  it('whose base on the host is corrupted is sent without it', async () => {
    await up()
    const next = Buffer.from(bytes)
    randomBytes(500).copy(next, 100_000)
    write(next)
    host.order({ name: 'content-corrupted' })
    expect((await up()).outcome).toBe('done')
    expect(placed()).toBe(true)
  }, 180_000)
})

describe('a file on a line that comes and goes every 30 s', () => {
  it('arrives, and no byte of it crosses twice', async () => {
    const rig = await startRig({
      sites: ['beirut'],
      clock: hurried,
      inventory: oneRateAllDay,
    })
    try {
      const host = rig.lab.host('beirut-hv1')
      const bytes = randomBytes(2_500_000)
      writeFileSync(join(rig.estate.folder, 'agent.msi'), bytes)
      const program = rig.program(
        'agent',
        `import { File } from ${JSON.stringify(resources)}
export default ({ site }) => {
  new File('agent', { host: site.hosts[0].id, path: ${JSON.stringify(target)}, source: 'agent.msi' })
}
`,
      )
      const started = passed()
      const report = await rig.run('up', {
        program,
        confirm: async () => (host.order({ name: 'link-flaps', value: 30_000 }), true),
      })
      expect(report.sites).toMatchObject([{ outcome: 'done', failures: [] }])
      // 42 s of sending, and as much silence.
      expect(passed() - started).toBeGreaterThan(90_000)
      const read = host.world.files.read(target)
      expect(read.ok && Buffer.from(read.value).equals(bytes)).toBe(true)
      expect(host.counters.bulkBytes).toBeLessThan(bytes.length * 1.03 + 30_000)
    } finally {
      await rig.close()
    }
  }, 180_000)
})
