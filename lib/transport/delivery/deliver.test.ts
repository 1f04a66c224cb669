import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { measureSource } from '../../link/delivery/source.ts'
import { type LabParty, labParty } from '../../../test/contracts/delivery/lab-party.ts'
import { noise, shaOf } from '../../../test/contracts/delivery/party.ts'
import type { DeliverOptions, DeliverySource } from './contract.ts'
import { deliver } from './deliver.ts'
import type { DeliveryChannel } from './wire.ts'

let folder: string
let store: string
let host: LabParty
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-deliver-'))
  store = join(folder, 'store')
  host = labParty()
})
afterEach(() => rmSync(folder, { recursive: true }))

async function source(content: Uint8Array, name: string): Promise<DeliverySource> {
  const path = join(folder, name)
  writeFileSync(path, content)
  const measured = await measureSource(path)
  if (!measured.ok) throw new Error(measured.error.detail)
  return { ...measured.value, name }
}

const push = async (from: DeliverySource, more: Partial<DeliverOptions> = {}) => {
  const channel = host.start()
  const result = await deliver(channel, from, { store, waitMs: 0, chunkBytes: 4096, ...more })
  await channel.close()
  return result
}
const arrived = (content: Uint8Array): boolean =>
  Buffer.from(host.read(`content/${shaOf(content)}`) ?? []).equals(content)

/** A release: long runs stay, many small places differ. */
function edited(content: Buffer, seed: string): Buffer {
  const parts: Buffer[] = []
  for (let at = 0, i = 0; at < content.length; at += 5000, i++)
    parts.push(content.subarray(at, at + 4990), noise(3, `${seed}${i}`))
  return Buffer.concat(parts)
}

describe('deliver', () => {
  test('sends the first version whole, the next as a delta of what changed, and the same one not at all', async () => {
    const first = noise(200_000, 'first')
    const second = edited(first, 'second')
    expect(await push(await source(first, 'app-1.0.msi'))).toMatchObject({
      value: { how: 'whole', base: null, notes: [] },
    })
    const next = await push(await source(second, 'app-1.1.msi'))
    expect(next).toMatchObject({
      value: { how: 'delta', base: shaOf(first), holds: [shaOf(first), shaOf(second)] },
    })
    expect(next.ok && next.value.sent).toBeLessThan(4000)
    expect(await push(await source(second, 'app-1.1.msi'))).toMatchObject({
      value: { how: 'held' },
    })
    expect(arrived(first) && arrived(second)).toBe(true)
  })

  test('where only the host has the older version, its block sums do', async () => {
    const first = noise(400_000, 'first')
    const second = Buffer.concat([
      noise(10, 'head'),
      first.subarray(0, 200_000),
      noise(10, 'mid'),
      first.subarray(200_000),
    ])
    await push(await source(first, 'app-1.0.msi'))
    const next = await push(await source(second, 'app-1.1.msi'), { store: undefined })
    expect(next).toMatchObject({ value: { how: 'signature', base: shaOf(first) } })
    expect(next.ok && next.value.sent).toBeLessThan(10_000)
    expect(arrived(second)).toBe(true)
  })

  test('a base corrupted on the host is left aside, said so, and the content arrives all the same', async () => {
    const first = noise(100_000, 'first')
    const second = edited(first, 'second')
    await push(await source(first, 'app-1.0.msi'))
    host.write(`content/${shaOf(first)}`, noise(100_000, 'rot'))
    const next = await push(await source(second, 'app-1.1.msi'))
    expect(next).toMatchObject({ value: { how: 'whole', base: null } })
    expect(next.ok && next.value.notes[0]).toContain('corrupted')
    expect(arrived(second)).toBe(true)
  })

  test('a base corrupted here is left aside, and the host’s block sums serve', async () => {
    const first = noise(400_000, 'first')
    const second = edited(first.subarray(0, 300_000), 'second')
    await push(await source(first, 'app-1.0.msi'))
    writeFileSync(join(store, shaOf(first)), noise(400_000, 'rot'))
    const next = await push(await source(second, 'app-1.1.msi'))
    expect(next.ok && next.value.notes[0]).toContain('its copy here is corrupted')
    expect(arrived(second)).toBe(true)
    expect(readdirSync(store).filter((name) => name === shaOf(first))).toEqual([])
  })

  test('a lost channel costs at most one chunk, at whatever byte it is lost', async () => {
    const content = noise(60_000, 'lost')
    const from = await source(content, 'app.msi')
    const plain = await push(from, { store: undefined })
    let points = 0
    for (let cut = 500; ; cut += 1777, points++) {
      host = labParty()
      const options = { store: undefined, waitMs: 0, chunkBytes: 4096 }
      const first = await deliver(cutting(host.start(), cut), from, options)
      if (first.ok) break
      expect(first.error.kind).toBe('lost')
      const again = await push(from, { store: undefined })
      expect(arrived(content)).toBe(true)
      // What is sent twice: the chunk that was cut, its head and the opening request.
      const twice = cut + (again.ok ? again.value.sent : Infinity) - (plain.ok ? plain.value.sent : 0)
      expect(twice).toBeLessThan(4096 + 500)
    }
    expect(points).toBeGreaterThan(20)
  })

  test('goes on with a delta where a whole was interrupted, and the other way round', async () => {
    const first = noise(100_000, 'first')
    const second = edited(first, 'second')
    const next = await source(second, 'app-1.1.msi')
    await deliver(cutting(host.start(), 40_000), next, { store: undefined, waitMs: 0, chunkBytes: 4096 })
    await push(await source(first, 'app-1.0.msi'))
    const done = await push(next)
    expect(done).toMatchObject({ value: { how: 'delta' } })
    expect(done.ok && done.value.resumedAt).toBeGreaterThan(30_000)
    expect(arrived(second)).toBe(true)
  })

  test('a file that is written to while it is sent is refused, and what arrived of it goes', async () => {
    const content = noise(9_000_000, 'changing')
    const from = await source(content, 'app.msi')
    let written = false
    const result = await push(from, {
      chunkBytes: 65_536,
      onProgress: () => {
        if (!written) appendFileSync(from.path, 'more')
        written = true
      },
    })
    expect(result).toMatchObject({ error: { kind: 'source-changed', path: from.path } })
    expect(host.list()).toEqual([])
  })

  test('a file that is not what was measured is refused before anything is sent', async () => {
    const from = await source(noise(1000, 'x'), 'app.msi')
    writeFileSync(from.path, noise(1000, 'y'))
    expect(await push(from)).toMatchObject({ error: { kind: 'source-changed' } })
    rmSync(from.path)
    expect(await push(from)).toMatchObject({ error: { kind: 'source-unreadable' } })
    expect(host.list()).toEqual([])
  })

  test('a disk that fills up at four fifths: precise, what arrived stays, nothing is in place, and it goes on from there', async () => {
    const content = noise(2_000_000, 'full')
    const from = await source(content, 'app.msi')
    let filled = false
    const fill = (at: number) => {
      if (at < 1_600_000 || filled) return
      filled = true
      host.world.files.setFree(0)
    }
    const result = await push(from, { chunkBytes: 65_536, onProgress: ({ at }) => fill(at) })
    expect(result).toMatchObject({ error: { kind: 'refused', trouble: { why: 'space' } } })
    if (result.ok || result.error.kind !== 'refused' || result.error.trouble.why !== 'space')
      throw new Error('no refusal')
    expect(result.error.trouble.need).toBe(2_000_000 - result.error.at)
    expect(host.read(`content/${from.sha}`)).toBeUndefined()
    host.world.files.setFree(1e9)
    expect(await push(from)).toMatchObject({ value: { resumedAt: result.error.at } })
    expect(arrived(content)).toBe(true)
  })

  test('the host keeps the newest versions of a series', async () => {
    const keep = { versions: 2, bytes: 1e9 }
    const versions = [1, 2, 3, 4].map((n) => noise(10_000, `v${n}`))
    for (const [i, content] of versions.entries()) await push(await source(content, `app-${i}.msi`), { keep })
    const left = versions.map((content) => arrived(content))
    expect(left).toEqual([false, false, true, true])
  })

  test('two deliveries of one content at once: one sends, the other finds it there', async () => {
    const content = noise(500_000, 'twice')
    const from = await source(content, 'app.msi')
    const both = await Promise.all([push(from, { waitMs: 5000 }), push(from, { waitMs: 5000 })])
    expect(both.map((r) => r.ok && r.value.how).sort()).toEqual(['held', 'whole'])
  })

  test('a receiver that says something else than an answer is a protocol failure', async () => {
    const from = await source(noise(10, 'z'), 'app.msi')
    const channel: DeliveryChannel = {
      write: async () => undefined,
      async *lines() {
        yield 'Welcome'
        yield '@@C1 {"id":1,"ok":tr'
      },
      close: async () => undefined,
    }
    expect(await deliver(channel, from, { store: undefined })).toMatchObject({ error: { kind: 'protocol' } })
  })
})

/** A channel that is lost once so many bytes have been written; what was written has arrived. */
function cutting(channel: ReturnType<LabParty['start']>, bytes: number): DeliveryChannel {
  let left = bytes
  return {
    ...channel,
    async write(part) {
      const goes = part.subarray(0, left)
      left -= goes.length
      await channel.write(goes)
      if (goes.length === part.length) return
      await new Promise((resolve) => setImmediate(resolve))
      await channel.kill()
      throw new Error('connection lost')
    },
  }
}
