import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newKey } from '../../lib/transport/ssh/ssh.test-rig.ts'
import { Child } from './child.ts'
import type { Brought, BroughtSoFar, NearCommand, NearOrder } from './delivery-near.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import type { FarSideFile, FarSideOrder, FarSideReady } from './far-side.ts'
import { missingOf, ofEmulator } from './needs.ts'

const line = { rttMs: 100, kbitPerS: 2_000, budgetKbitPerS: 1_800 }
const size = 400_000

describe('a file over a line packet by packet', { timeout: 120_000 }, () => {
  const stack = new AsyncDisposableStack()
  let folder: string
  let emulator: Emulator
  let far: Child
  let near: Child
  beforeAll(async () => {
    const missing = missingOf(ofEmulator, () => undefined)
    if (missing.length > 0) throw new Error(`An emulated line needs ${missing.join(' ')}`)
    folder = mkdtempSync(join(tmpdir(), 'chancery-loss-'))
    stack.defer(() => rmSync(folder, { recursive: true }))
    emulator = await startEmulator({ ...line, congestion: 'cubic' })
    stack.defer(() => emulator.close())
    const side = (end: 'home' | 'site', file: string, order: object): Child => {
      const path = new URL(file, import.meta.url).pathname
      const child = new Child(file, emulator.at(end, [process.execPath, path, JSON.stringify(order)]))
      stack.defer(() => child.stop())
      return child
    }
    const user = newKey()
    const at = { address: emulator.site, port: 2224, account: 'chancery' }
    const farOrder: FarSideOrder = {
      ...{ address: at.address, account: at.account, authorizedKey: user.public },
      hosts: [{ id: 'site', port: at.port }],
    }
    far = side('site', 'far-side.ts', farOrder)
    const { hostKeys } = await far.next<FarSideReady>()
    const [key, knownHosts] = [join(folder, 'key'), join(folder, 'known_hosts')]
    writeFileSync(key, user.private, { mode: 0o600 })
    writeFileSync(knownHosts, `[${at.address}]:${at.port} ${hostKeys['site']}\n`)
    const { rttMs, budgetKbitPerS } = line
    const store = join(folder, 'store')
    const nearOrder: NearOrder = {
      ...{ ...at, key, knownHosts, rttMs, budgetKbitPerS, store, lineKbitPerS: line.kbitPerS },
    }
    near = side('home', 'delivery-near.ts', nearOrder)
  })
  afterAll(() => stack.disposeAsync())

  /** Brings a new file. `begun`: when the first chunk has arrived. */
  async function bring(begun = async (): Promise<void> => undefined) {
    const bytes = randomBytes(size)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const path = join(folder, sha256)
    writeFileSync(path, bytes)
    await emulator.reset()
    const command: NearCommand = { do: 'bring', path, name: sha256, looks: false, at: true }
    let told = await near.ask<Brought | BroughtSoFar>(JSON.stringify(command))
    for (let heard = false; 'at' in told; told = await near.next<Brought | BroughtSoFar>())
      if (told.at > 0 && !heard) {
        heard = true
        await begun()
      }
    const span = await emulator.now()
    const there = await far.ask<FarSideFile>(`C:\\ProgramData\\Chancery\\content\\${sha256}`)
    expect(there).toEqual({ sha256 })
    // Heads and headers, what was sent again, and the receiver.
    expect(span.bytes_up).toBeLessThan(size * 1.12 + span.lost * 1_500 + 20_000)
    return { span, share: span.most_up_2_s / ((line.budgetKbitPerS * 1000) / 4) }
  }

  it('that loses two of a hundred arrives as it was, within the budget', async () => {
    await emulator.set('loss', 0.02)
    const { span, share } = await bring()
    await emulator.set('loss', 0)
    expect(span.lost).toBeGreaterThan(0)
    expect(share).toBeLessThanOrEqual(1.05)
  })

  it('that brings five of a hundred behind later ones arrives as it was, within the budget', async () => {
    await emulator.set('reorder', 0.05)
    const { share } = await bring()
    await emulator.set('reorder', 0)
    expect(share).toBeLessThanOrEqual(1.05)
  })

  it('that falls silent for some seconds without closing goes on where it was', async () => {
    const { span, share } = await bring(async () => {
      await emulator.set('silent', 1)
      await sleep(2_500)
      await emulator.set('silent', 0)
    })
    expect(span.lost).toBeGreaterThan(0)
    expect(share).toBeLessThanOrEqual(1.05)
  })
})
