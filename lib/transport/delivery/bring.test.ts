import { describe, expect, test } from 'vitest'
import { err, ok } from '../../domain/result.ts'
import { BreakerOpen, type LinkDoor } from '../../link/door.ts'
import { LeaseLost, LeaseStoreUnusable } from '../../link/lease-failure.ts'
import { ManualClock, settled } from '../../link/manual-clock.ts'
import type { WindowState } from '../../link/window.ts'
import { bring } from './bring.ts'
import type { BringState, Hold } from './bring-options.ts'
import type { BulkPort, ByteChannel } from './bulk-port.ts'
import type { Deliver, Delivered, DeliveryFailure, DeliveryProgress } from './contract.ts'

const content = { path: '/a', sha: 'ab'.repeat(32), size: 1000, name: 'agent.msi', stamp: 's' }
const whole: Delivered = {
  ...{ sha: content.sha, how: 'whole', sent: 1000, received: 10, resumedAt: 0, base: null, notes: [] },
  holds: [content.sha],
}
const progress = (at: number): DeliveryProgress => ({ at, size: 1000, from: 0, sent: at, base: null })

/** One try, held in the hand: the test says how far it comes and how it ends. */
type Try = {
  readonly progress: (at: number) => void
  readonly end: (result: Delivered | DeliveryFailure) => void
  readonly abort: AbortSignal | undefined
}

function rig(
  window?: (now: number) => WindowState,
  run?: LinkDoor['run'],
  wanted?: () => Promise<boolean>,
  hold?: (leftBytes: number) => Hold | undefined,
) {
  const clock = new ManualClock(0)
  const tries: Try[] = []
  const states: BringState[] = []
  const failures: string[] = []
  const channel: ByteChannel = {
    listen: () => undefined,
    gone: new AbortController().signal,
    write: () => Promise.resolve(),
    end: () => undefined,
    close: () => undefined,
  }
  const port: BulkPort = { host: 'h1', beside: () => Promise.resolve(ok(channel)) }
  const door: LinkDoor = {
    id: 'h',
    run: run ?? ((_, job) => job()),
    pace: () => Promise.resolve(),
    succeeded: () => undefined,
    failed: (because) => void failures.push(because),
    ...(wanted === undefined ? {} : { wanted }),
  }
  const deliver: Deliver = (_, __, options) =>
    new Promise((resolve) => {
      options.abort?.addEventListener('abort', () => resolve(err({ kind: 'interrupted' })))
      tries.push({
        progress: (at) => options.onProgress?.(progress(at)),
        end: (result) => resolve('kind' in result ? err(result) : ok(result)),
        abort: options.abort,
      })
    })
  const abort = new AbortController()
  const ended = bring(content, {
    ...{ port, door, clock, deliver, rttMs: 600, patienceMs: 60_000 },
    random: () => 0.5,
    budget: () => 480,
    ...(window === undefined ? {} : { window }),
    ...(hold === undefined ? {} : { hold }),
    delivery: { store: undefined },
    onState: (state) => states.push(state),
    abort: abort.signal,
  })
  return { clock, tries, states, failures, ended, abort, door }
}

const lost = (at: number): DeliveryFailure => ({ kind: 'lost', at, detail: 'connection lost' })

describe('bringing a content', () => {
  test('goes on after each loss, waits longer where nothing arrived, and tells the breaker', async () => {
    const { clock, tries, states, failures, ended } = rig()
    await settled()
    tries[0]!.progress(400)
    tries[0]!.end(lost(400))
    await settled()
    expect(states.at(-1)).toEqual({ kind: 'waiting', because: 'connection lost', at: 400, until: 750 })
    await clock.advance(750)
    await settled()
    tries[1]!.end(lost(400))
    await settled()
    expect(states.at(-1)).toMatchObject({ kind: 'waiting', until: 750 + 1500 })
    await clock.advance(1500)
    await settled()
    tries[2]!.end(whole)
    expect(await ended).toEqual(ok({ ...whole, sent: 400 + 1000 }))
    expect(failures).toEqual(['connection lost', 'connection lost'])
  })

  test('ends after a chunk when another process waits for the link, and asks for it again at once', async () => {
    let waits = false
    const { tries, states, failures, ended } = rig(undefined, undefined, async () => waits)
    await settled()
    tries[0]!.progress(200)
    await settled()
    expect(tries[0]!.abort?.aborted).toBe(false)
    waits = true
    await settled()
    expect(tries[0]!.abort?.aborted).toBe(false)
    tries[0]!.progress(400)
    await settled()
    expect(tries[0]!.abort?.aborted).toBe(true)
    expect(tries.length).toBe(2)
    // With the last chunk there is nothing left to wait for.
    tries[1]!.progress(1000)
    await settled()
    expect(tries[1]!.abort?.aborted).toBe(false)
    tries[1]!.end(whole)
    expect(await ended).toEqual(ok({ ...whole, sent: 400 + 1000 }))
    expect(failures).toEqual([])
    expect(states.some(({ kind }) => kind === 'waiting')).toBe(false)
  })

  test('gives up when nothing more arrives for its patience, and says what is there', async () => {
    const { clock, tries, ended } = rig()
    await settled()
    tries[0]!.progress(300)
    tries[0]!.end(lost(300))
    for (let i = 1; i < 20; i++) {
      await settled()
      await clock.advance(60_000)
      await settled()
      tries[i]?.end(lost(300))
    }
    expect(await ended).toEqual(
      err({
        kind: 'unreachable',
        host: 'h1',
        detail: 'agent.msi: 300 of 1000 bytes are there and stay; connection lost',
      }),
    )
  })

  test('pauses when the window closes in the middle, and goes on when the next one opens', async () => {
    const window = (now: number): WindowState =>
      now < 10_000
        ? { open: true, until: 10_000 }
        : now < 50_000
          ? { open: false, opens: 50_000 }
          : { open: true, until: undefined }
    const { clock, tries, states, failures, ended } = rig(window)
    await settled()
    tries[0]!.progress(500)
    await clock.advance(10_000)
    await settled()
    expect(tries[0]!.abort?.aborted).toBe(true)
    expect(states.at(-1)).toEqual({
      kind: 'waiting',
      because: 'the window is closed',
      at: 500,
      until: 50_000,
    })
    await clock.advance(40_000)
    await settled()
    tries[1]!.end(whole)
    expect(await ended).toEqual(ok({ ...whole, sent: 500 + 1000 }))
    expect(failures).toEqual([])
  })

  test('has the same patience when the clock is set back an hour', async () => {
    const { clock, tries, ended } = rig()
    await settled()
    tries[0]!.progress(300)
    tries[0]!.end(lost(300))
    await settled()
    clock.set(clock.now() - 3_600_000)
    const from = clock.elapsed()
    for (let i = 1; i < 20 && clock.elapsed() - from < 150_000; i++) {
      await clock.advance(15_000)
      await settled()
      tries[i]?.end(lost(300))
      await settled()
    }
    expect(await Promise.race([ended, settled()])).toMatchObject({ error: { kind: 'unreachable' } })
  })

  test('goes by the clock of the site for windows, also when it is set while one is waited for', async () => {
    const window = (now: number): WindowState =>
      now < 7_200_000 ? { open: false, opens: 7_200_000 } : { open: true, until: undefined }
    const { clock, tries, states, ended } = rig(window)
    await clock.advance(60_000)
    expect(states).toEqual([{ kind: 'waiting', because: 'the window is closed', at: 0, until: 7_200_000 }])
    clock.set(7_200_000)
    await clock.advance(30_000)
    await settled()
    tries[0]!.end(whole)
    expect(await ended).toEqual(ok(whole))
  })

  test('goes on past the old end of a window when the clock is set back, and ends at the new one', async () => {
    const window = (now: number): WindowState =>
      now < 3_600_000 ? { open: true, until: 3_600_000 } : { open: false, opens: 90_000_000 }
    const { clock, tries, abort, ended } = rig(window)
    await clock.advance(3_590_000)
    clock.set(clock.now() - 3_600_000)
    await clock.advance(3_600_000)
    expect([tries.length, tries[0]!.abort?.aborted]).toEqual([1, false])
    await clock.advance(30_000)
    expect(tries[0]!.abort?.aborted).toBe(true)
    abort.abort()
    expect(await ended).toMatchObject({ error: { kind: 'interrupted' } })
  })

  test('holds what is left while it is too much for the line, and goes on from there without giving up', async () => {
    let may = Infinity
    const asked: number[] = []
    const hold = (left: number): Hold | undefined => {
      asked.push(left)
      return left > may ? { because: 'the line is too small' } : undefined
    }
    const { clock, tries, states, ended } = rig(undefined, undefined, undefined, hold)
    await settled()
    tries[0]!.progress(100)
    tries[0]!.progress(300)
    // The line changes with 700 bytes left: what is on its way is finished, nothing more is sent.
    may = 500
    tries[0]!.progress(400)
    await settled()
    expect(tries[0]!.abort?.aborted).toBe(true)
    expect(states.at(-1)).toEqual({ kind: 'waiting', because: 'the line is too small', at: 400 })
    await clock.advance(600_000)
    expect([tries.length, asked.at(-1)]).toEqual([1, 600])
    expect(states.filter(({ kind }) => kind === 'waiting')).toHaveLength(1)
    may = Infinity
    await clock.advance(1_000)
    await settled()
    tries[1]!.end(whole)
    expect(await ended).toEqual(ok({ ...whole, sent: 400 + 1000 }))
  })

  test('ends when the link was taken over, or who may use it can’t be read, and says so', async () => {
    const { ended } = rig(undefined, () => Promise.reject(new LeaseLost('h')))
    expect(await ended).toEqual(err({ kind: 'fenced', host: 'h1', by: undefined, at: undefined }))
    const unusable = rig(undefined, () =>
      Promise.reject(new LeaseStoreUnusable('/s', 'unwritable', 'no right to write')),
    )
    expect(await unusable.ended).toMatchObject({ error: { kind: 'leases', host: 'h1' } })
  })

  test('that was cut off because the link was taken over is not tried again', async () => {
    const { tries, ended, door } = rig()
    await settled()
    Object.assign(door, { lost: new LeaseLost('h') })
    tries[0]!.end(lost(300))
    expect(await ended).toMatchObject({ error: { kind: 'fenced' } })
    expect(tries.length).toBe(1)
  })

  test('ends where what is left is too much for the line and is not waited for; what had arrived stays', async () => {
    let may = Infinity
    const hold = (left: number): Hold | undefined =>
      left > may ? { because: 'the line is too small', ends: 'Run again.' } : undefined
    const { tries, ended } = rig(undefined, undefined, undefined, hold)
    await settled()
    tries[0]!.progress(100)
    may = 500
    tries[0]!.progress(300)
    expect(await ended).toEqual(
      err({
        kind: 'deferred',
        host: 'h1',
        resource: 'agent.msi',
        because: 'the line is too small',
        fix: 'Run again.',
      }),
    )
    expect(tries).toHaveLength(1)
  })

  test('waits for a breaker that is open, as long as it says', async () => {
    let asked = 0
    const { clock, tries, states, ended } = rig(undefined, (_, job) =>
      asked++ === 0 ? Promise.reject(new BreakerOpen(20_000, 'no answer')) : job(),
    )
    await settled()
    expect(states.at(-1)).toMatchObject({ kind: 'waiting', until: 20_000 })
    await clock.advance(20_000)
    await settled()
    tries[0]!.end(whole)
    expect(await ended).toEqual(ok(whole))
  })

  test('ends at once when a person stops it, and what the host refuses is not tried again', async () => {
    const stopped = rig()
    await settled()
    stopped.abort.abort()
    expect(await stopped.ended).toEqual(err({ kind: 'interrupted', host: 'h1' }))
    const refused = rig()
    await settled()
    refused.tries[0]!.end({ kind: 'refused', at: 800, trouble: { why: 'space', need: 200, free: 10 } })
    expect(await refused.ended).toMatchObject({ ok: false, error: { kind: 'refused', rule: 'disk-space' } })
  })
})
