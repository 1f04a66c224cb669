import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { measureSource } from '../../lib/link/delivery/source.ts'
import { deliver } from '../../lib/transport/delivery/deliver.ts'
import type { DeliveryChannel } from '../../lib/transport/delivery/wire.ts'
import { noise, type Party, Receiving } from '../contracts/delivery/party.ts'
import { scenes } from '../contracts/delivery/scenes.ts'
import { type PipedReceiver, type ReceiverHost, receiverHost } from './receiver-host.ts'

/** receiver.ps1 under real PowerShell answers as the lab's receiver does. */
describe('receiver.ps1', () => {
  let host: ReceiverHost | undefined
  afterEach(() => host?.stop())

  test.each(scenes)('$title', async (scene) => {
    host = receiverHost()
    await scene.play(partyOf(host))
  })

  test('killing either end at twenty random points costs at most one chunk each time', async () => {
    const seed = randomInt(1 << 30)
    console.info(`seed ${seed}`)
    host = receiverHost()
    const content = noise(3_000_000, `killed ${seed}`)
    const path = join(host.programData, 'app.bin')
    writeFileSync(path, content)
    const measured = await measureSource(path)
    if (!measured.ok) throw new Error(measured.error.detail)
    const from = { ...measured.value, name: 'app.bin' }
    const options = { store: undefined, waitMs: 30_000, chunkBytes: 32_768 }
    let sent = 0
    for (let point = 0; point < 20; point++) {
      const cut = 500 + (noise(4, `${seed} ${point}`).readUInt32LE() % 140_000)
      const receiver = host.start()
      const end = point % 2 === 0 ? 'host' : 'here'
      const result = await deliver(inStep(receiver, cut, end), from, options)
      expect(result).toMatchObject({ ok: false, error: { kind: 'lost' } })
      await receiver.ended
      sent += cut
    }
    const receiver = host.start()
    const last = await deliver(receiver, from, options)
    await receiver.close()
    if (!last.ok) throw new Error(JSON.stringify(last.error))
    expect(readFileSync(join(host.store, from.sha)).equals(content)).toBe(true)
    const whole = (content.length / 32_768) * (32_768 + 160)
    expect(sent + last.value.sent - whole).toBeLessThan(21 * (32_768 + 160 + 400))
  }, 120_000)

  test('a volume that fills up: precise, what arrived stays, nothing is in place, and it goes on from there', async () => {
    const volume = smallVolume(8)
    try {
      host = receiverHost(volume.path)
      const content = noise(6_000_000, 'full')
      const folder = mkdtempSync(join(tmpdir(), 'chancery-full-'))
      const path = join(folder, 'app.bin')
      writeFileSync(path, content)
      const measured = await measureSource(path)
      if (!measured.ok) throw new Error(measured.error.detail)
      const from = { ...measured.value, name: 'app.bin' }
      let filled = false
      const fill = (at: number): void => {
        if (at < 4_700_000 || filled) return
        filled = true
        try {
          writeFileSync(join(volume.path, 'other'), Buffer.alloc(8_000_000))
        } catch {
          filled = true
        }
      }
      const one = host.start()
      const result = await deliver(inStep(one), from, { store: undefined, onProgress: ({ at }) => fill(at) })
      await one.close()
      if (result.ok || result.error.kind !== 'refused' || result.error.trouble.why !== 'space')
        throw new Error(JSON.stringify(result))
      expect(result.error.trouble.need).toBe(content.length - result.error.at)
      expect(existsSync(join(host.store, from.sha))).toBe(false)
      rmSync(join(volume.path, 'other'))
      const two = host.start()
      const again = await deliver(two, from, { store: undefined })
      await two.close()
      expect(again).toMatchObject({ ok: true, value: { resumedAt: result.error.at } })
      expect(readFileSync(join(host.store, from.sha)).equals(content)).toBe(true)
      rmSync(folder, { recursive: true })
    } finally {
      await host?.stop()
      volume.unmount()
    }
  })

  test('an idle holder gives way to who wants the same content', async () => {
    host = receiverHost()
    const party = partyOf(host)
    const content = noise(3000, 'idle')
    const [first, second] = [new Receiving(party), new Receiving(party)]
    await first.open(content)
    await first.literal(content.subarray(0, 1000), 0)
    expect(await second.open(content, { waitMs: 40_000 })).toMatchObject({ ok: true, at: 1000 })
    await second.channel.close()
  })
})

/**
 * A channel that waits for the answers to what was written before it writes on, as on a link that is slower than the host; lost once so
 * many bytes have been written: the process on the host is killed, or this end goes away.
 */
function inStep(receiver: PipedReceiver, bytes = Infinity, end: 'host' | 'here' = 'here'): DeliveryChannel {
  let left = bytes
  let unanswered = 0
  let answered: () => void = () => undefined
  return {
    ...receiver,
    async *lines() {
      for await (const line of receiver.lines()) {
        yield line
        if (!line.includes('"id":')) continue
        unanswered--
        answered()
      }
    },
    async write(part) {
      while (unanswered > 0) await new Promise<void>((resolve) => (answered = resolve))
      unanswered++
      const goes = part.subarray(0, left)
      left -= goes.length
      await receiver.write(goes)
      if (goes.length === part.length) return
      if (end === 'host') receiver.process.kill('SIGKILL')
      else receiver.process.stdin.end()
      throw new Error('connection lost')
    },
  }
}

/** A volume of so many MB in memory; mounting one takes root. */
function smallVolume(megabytes: number): { readonly path: string; unmount(): void } {
  const path = mkdtempSync(join(tmpdir(), 'chancery-volume-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path])
  return {
    path,
    unmount() {
      execFileSync('umount', ['-l', path])
      rmSync(path, { recursive: true })
    },
  }
}

function partyOf(host: ReceiverHost): Party {
  const root = join(host.programData, 'Chancery')
  return {
    start() {
      const receiver = host.start()
      return {
        ...receiver,
        async kill() {
          receiver.process.kill('SIGKILL')
          await receiver.ended
        },
      }
    },
    read: (of) => (existsSync(join(root, of)) ? new Uint8Array(readFileSync(join(root, of))) : undefined),
    write(of, bytes) {
      mkdirSync(dirname(join(root, of)), { recursive: true })
      writeFileSync(join(root, of), bytes)
    },
    list: () =>
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
    path: (of) => join(root, of),
  }
}
