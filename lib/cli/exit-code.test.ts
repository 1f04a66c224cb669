import { describe, expect, it } from 'vitest'
import type { SiteOutcome } from '../domain/outcome.ts'
import { exitCodeOf } from './exit-code.ts'
import type { RunReport } from './run/types.ts'

const report = (outcomes: readonly SiteOutcome[], more: Partial<RunReport> = {}): RunReport => ({
  sites: outcomes.map((outcome, n) => ({ site: `site-${n}`, outcome, failures: [], changes: {} })),
  previews: [],
  differences: false,
  confirmed: true,
  interrupted: false,
  ...more,
})
const plain = { expectNoChanges: false }

describe('the exit code of a run', () => {
  it('is 0 when every site is done, changed or not', () => {
    expect(exitCodeOf(report(['done', 'done'], { differences: true }), plain)).toBe(0)
  })
  it('is 3 when a site was unreachable or deferred', () => {
    expect(exitCodeOf(report(['done', 'unreachable']), plain)).toBe(3)
    expect(exitCodeOf(report(['deferred']), plain)).toBe(3)
  })
  it('is 1 when a site failed, whatever happened to others', () => {
    expect(exitCodeOf(report(['unreachable', 'failed', 'done']), plain)).toBe(1)
  })
  it('is 4 when differences were found and the question was whether there are any', () => {
    expect(exitCodeOf(report(['done'], { differences: true }), { expectNoChanges: true })).toBe(4)
    expect(
      exitCodeOf(report(['done', 'unreachable'], { differences: true }), { expectNoChanges: true }),
    ).toBe(4)
    expect(exitCodeOf(report(['done', 'unreachable']), { expectNoChanges: true })).toBe(3)
  })
  it('is 130 when it was interrupted', () => {
    expect(exitCodeOf(report(['failed'], { interrupted: true }), plain)).toBe(130)
  })
})
