import { createConnection, createServer, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { Clock } from '../domain/clock.ts'
import { ManualClock } from '../link/manual-clock.ts'
import { LabLink } from './link.ts'

/** A clock that jumps to the next sleeper whenever nothing else is left to do. */
class JumpClock implements Clock {
  #now = 0
  readonly #sleepers: { at: number; wake: () => void }[] = []
  now(): number {
    return this.#now
  }
  sleep(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#sleepers.push({ at: this.#now + ms, wake: () => resolve(true) })
    })
  }
  /** Lets everything due happen, in order of time, until nobody sleeps. */
  async run(settle: () => Promise<void>): Promise<void> {
    await settle()
    for (;;) {
      this.#sleepers.sort((a, b) => a.at - b.at)
      const next = this.#sleepers.shift()
      if (next === undefined) return
      this.#now = Math.max(this.#now, next.at)
      next.wake()
      await settle()
    }
  }
}

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

/** Rounds of the event loop until loopback sockets have nothing left to deliver. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
}

async function pair(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const near = createConnection({
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    host: '127.0.0.1',
  })
  const far = await accepted
  open.push(() => {
    near.destroy()
    far.destroy()
    server.close()
  })
  return { near, far }
}

test('the first bytes of a connection take one and a half round trips, later ones half of one', async () => {
  const clock = new JumpClock()
  const link = new LabLink({ site: 'beirut', rttMs: 600, kbitPerS: 1_000_000 }, clock)
  const { near, far } = await pair()
  const at: number[] = []
  void link.carry(far).then((end) => end?.on('data', () => at.push(Math.round(clock.now()))))
  near.write('a')
  await clock.run(settle)
  near.write('b')
  await clock.run(settle)
  expect(at[0]).toBeGreaterThanOrEqual(899)
  expect(at[0]).toBeLessThan(910)
  expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(299)
  expect((at[1] ?? 0) - (at[0] ?? 0)).toBeLessThan(310)
})

test('two connections share the rate of their site, and neither waits for the other to finish', async () => {
  const clock = new JumpClock()
  const link = new LabLink({ site: 'beirut', rttMs: 0, kbitPerS: 512 }, clock)
  const ends = [await pair(), await pair()]
  const last = [0, 0]
  const got = [0, 0]
  ends.forEach(({ far }, i) => {
    void link.carry(far).then((end) =>
      end?.on('data', (bytes: Buffer) => {
        got[i] = (got[i] ?? 0) + bytes.length
        last[i] = clock.now()
      }),
    )
  })
  await clock.run(settle)
  const start = clock.now()
  ends[0]?.near.write(Buffer.alloc(64_000))
  ends[1]?.near.write(Buffer.alloc(1_000))
  await clock.run(settle)
  expect(got).toEqual([64_000, 1_000])
  const alone = (64_000 * 8) / 512
  expect((last[0] ?? 0) - start).toBeGreaterThan(alone)
  expect((last[0] ?? 0) - start).toBeLessThan(alone * 1.1)
  expect((last[1] ?? 0) - start).toBeLessThan(200)
})

test('what a client sent before it went away still arrives', async () => {
  const clock = new JumpClock()
  const link = new LabLink({ site: 'beirut', rttMs: 600, kbitPerS: 512 }, clock)
  const { near, far } = await pair()
  const got: string[] = []
  let closed = false
  void link.carry(far).then((end) => {
    end?.on('data', (bytes: Buffer) => got.push(bytes.toString()))
    end?.on('close', () => (closed = true))
  })
  await clock.run(settle)
  near.end('last words')
  await clock.run(settle)
  near.destroy()
  await clock.run(settle)
  expect([got.join(''), closed]).toEqual(['last words', true])
})

test('bytes arrive once and in order, whatever pieces they were sent in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 12 }),
      fc.constantFrom(undefined, { site: 'beirut', rttMs: 40, kbitPerS: 2000 }),
      async (sizes, spec) => {
        const clock = new JumpClock()
        const link = new LabLink(spec, clock)
        const { near, far } = await pair()
        const got: Buffer[] = []
        void link.carry(far).then((end) => end?.on('data', (bytes: Buffer) => got.push(bytes)))
        const sent = sizes.map((size, i) => Buffer.alloc(size, i + 1))
        for (const bytes of sent) near.write(bytes)
        await clock.run(settle)
        expect(Buffer.concat(got).equals(Buffer.concat(sent))).toBe(true)
        near.destroy()
      },
    ),
    { numRuns: 20 },
  )
})

test('nothing passes a dead line in either direction until it is restored', async () => {
  const clock = new JumpClock()
  const link = new LabLink(undefined, clock)
  const { near, far } = await pair()
  const end = await link.carry(far)
  const host: string[] = []
  const client: string[] = []
  end?.on('data', (bytes: Buffer) => host.push(bytes.toString()))
  near.on('data', (bytes: Buffer) => client.push(bytes.toString()))
  link.cut()
  near.write('up')
  end?.write('down')
  await clock.run(settle)
  expect([host, client]).toEqual([[], []])
  link.restore()
  await clock.run(settle)
  expect([host, client]).toEqual([['up'], ['down']])
})

test('a line that flaps is dead and alive in turns, until it is restored', async () => {
  const clock = new ManualClock()
  const link = new LabLink(undefined, clock)
  link.flap(30_000)
  const seen: boolean[] = [link.dead]
  for (let i = 0; i < 4; i++) {
    await clock.advance(30_000)
    seen.push(link.dead)
  }
  expect(seen).toEqual([true, false, true, false, true])
  link.restore()
  await clock.advance(300_000)
  expect(link.dead).toBe(false)
})
