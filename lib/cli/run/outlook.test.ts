import { describe, expect, it } from 'vitest'
import { beirut, samplePreview, sampleRow } from '../view/sample.test-rig.ts'
import { canGoOn } from './outlook.ts'
import type { PreviewRow, SitePreview } from './types.ts'

const previewOf = (
  changes: readonly PreviewRow['change'][],
  failed?: 'failed' | 'unreachable' | 'deferred',
): SitePreview => ({
  ...samplePreview(
    beirut,
    changes.map((change) => sampleRow({ name: `File ${change}`, change })),
  ),
  ...(failed === undefined ? {} : { failed: { outcome: failed, because: 'why', failures: [] } }),
})

describe('there is something to go on with', () => {
  it('where something changes, also beside what merely waits', () => {
    expect(canGoOn(previewOf(['create', 'same']))).toBe(true)
    expect(canGoOn(previewOf(['create', 'fail'], 'deferred'))).toBe(true)
  })
  it('not where nothing changes, nothing could be seen, or the site is refused as a whole', () => {
    expect(canGoOn(previewOf(['same']))).toBe(false)
    expect(canGoOn(previewOf(['fail']))).toBe(false)
    expect(canGoOn(previewOf(['create', 'fail'], 'failed'))).toBe(false)
    expect(canGoOn(previewOf([], 'deferred'))).toBe(false)
    expect(canGoOn(previewOf([], 'unreachable'))).toBe(false)
  })
})
