import { createHash, randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../lib/domain/clock.ts'
import { describeFailure } from '../../lib/domain/failure.ts'
import type { LabHost } from '../../lib/lab/index.ts'
import { type Rig, startRig } from '../rig/estate.ts'

const resources = fileURLToPath(new URL('../../lib/provider/resources/index.ts', import.meta.url))
const target = 'C:\\Agent\\agent.msi'
const size = 300_000

/** Time that goes so much faster than the machine's. */
const hurry = 30
const began = Date.now()
const hurried: Clock = {
  now: () => began + (systemClock.now() - began) * hurry,
  sleep: (ms, abort) => systemClock.sleep(ms / hurry, abort),
}

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
  const up = async (confirm = (): void => undefined) => {
    const report = await rig.run('up', { program, confirm: async () => (confirm(), true) })
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

  it('is delivered and placed, then nothing is left to do and nothing more is sent', async () => {
    const first = await up()
    expect([first.outcome, first.told]).toEqual(['done', ''])
    expect(placed()).toBe(true)
    const sent = host.counters.bulkBytes
    expect(sent).toBeGreaterThan(size)
    expect(sent).toBeLessThan(size * 1.03 + 8_000)
    const again = await up()
    expect(again.preview.rows.map(({ change }) => change)).toEqual(['same'])
    expect(host.counters.bulkBytes).toBe(sent)
  }, 60_000)

  it('of a new version crosses as what differs from the old one', async () => {
    await up()
    const sent = host.counters.bulkBytes
    const next = Buffer.from(bytes)
    randomBytes(500).copy(next, 100_000)
    write(Buffer.concat([next.subarray(0, 200_000), randomBytes(300), next.subarray(200_000)]))
    expect((await up()).outcome).toBe('done')
    expect(placed()).toBe(true)
    expect(host.counters.bulkBytes - sent).toBeLessThan(12_000)
  }, 60_000)

  it('is refused by its full path when it is not there, and nothing is changed', async () => {
    rmSync(source)
    const { outcome, told } = await up()
    expect(outcome).toBe('failed')
    expect(told).toContain(source)
    expect(told).toMatch(/no such file/i)
    expect(host.world.files.file(target)).toBeUndefined()
  }, 60_000)

  it('that changes between preview and up is refused with both sums, and nothing is changed', async () => {
    const before = sha()
    const { outcome, told } = await up(() => write(randomBytes(size)))
    expect(outcome).toBe('failed')
    expect(told).toContain(before)
    expect(told).toContain(sha())
    expect(host.world.files.file(target)).toBeUndefined()
  }, 60_000)

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
    60_000,
  )

  it('waits for a line that stalls, and says how far it came when the line stays silent', async () => {
    const { outcome, told } = await up(() => host.order({ name: 'stall', value: 150_000 }))
    expect(outcome).toBe('unreachable')
    expect(told).toMatch(/agent\.msi: \d+ of 300000 bytes are there and stay/)
    const sent = host.counters.bulkBytes
    host.clear()
    expect((await up()).outcome).toBe('done')
    expect(placed()).toBe(true)
    expect(host.counters.bulkBytes - sent).toBeLessThan(size - 100_000)
  }, 60_000)

  it('on a disk that is full at four fifths says what is needed, and goes on from there once there is room', async () => {
    const fill = (): void => host.world.files.setFree(1_048_576 + size + 60_000)
    const { outcome, told } = await up(() => {
      fill()
      // Somebody else takes the room meanwhile.
      host.world.files.spare = () => false
      queueMicrotask(() => host.world.files.setFree(size * 0.8))
    })
    expect(outcome).toBe('failed')
    expect(told).toMatch(/rule disk-space: \d+ bytes are needed .* \d+ are free/)
    expect(host.world.files.file(target)).toBeUndefined()
    host.world.files.setFree(10 ** 9)
    expect((await up()).outcome).toBe('done')
    expect(placed()).toBe(true)
  }, 60_000)

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
  }, 60_000)

  it('whose base on the host is corrupted is sent without it', async () => {
    await up()
    const next = Buffer.from(bytes)
    randomBytes(500).copy(next, 100_000)
    write(next)
    host.order({ name: 'content-corrupted' })
    expect((await up()).outcome).toBe('done')
    expect(placed()).toBe(true)
  }, 60_000)
})
