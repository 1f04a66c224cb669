import { describe, expect, it } from 'vitest'
import { changedText, changedTexts } from './changed.ts'

const base = { host: 'beirut-hv1', resource: 'VirtualSwitch dmz' }

describe('what changed on a host', () => {
  it('is shown property by property, planned on beside now, and only what differs', () => {
    const planned = { name: 'dmz', type: 'external', adapters: [{ vlan: 5 }], notes: '' }
    const now = { name: 'dmz', type: 'internal', adapters: [{ vlan: 6 }, { vlan: 7 }], notes: 'by hand' }
    expect(changedText({ ...base, planned, now }, undefined)).toBe(
      [
        '  beirut-hv1: VirtualSwitch dmz no longer looks as it did when the plan was made',
        '    property         planned on  now',
        '    type             external    internal',
        '    adapters.0.vlan  5           6',
        '    notes            ""          by hand',
        '    adapters.1.vlan  (none)      7',
      ].join('\n'),
    )
  })

  it('says that it is gone, or that it is there now', () => {
    expect(changedText({ ...base, planned: { type: 'external' }, now: null }, undefined)).toContain(
      '; it is gone\n    property  planned on\n    type      external',
    )
    expect(changedText({ ...base, planned: null, now: { type: 'external' } }, undefined)).toContain(
      '; it is there now\n    property  now\n',
    )
  })

  it('shows a sealed value as one, and fits a terminal', () => {
    const planned = { sha256: { $secret: 'abcdefghij0123456789zz' } }
    const now = { sha256: { $secret: 'ABCDEFGHIJ0123456789zz' } }
    const text = changedText({ ...base, planned, now }, 60)
    expect(text).toMatch(/sha256 +\(sealed abcdefgh\) +\(sealed ABCDEFGH\)/)
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(60)
  })

  it('is told of everything that one look found', () => {
    const also = [{ resource: 'File a', planned: null, now: { length: 1 } }]
    const texts = changedTexts(
      { kind: 'changed', ...base, planned: { a: 1 }, now: { a: 2 }, also },
      undefined,
    )
    expect(texts).toMatchObject(
      [/VirtualSwitch dmz/, /File a/].map((pattern) => expect.stringMatching(pattern)),
    )
  })
})
