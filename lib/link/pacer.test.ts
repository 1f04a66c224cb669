import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ManualClock, settled } from './manual-clock.ts'
import { largestWrite, Pacer, usedShare } from './pacer.ts'
import type { Budget } from './timetable.ts'

const steady = (kbitPerS: number) => (): Budget => ({ kbitPerS, until: undefined })

/** Rates that change at instants, in order. */
const changing =
  (pieces: readonly { readonly from: number; readonly kbitPerS: number }[]) =>
  (instant: number): Budget => {
    const next = pieces.find(({ from }) => from > instant)
    const now = pieces.findLast(({ from }) => from <= instant) ?? pieces[0]!
    return { kbitPerS: now.kbitPerS, until: next?.from }
  }

type Write = { readonly at: number; readonly bytes: number; readonly lane: string }

function record(pacer: Pacer, clock: ManualClock) {
  const writes: Write[] = []
  return {
    writes,
    send: (bytes: number, lane: 'control' | 'bulk', abort?: AbortSignal) =>
      pacer.pace(bytes, lane, abort).then(() => {
        writes.push({ at: clock.now(), bytes, lane })
      }),
    total: () => writes.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

describe('Pacer', () => {
  test('lets a small frame out at once', async () => {
    const clock = new ManualClock()
    const { send, writes } = record(new Pacer(clock, steady(128)), clock)
    void send(300, 'control')
    await settled()
    expect(writes).toEqual([{ at: 0, bytes: 300, lane: 'control' }])
  })

  test('carries 99 % of the budget over a long transfer', async () => {
    const clock = new ManualClock()
    const { send, total } = record(new Pacer(clock, steady(480)), clock)
    for (let i = 0; i < 2000; i++) void send(4096, 'bulk')
    await clock.advance(100_000)
    const ideal = (480_000 / 8) * 100
    expect(total() / ideal).toBeGreaterThan(0.985)
    expect(total() / ideal).toBeLessThan(0.993)
  })

  test('lets control pass the bulk that waits', async () => {
    const clock = new ManualClock()
    const { send, writes } = record(new Pacer(clock, steady(128)), clock)
    for (let i = 0; i < 50; i++) void send(4096, 'bulk')
    await clock.advance(1_000)
    const asked = clock.now()
    void send(500, 'control')
    await clock.advance(1_000)
    const control = writes.find(({ lane }) => lane === 'control')
    // 500 bytes at 99 % of 128 kbit/s take 32 ms; no write of bulk comes before.
    expect(control!.at - asked).toBeLessThanOrEqual(33)
  })

  test('follows the timetable in the middle of a wait', async () => {
    const clock = new ManualClock()
    const { send, writes } = record(
      new Pacer(
        clock,
        changing([
          { from: 0, kbitPerS: 8 },
          { from: 1_000, kbitPerS: 8_000 },
        ]),
      ),
      clock,
    )
    void send(4096, 'bulk')
    void send(4096, 'bulk')
    await clock.advance(2_000)
    // At 8 kbit/s the second one waits 4.3 s; it gets 950 bytes in the first second and the rest in 4 ms.
    expect(writes[1]!.at).toBe(1_004)
  })

  test('slows down at the instant of a change: what was saved up at the higher rate is not spent at the lower', async () => {
    const clock = new ManualClock()
    const { send, writes } = record(
      new Pacer(
        clock,
        changing([
          { from: 0, kbitPerS: 60_000 },
          { from: 1_000, kbitPerS: 128 },
        ]),
      ),
      clock,
    )
    await clock.advance(1_000)
    for (let i = 0; i < 10; i++) void send(4096, 'bulk')
    await clock.advance(0)
    expect(writes.length).toBe(1)
  })

  test('follows a limit that is set and lifted in the middle of a wait', async () => {
    const clock = new ManualClock()
    const pacer = new Pacer(clock, steady(480))
    const { send, total } = record(pacer, clock)
    for (let i = 0; i < 2000; i++) void send(4096, 'bulk')
    await clock.advance(10_000)
    pacer.limit(64)
    const before = total()
    await clock.advance(10_000)
    expect(total() - before).toBeLessThanOrEqual((64_000 / 8) * 10)
    expect(total() - before).toBeGreaterThan((64_000 / 8) * 9)
    expect(pacer.budget.kbitPerS).toBe(64)
    pacer.limit(undefined)
    const limited = total()
    await clock.advance(10_000)
    expect((total() - limited) / ((480_000 / 8) * 10)).toBeGreaterThan(0.94)
  })

  test('forgets a write that is aborted while it waits, and rejects with the reason', async () => {
    const clock = new ManualClock()
    const pacer = new Pacer(clock, steady(8))
    const { send, writes } = record(pacer, clock)
    void send(4096, 'bulk')
    const abort = new AbortController()
    const second = send(4096, 'bulk', abort.signal)
    const third = send(100, 'bulk')
    await settled()
    abort.abort(new Error('stop'))
    await expect(second).rejects.toThrow('stop')
    await clock.advance(106)
    await third
    expect(writes.map(({ bytes }) => bytes)).toEqual([4096, 100])
    await expect(send(1, 'bulk', abort.signal)).rejects.toThrow('stop')
    expect(pacer.waiting).toEqual({ control: 0, bulk: 0 })
  })

  test('is neither stuck nor generous after the clock was set back or forth', async () => {
    const clock = new ManualClock(10_000_000)
    const { send, writes } = record(new Pacer(clock, steady(128)), clock)
    void send(4096, 'bulk')
    await settled()
    clock.set(0)
    void send(4096, 'bulk')
    await clock.advance(270)
    expect(writes.length).toBe(2)
    clock.set(90_000_000)
    void send(4096, 'bulk')
    void send(4096, 'bulk')
    await clock.advance(0)
    expect(writes.length).toBe(2)
    await clock.advance(270)
    expect(writes.length).toBe(3)
  })

  test('follows the timetable of the new time within half a second after the clock was set back an hour', async () => {
    const clock = new ManualClock(7_200_000)
    const pieces = [
      { from: 0, kbitPerS: 64 },
      { from: 5_000_000, kbitPerS: 480 },
    ]
    const { send, total } = record(new Pacer(clock, changing(pieces)), clock)
    for (let i = 0; i < 2000; i++) void send(4096, 'bulk')
    await clock.advance(10_000)
    clock.set(clock.now() - 3_600_000)
    await clock.advance(500)
    const before = total()
    await clock.advance(10_000)
    expect(total() - before).toBeLessThanOrEqual((64_000 / 8) * 10 * usedShare + largestWrite)
    expect(total() - before).toBeGreaterThan((64_000 / 8) * 9)
  })

  test('holds bulk back while it is told to, and lets control pass; goes on within half a second', async () => {
    const clock = new ManualClock()
    let held = true
    const { send, writes } = record(new Pacer(clock, steady(480), { holdsBulk: () => held }), clock)
    void send(4096, 'bulk')
    await clock.advance(60_000)
    void send(100, 'control')
    await settled()
    expect(writes.map(({ lane }) => lane)).toEqual(['control'])
    held = false
    await clock.advance(500)
    expect(writes.map(({ lane }) => lane)).toEqual(['control', 'bulk'])
  })

  test('holds bulk in the middle of a transfer at the instant at which it must wait', async () => {
    const clock = new ManualClock()
    const { send, writes } = record(
      new Pacer(clock, steady(480), { holdsBulk: (instant) => instant >= 5_000 && instant < 60_000 }),
      clock,
    )
    for (let i = 0; i < 200; i++) void send(4096, 'bulk')
    await clock.advance(120_000)
    expect(writes.filter(({ at }) => at >= 5_000 && at < 60_000)).toEqual([])
    expect(writes.length).toBe(200)
    expect(writes.findLast(({ at }) => at < 5_000)!.at).toBeGreaterThan(4_900)
  })

  test('refuses a write that is too large as a defect of the caller', () => {
    expect(() => new Pacer(new ManualClock(), steady(128)).pace(4097, 'bulk')).toThrow(
      'Internal error: pace takes 0 to 4096 bytes',
    )
  })

  test('never sends more than 99 % of the budget and one burst, over any two seconds, whatever comes when', async () => {
    const arrivals = fc.array(
      fc.record({
        after: fc.integer({ min: 0, max: 900 }),
        bytes: fc.integer({ min: 1, max: largestWrite }),
        control: fc.boolean(),
      }),
      { minLength: 1, maxLength: 60 },
    )
    const rates = fc.array(
      fc.record({ from: fc.integer({ min: 0, max: 8_000 }), kbitPerS: fc.integer({ min: 16, max: 2_000 }) }),
      { maxLength: 3 },
    )
    await fc.assert(
      fc.asyncProperty(arrivals, fc.integer({ min: 16, max: 2_000 }), rates, async (list, first, later) => {
        const clock = new ManualClock()
        const pieces = [{ from: -1, kbitPerS: first }, ...later.toSorted((a, b) => a.from - b.from)]
        const pacer = new Pacer(clock, changing(pieces))
        const { send, writes } = record(pacer, clock)
        for (const { after, bytes, control } of list) {
          await clock.advance(after)
          void send(bytes, control ? 'control' : 'bulk')
        }
        await clock.advance(200_000)
        expect(writes.length).toBe(list.length)
        const allowed = (from: number, to: number): number => {
          let sum = 0
          for (let at = from; at < to; at++) sum += changing(pieces)(at).kbitPerS / 8
          return sum
        }
        for (const [i, start] of writes.entries()) {
          let sent = 0
          for (const write of writes.slice(i)) {
            if (write.at > start.at + 2_000) break
            sent += write.bytes
          }
          expect(sent).toBeLessThanOrEqual(allowed(start.at, start.at + 2_000) * usedShare + 8192 + 1)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('never exceeds the budget by more than a twentieth over any two seconds, at any rate of the inventory', async () => {
    for (const kbitPerS of [40, 64, 70, 128, 256, 480, 900, 2_000, 54_000]) {
      const clock = new ManualClock()
      const { send, writes, total } = record(new Pacer(clock, steady(kbitPerS)), clock)
      // Idle first, so that the bucket is full.
      await clock.advance(5_000)
      const count = Math.ceil((kbitPerS * 125 * 12) / 4096)
      for (let i = 0; i < count; i++) void send(4096, 'bulk')
      await clock.advance(11_000)
      const allowed = kbitPerS * 125 * 2 * 1.05
      for (const [i, start] of writes.entries()) {
        let sent = 0
        for (let k = i; k < writes.length && writes[k]!.at <= start.at + 2_000; k++) sent += writes[k]!.bytes
        expect(sent, `${kbitPerS} kbit/s`).toBeLessThanOrEqual(allowed)
      }
      expect(total() / (kbitPerS * 125 * 11), `${kbitPerS} kbit/s`).toBeGreaterThan(
        kbitPerS < 100 ? 0.8 : 0.94,
      )
    }
  })

  test('starts with nothing saved up where another process may have sent until just now', async () => {
    for (const [restedMs, atOnce] of [
      [Infinity, 2],
      [0, 0],
      [200, 0],
      [250, 2],
    ] as const) {
      const clock = new ManualClock(5_000)
      const pacer = new Pacer(clock, steady(480))
      const { send, writes } = record(pacer, clock)
      pacer.takeOver(restedMs, undefined)
      for (let i = 0; i < 60; i++) void send(4096, 'bulk')
      await clock.advance(0)
      expect(writes.length).toBe(atOnce)
      await clock.advance(2_000)
      // Together with the other process's 99 %: no more than 105 % of the budget in any two seconds.
      for (const at of [500, 1_000, 1_500]) {
        const own = writes.filter((w) => w.at <= 5_000 + at).length * 4096
        const others = restedMs === Infinity ? 0 : Math.max(0, 2_000 - at - restedMs) * 60 * usedShare
        expect(own + others).toBeLessThanOrEqual(480 * 125 * 2 * 1.05)
      }
    }
  })

  test('two that hand over to each other at any instants never exceed the budget together by more than a twentieth over any two seconds', async () => {
    const turns = fc.array(
      fc.record({
        forMs: fc.integer({ min: 0, max: 1_500 }),
        gapMs: fc.integer({ min: 0, max: 400 }),
        bytes: fc.integer({ min: 500, max: largestWrite }),
        /** A holder that is gone leaves no word. */
        dies: fc.boolean(),
      }),
      { minLength: 2, maxLength: 12 },
    )
    await fc.assert(
      fc.asyncProperty(turns, fc.integer({ min: 64, max: 1_000 }), async (list, kbitPerS) => {
        const clock = new ManualClock()
        const pacers = [new Pacer(clock, steady(kbitPerS)), new Pacer(clock, steady(kbitPerS))] as const
        const sent: Write[] = []
        for (const [turn, { forMs, gapMs, bytes, dies }] of list.entries()) {
          const pacer = pacers[turn % 2 === 0 ? 0 : 1]
          const stop = new AbortController()
          const sending = (async () => {
            while (!stop.signal.aborted)
              await pacer.pace(bytes, 'control', stop.signal).then(
                () => sent.push({ at: clock.now(), bytes, lane: 'control' }),
                () => undefined,
              )
          })()
          await clock.advance(forMs)
          stop.abort()
          await sending
          const left = JSON.parse(JSON.stringify(pacer.handOver())) as ReturnType<Pacer['handOver']>
          const gap = dies ? 0 : gapMs
          await clock.advance(gap)
          pacers[turn % 2 === 0 ? 1 : 0].takeOver(gap, dies ? undefined : left)
        }
        const allowed = kbitPerS * 125 * 2 * 1.05
        for (const [i, start] of sent.entries()) {
          let sum = 0
          for (let k = i; k < sent.length && sent[k]!.at <= start.at + 2_000; k++) sum += sent[k]!.bytes
          expect(sum).toBeLessThanOrEqual(allowed)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('goes on where the last holder stopped: at once where that one had hardly sent, and without a pause of two seconds', async () => {
    const clock = new ManualClock()
    const [one, two] = [new Pacer(clock, steady(128)), new Pacer(clock, steady(128))]
    const first = record(one, clock)
    void first.send(300, 'control')
    await clock.advance(10)
    two.takeOver(5, one.handOver())
    const { send, writes } = record(two, clock)
    void send(3_000, 'control')
    await clock.advance(0)
    expect(writes.map(({ at }) => at)).toEqual([10])
  })
})
