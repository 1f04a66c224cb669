import { expect, it, vi } from 'vitest'
import { err, ok, type Result } from '../domain/result.ts'
import { ManualClock } from '../link/manual-clock.ts'
import type { ByteChannel } from './delivery/bulk-port.ts'
import { besideLimitMs, openBeside } from './open-beside.ts'
import type { BesideFailure } from './ssh/byte-channel.ts'

type Opened = Result<ByteChannel, BesideFailure>

const order = { command: 'receive', first: Buffer.from('source') }

/** A connection that answers only by being closed, as a silent line does. */
function silent(pace: (paced: (bytes: number) => Promise<void>) => Promise<void>) {
  const ended = Promise.withResolvers<Opened>()
  const close = vi.fn((detail: string) => ended.resolve(err({ refused: false, detail })))
  return {
    end: () => Promise.resolve(),
    close,
    beside: async (_order: typeof order, paced: (bytes: number) => Promise<void>): Promise<Opened> => {
      await pace(paced)
      return ended.promise
    },
  }
}

it('gives a connection up that takes no second channel, and not before its time', async () => {
  const clock = new ManualClock()
  const talk = silent((paced) => paced(100))
  const opening = openBeside(talk, order, { clock, pace: () => Promise.resolve() })
  await clock.advance(besideLimitMs - 1000)
  expect(talk.close).not.toHaveBeenCalled()
  await clock.advance(2000)
  expect(await opening).toEqual(err({ refused: false, detail: 'no answer to a second channel in 60 s' }))
})

it('does not count the time for which the pacer holds the bytes back', async () => {
  const clock = new ManualClock()
  const talk = silent((paced) => paced(100))
  const pace = async (): Promise<void> => void (await clock.sleep(10 * besideLimitMs))
  const opening = openBeside(talk, order, { clock, pace })
  await clock.advance(10 * besideLimitMs + 1000)
  expect(talk.close).not.toHaveBeenCalled()
  await clock.advance(besideLimitMs)
  expect(talk.close).toHaveBeenCalledOnce()
  expect((await opening).ok).toBe(false)
})

it('gives it up in the same time when the clock is set back an hour', async () => {
  const clock = new ManualClock(10_000_000)
  const talk = silent((paced) => paced(100))
  const opening = openBeside(talk, order, { clock, pace: () => Promise.resolve() })
  await clock.advance(1000)
  clock.set(clock.now() - 3_600_000)
  await clock.advance(besideLimitMs)
  expect((await opening).ok).toBe(false)
})

it('ends at once when it is aborted: while the pacer holds the bytes, and while the host does not answer', async () => {
  const held = (_: number, abort?: AbortSignal): Promise<void> =>
    new Promise((_go, reject) => abort?.addEventListener('abort', () => reject(abort.reason)))
  for (const pace of [held, () => Promise.resolve()]) {
    const clock = new ManualClock()
    const stop = new AbortController()
    const talk = silent((paced) => paced(100))
    const opening = openBeside(talk, order, { clock, pace, abort: stop.signal })
    await clock.advance(1000)
    stop.abort(new Error('the window is closed'))
    expect(await opening).toEqual(err({ refused: false, detail: 'interrupted' }))
    expect(talk.close).not.toHaveBeenCalled()
  }
})

it('closes a channel that opens after it was aborted', async () => {
  const late = Promise.withResolvers<Opened>()
  const close = vi.fn()
  const stop = new AbortController()
  const talk = { close: () => undefined, beside: () => late.promise }
  const opening = openBeside(talk, order, {
    clock: new ManualClock(),
    pace: () => Promise.resolve(),
    abort: stop.signal,
  })
  stop.abort(new Error('another process waits for the link'))
  expect((await opening).ok).toBe(false)
  const channel: ByteChannel = {
    gone: new AbortController().signal,
    listen: () => undefined,
    write: () => Promise.resolve(),
    end: () => Promise.resolve(),
    close,
  }
  late.resolve(ok(channel))
  await late.promise
  expect(close).toHaveBeenCalledOnce()
})
