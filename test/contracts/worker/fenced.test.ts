import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startLabHost } from './lab-host.ts'
import { judgeStanding, standingOf, takeOver } from '../../../lib/cli/run/takeover.ts'
import { systemClock } from '../../../lib/domain/clock.ts'
import { describeFailure } from '../../../lib/domain/failure.ts'
import { ok } from '../../../lib/domain/result.ts'
import type { LinkDoor } from '../../../lib/link/door.ts'
import type { Exchange } from '../../../lib/transport/port.ts'
import { createTransport, type Transport } from '../../../lib/transport/session.ts'

const script = { text: 'param($Params)\n', hash: '' }

describe('a host', () => {
  let host: Awaited<ReturnType<typeof startLabHost>>
  const opened: Transport[] = []
  beforeAll(async () => {
    host = await startLabHost()
    const { createHash } = await import('node:crypto')
    script.hash = createHash('sha256').update(script.text).digest('hex')
  })
  afterAll(async () => {
    for (const transport of opened) await transport.close()
    await host.stop()
  })

  /** A process with this lease, and whether it found its link lost. */
  const process = (from: string, token: number) => {
    const lost: Error[] = []
    const door: LinkDoor = {
      id: 'beirut',
      run: (_, job) => job(),
      pace: () => Promise.resolve(),
      succeeded: () => undefined,
      failed: () => undefined,
      lease: { store: 'store', token },
      lose: (why) => void lost.push(why),
    }
    const transport = createTransport({
      resolve: () => ({ address: '127.0.0.1', ...host.reach }),
      knownHosts: host.reach.knownHosts,
      allowed: () => ok(undefined),
      door: () => door,
      emit: () => undefined,
      clock: systemClock,
      sender: { from, by: `holder ${token}` },
    })
    opened.push(transport)
    return { port: transport.host('host'), lost }
  }
  const look = { key: 'test|nothing', script: '', params: {} }
  const exchange = (op: 'observe' | 'apply'): Exchange => ({
    scripts: new Map([[script.hash, script.text]]),
    guards: [],
    ops: [
      op === 'observe'
        ? { ...look, script: script.hash, op }
        : { ...look, script: script.hash, op, expect: 'absent', own: null, steps: [] },
    ],
  })

  test('refuses an earlier holder of the lease, in words, and lets it look', async () => {
    const [early, late] = [process('ministry file:///a', 1), process('ministry file:///a', 2)]
    expect(await early.port.exchange(exchange('apply'))).toMatchObject({ ok: true })
    expect(await late.port.exchange(exchange('observe'))).toMatchObject({ ok: true })
    const refused = await early.port.exchange(exchange('apply'))
    if (refused.ok) throw new Error('it was not refused')
    expect(describeFailure(refused.error)).toMatch(/^host: another run took over at 20\d\d-.* \(holder 2\)/)
    expect(early.lost).toHaveLength(1)
    expect(await early.port.exchange(exchange('observe'))).toMatchObject({ ok: true })
    expect(await late.port.exchange(exchange('apply'))).toMatchObject({ ok: true })
  })

  test('refuses another backend, says whose it is, and is taken over with a reason once it is quiet', async () => {
    const [ours, other] = [process('ministry file:///a', 3), process('other postgres://db', 1)]
    expect(await ours.port.exchange(exchange('apply'))).toMatchObject({ ok: true })
    const refused = await other.port.exchange(exchange('apply'))
    if (refused.ok) throw new Error('it was not refused')
    expect(describeFailure(refused.error)).toMatch(
      /managed from ministry file:\/\/\/a since .* last by holder 3/,
    )
    expect(other.lost).toEqual([])
    const standing = await standingOf(other.port)
    if (!standing.ok) throw new Error('it did not answer')
    expect(judgeStanding('host', { ...standing.value, quietMs: 5_000 })).toMatchObject({ state: 'alive' })
    expect(judgeStanding('host', { ...standing.value, quietMs: 61_000 })).toBe('take')
    expect(judgeStanding('host', { managed: null, quietMs: undefined })).toMatchObject({ state: 'free' })
    expect(await takeOver(other.port, { at: 'another time' }, 'moved')).toMatchObject({
      ok: false,
      error: { kind: 'managed' },
    })
    expect(await takeOver(other.port, standing.value.managed ?? {}, 'moved')).toMatchObject({ ok: true })
    expect(await other.port.exchange(exchange('apply'))).toMatchObject({ ok: true })
    expect(await ours.port.exchange(exchange('apply'))).toMatchObject({
      ok: false,
      error: { kind: 'managed', from: 'other postgres://db' },
    })
    expect(await standingOf(ours.port)).toMatchObject({ value: { managed: { because: 'moved' } } })
  })
})
