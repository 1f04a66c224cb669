import { describe, expect, it } from 'vitest'
import { figuresOf, type Span, table } from './figures.ts'

const span: Span = {
  connections: 1,
  exchanges: 4,
  bytes_up: 9000,
  bytes_down: 5000,
  packets_up: 20,
  packets_down: 18,
  dropped_up: 0,
  dropped_down: 0,
  lost: 0,
  most_up_2_s: 12000,
  first: 100,
  last_up: 102,
  last_down: 103.1,
}

describe('figures of the benchmark', () => {
  it('take the time from the first packet to the last answer, without what the host computed', () => {
    expect(figuresOf(span, 600, { computeMs: 100 })).toEqual({
      seconds: 3,
      roundTrips: 5,
      exchanges: 4,
      bytesUp: 9000,
      bytesDown: 5000,
      connections: 1,
    })
  })

  it('take the time of the clock on the wall where that is what is measured', () => {
    expect(figuresOf(span, 600, { seconds: 12 })).toMatchObject({ seconds: 12, roundTrips: 20 })
  })

  it('stand in a table with one line a row and numbers to the right', () => {
    const figures = figuresOf(span, 600)
    const lines = table({ cold: figures, warm: figures, previewThenUp: figures, openssh: figures }).split(
      '\n',
    )
    expect(lines).toHaveLength(5)
    expect(new Set(lines.map((line) => line.length)).size).toBe(1)
    expect(lines[1]).toMatch(/^cold +3\.10 +5\.17 +4 +9000 +5000 +14000 +1$/)
  })
})
