import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytes, duration, plural, rate } from './units.ts'

describe('units', () => {
  it('counts bytes as Windows does', () => {
    expect([0, 1023, 1024, 14_950, 1_048_575, 1_048_576, 3.5e9, 127 * 1024 ** 3].map(bytes)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KB',
      '14.6 KB',
      '1.0 MB',
      '1.0 MB',
      '3.3 GB',
      '127 GB',
    ])
  })

  it('tells spans with as much as a person needs', () => {
    expect(
      [0, 12, 640, 9_940, 9_960, 59_400, 59_600, 200_000, 3_599_400, 3_900_000, 90_000_000].map(duration),
    ).toEqual([
      '0 s',
      '0.1 s',
      '0.6 s',
      '9.9 s',
      '10 s',
      '59 s',
      '1 min 00 s',
      '3 min 20 s',
      '59 min 59 s',
      '1 h 05 min',
      '1 d 1 h',
    ])
  })

  it('never shows 60 of a unit that has 60, nor 1024 of one that has 1024', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 10 }), (n) => {
        expect(duration(n)).not.toMatch(/\b60 (s|min)|\b24 h/)
        expect(bytes(n)).not.toMatch(/1024/)
      }),
    )
  })

  it('names rates as lines are sold', () => {
    expect([512, 999, 1000, 1536, 2048, 60_000].map(rate)).toEqual([
      '512 kbit/s',
      '999 kbit/s',
      '1 Mbit/s',
      '1.5 Mbit/s',
      '2 Mbit/s',
      '60 Mbit/s',
    ])
  })

  it('agrees in number', () => {
    expect([plural(0, 'site'), plural(1, 'site'), plural(2, 'reply', 'replies')]).toEqual([
      '0 sites',
      '1 site',
      '2 replies',
    ])
  })
})
