import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import type { RunReport } from '../run/types.ts'
import { summaryText } from './summary.ts'

const report: RunReport = {
  previews: [],
  differences: true,
  confirmed: true,
  interrupted: false,
  sites: [
    { site: 'beirut', outcome: 'done', failures: [], changes: { create: 2, update: 1, same: 4 } },
    {
      site: 'nairobi',
      outcome: 'unreachable',
      because:
        'nairobi-hv1: not reachable (connection refused). Its state is untouched. Run again when the link is up.',
      failures: [{ kind: 'unreachable', host: 'nairobi-hv1', detail: 'connection refused' }],
      changes: {},
    },
  ],
}

describe('the summary', () => {
  it('has a line a site, what went wrong where, once, and the sum', () => {
    expect(summaryText(report, undefined)).toBe(
      [
        'site     outcome      planned',
        'beirut   done         2 create, 1 update',
        'nairobi  unreachable  none',
        '',
        'nairobi: unreachable',
        '  nairobi-hv1: not reachable (connection refused). Its state is untouched. Run again when the link is up.',
        '',
        '1 site done, 1 site unreachable.',
      ].join('\n'),
    )
  })

  it('says that an interrupted run can go on', () => {
    expect(summaryText({ ...report, interrupted: true }, undefined)).toMatch(
      /Interrupted: run again to go on\.$/,
    )
  })

  it('fits a terminal of 60 columns', () => {
    for (const line of summaryText(report, 60).split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(60)
  })
})
