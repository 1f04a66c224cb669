import { createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { estimate, totalEstimate, type Workload } from './cost.ts'

const satellite = { kbitPerS: 512, rttMs: 600 }
const idle: Workload = {
  connections: 0,
  exchanges: 0,
  observes: 0,
  applies: 0,
  scriptBytes: 0,
  paramsBytes: 0,
}
/** Twenty small files on one host, looked at and written over a cold connection. */
const twenty: Workload = {
  connections: 1,
  exchanges: 1,
  observes: 0,
  applies: 20,
  scriptBytes: 700,
  paramsBytes: 300,
}

/** A frame as the wire has it. */
const frame = (n: number): object => ({
  frame: 1,
  ops: Array.from({ length: n }, (_, i) => ({
    id: i + 1,
    op: 'apply',
    key: `windows:File|c:\\chancery\\file-${i}.txt`,
    script: hash('observe'),
    params: { path: `C:\\Chancery\\file-${i}.txt` },
    expect: i % 2 === 0 ? 'absent' : hash(String(i)),
    own: {
      organisation: 'ministry',
      backend: 'file:///srv/chancery/state',
      urn: `urn:pulumi:mission.beirut::chancery::chancery:windows:File::file-${i}`,
      operation: 'create',
    },
    steps: [{ name: 'write', script: hash('write'), params: paramsOf(i) }],
  })),
})
const paramsOf = (i: number) => ({
  path: `C:\\Chancery\\file-${i}.txt`,
  content: `The content of the file number ${i}, some sixty characters.`,
  encoding: 'utf8',
})
const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const deflated = (text: string) => deflateRawSync(Buffer.from(text), { level: 9 })

describe('estimate', () => {
  test.each([1, 5, 20, 50])('comes within a quarter of a real frame of %d operations', (applies) => {
    const real = deflated(JSON.stringify(frame(applies))).toString('base64').length * 1.06
    const paramsBytes = deflated(
      Array.from({ length: applies }, (_, i) => JSON.stringify(paramsOf(i))).join('\n'),
    ).length
    const { bytesUp } = estimate({ ...idle, exchanges: 1, applies, paramsBytes }, satellite, 480)
    expect(bytesUp / real).toBeGreaterThan(0.75)
    expect(bytesUp / real).toBeLessThan(1.25)
  })

  test('costs nothing for nothing', () => {
    expect(estimate(idle, satellite, 480)).toEqual({ bytesUp: 0, bytesDown: 0, roundTrips: 0, ms: 0 })
  })

  test('follows its formula', () => {
    const work = { connections: 1, exchanges: 2, observes: 3, applies: 4, scriptBytes: 500, paramsBytes: 600 }
    const up = 8_400 + (860 + 165 + 120 + 1_100 * (4 / 3)) * 1.06
    const down = 2_000 + (160 + 1_290 + 1_840) * 1.06
    expect(estimate(work, satellite, 480)).toEqual({
      bytesUp: Math.round(up),
      bytesDown: Math.round(down),
      roundTrips: 7,
      ms: Math.round(7 * 600 + (Math.round(up) * 8) / 456 + (Math.round(down) * 8) / 512 + 750 + 30 + 160),
    })
  })

  test('puts twenty resources over a cold satellite link near six and a half round trips of 600 ms', () => {
    const { ms } = estimate(twenty, satellite, 480)
    expect((ms - 750 - 20 * 40) / 600).toBeGreaterThan(6)
    expect((ms - 750 - 20 * 40) / 600).toBeLessThan(7)
  })

  test('puts the same again on a warm session at one round trip and about 4 KB of looking', () => {
    const warm = estimate({ ...idle, exchanges: 1, observes: 20 }, satellite, 480)
    expect(warm.roundTrips).toBe(1)
    expect(warm.bytesUp).toBeLessThan(4_000)
  })

  test('never falls when there is more to do, or less to do it with', () => {
    const count = fc.nat({ max: 10_000 })
    const work = fc.record({
      connections: count,
      exchanges: count,
      observes: count,
      applies: count,
      scriptBytes: count,
      paramsBytes: count,
    })
    fc.assert(
      fc.property(
        work,
        fc.constantFrom(
          ...(['connections', 'exchanges', 'observes', 'applies', 'scriptBytes', 'paramsBytes'] as const),
        ),
        fc.integer({ min: 1, max: 512 }),
        (w, key, budget) => {
          const one = estimate(w, satellite, budget)
          const more = estimate({ ...w, [key]: w[key] + 1 }, satellite, budget)
          expect(more.ms).toBeGreaterThanOrEqual(one.ms)
          expect(more.bytesUp).toBeGreaterThanOrEqual(one.bytesUp)
          expect(estimate(w, satellite, budget + 1).ms).toBeLessThanOrEqual(one.ms)
        },
      ),
    )
  })

  test('adds up over plans', () => {
    const one = estimate(twenty, satellite, 480)
    expect(totalEstimate([one, one])).toEqual({
      bytesUp: 2 * one.bytesUp,
      bytesDown: 2 * one.bytesDown,
      roundTrips: 2 * one.roundTrips,
      ms: 2 * one.ms,
    })
    expect(totalEstimate([])).toEqual({ bytesUp: 0, bytesDown: 0, roundTrips: 0, ms: 0 })
  })
})
