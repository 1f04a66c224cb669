import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lineState, onPrimary, probed, type LineState } from './failover.ts'

const options = { everyMs: 10_000, failures: 3, goodMs: 120_000, holdMs: 300_000 }

/** Probes every ten seconds; the lines in use, one a probe, and the switches. */
function run(up: (ms: number) => boolean, forMs: number, from: LineState = onPrimary) {
  let state = from
  const switches: { readonly at: number; readonly to: string }[] = []
  for (let at = 0; at <= forMs; at += options.everyMs) {
    const next = probed(state, up(at), options)
    if (next.line !== state.line) switches.push({ at, to: next.line })
    state = next
  }
  return { state, switches }
}

const hour = 3_600_000

describe('a link with two lines', () => {
  test('stays on the primary while probes are good, and for two bad ones', () => {
    expect(run(() => true, hour).switches).toEqual([])
    expect(run((ms) => ![20_000, 30_000].includes(ms), hour).switches).toEqual([])
  })

  test('fails over at the third bad probe in a row', () => {
    expect(run((ms) => ms < 100_000, 200_000).switches).toEqual([{ at: 120_000, to: 'backup' }])
  })

  test('returns when the primary was good for two minutes, and not before five minutes on the backup', () => {
    const down = (from: number, to: number) => (ms: number) => ms < from || ms >= to
    expect(run(down(0, 60_000), hour).switches).toEqual([
      { at: 20_000, to: 'backup' },
      { at: 320_000, to: 'primary' },
    ])
    expect(run(down(0, 600_000), hour).switches).toEqual([
      { at: 20_000, to: 'backup' },
      { at: 710_000, to: 'primary' },
    ])
  })

  test('does not flap on a primary that flaps every 30 seconds: it leaves it once', () => {
    const { switches, state } = run((ms) => Math.floor(ms / 30_000) % 2 === 0, 24 * hour)
    expect(switches).toEqual([{ at: 50_000, to: 'backup' }])
    expect(state.line).toBe('backup')
  })

  test('holds a primary off for longer each time that it fails soon after a return, and no longer than forty minutes', () => {
    // Good for long enough to be trusted, then down again as soon as it is used.
    let state = onPrimary
    let back = 0
    const holds: number[] = []
    for (let at = 0, from = 0; at < 12 * hour; at += options.everyMs) {
      const next = probed(state, state.line === 'backup', options)
      if (next.line === 'backup' && state.line === 'primary') from = at
      if (next.line === 'primary' && state.line === 'backup') {
        holds.push((at - from) / 60_000)
        back++
      }
      state = next
    }
    expect(holds.slice(0, 5)).toEqual([5, 10, 20, 40, 40])
    expect(back).toBeLessThan(22)
  })

  test('never switches more often than twice in five minutes, whatever the probes say, and keeps a state that can be stored', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 30, maxLength: 300 }), (probes) => {
        let state: LineState = onPrimary
        const toBackup: number[] = []
        probes.forEach((good, i) => {
          const next = probed(state, good, options)
          if (next.line === 'backup' && state.line === 'primary') toBackup.push(i * options.everyMs)
          state = next
          expect(lineState.parse(JSON.parse(JSON.stringify(state)))).toEqual(state)
        })
        for (let i = 1; i < toBackup.length; i++)
          expect(toBackup[i]! - toBackup[i - 1]!).toBeGreaterThanOrEqual(options.holdMs)
      }),
    )
  })
})
