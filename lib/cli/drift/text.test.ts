import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { noPaint } from '../view/paint.ts'
import { beirut, nairobi } from '../view/sample.test-rig.ts'
import { driftJson } from './json.ts'
import { driftText, sumText, valueText } from './text.ts'
import type { DriftReport, ResourceDrift, SiteDrift, Since } from './types.ts'

const at = Date.parse('2026-11-24T08:00:00Z')
const since = (...names: string[]): ReadonlyMap<string, Since> =>
  new Map(names.map((name) => [name, { seen: at, asDeclared: at - 3_600_000 }]))
const resource = (one: Partial<ResourceDrift>): ResourceDrift => ({
  host: 'beirut-hv1',
  name: 'Service spooler',
  urn: 'urn:a',
  verdict: { is: 'as-declared', because: 'as wanted' },
  accepted: [],
  ignored: [],
  since: new Map(),
  ...one,
})
const site = (one: Partial<SiteDrift>): SiteDrift => ({
  site: beirut,
  at,
  outcome: 'done',
  failures: [],
  resources: [],
  commands: 0,
  applied: true,
  ...one,
})
const status = {
  property: 'status',
  secret: false,
  declared: 'running',
  found: 'stopped',
  because: 'status differs: running wanted, Stopped found',
} as const
const drifted = resource({ verdict: { is: 'drifted', properties: [status] }, since: since('status') })
const report = (...sites: SiteDrift[]): DriftReport => ({ at, sites, interrupted: false })
const plain = { width: undefined, paint: noPaint }

describe('the table of drift', () => {
  it('has a row an input, in the site’s own time, and says in whole what is absent or somebody else’s', () => {
    const gone = resource({
      name: 'File c:\\a.txt',
      verdict: { is: 'absent', because: '' },
      since: since(''),
    })
    const foreign = resource({
      name: 'File c:\\b.txt',
      verdict: {
        is: 'foreign',
        failure: { kind: 'exists', host: 'beirut-hv1', resource: 'File c:\\b.txt', owner: 'embassy (urn:x)' },
      },
    })
    const text = driftText(report(site({ resources: [drifted, gone, foreign] })), plain)
    const rows = text.split('\n').map((line) => line.split(/ {2,}/))
    expect(rows.slice(0, 4)).toEqual([
      ['site', 'resource', 'property', 'declared', 'found', 'since', 'as declared'],
      [
        'beirut',
        'Service spooler',
        'status',
        'running',
        'stopped',
        '2026-11-24 10:00 Asia/Beirut',
        'at 2026-11-24 09:00 Asia/Beirut',
      ],
      [
        'beirut',
        'File c:\\a.txt',
        'present',
        'absent',
        '2026-11-24 10:00 Asia/Beirut',
        'at 2026-11-24 09:00 Asia/Beirut',
      ],
      ['beirut', 'File c:\\b.txt', 'present', 'owned by embassy (urn:x)', 'not known'],
    ])
    expect(text).toContain('3 differences at 1 site.')
  })

  it('fits a narrow terminal', () => {
    const text = driftText(report(site({ resources: [drifted] })), { ...plain, width: 60 })
    expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(60)
  })

  it('keeps what is accepted apart, with reason and date', () => {
    const accepted = resource({
      accepted: [{ drift: status, reason: 'no printing until the driver is patched', until: '2026-12-31' }],
      since: since('status'),
    })
    const text = driftText(report(site({ resources: [accepted] })), plain)
    expect(text).toMatch(
      /^Accepted\n.*\nbeirut +Service spooler +status +running +stopped +2026-12-31 +no printing/,
    )
    expect(text).toContain('No drift, 1 accepted. 1 site as declared.')
    expect(driftJson(report(site({ resources: [accepted] })))).toMatchObject({
      drift: false,
      sites: [{ asDeclared: 1, resources: [{ accepted: [{ property: 'status', until: '2026-12-31' }] }] }],
    })
  })

  it('sums up what could not be seen, and why', () => {
    const lost = site({
      site: nairobi,
      outcome: 'unreachable',
      because: 'nairobi-hv1: not reachable (timed out).',
    })
    const text = driftText({ ...report(lost, site({ commands: 2 })), interrupted: true }, plain)
    expect(text).toContain('nairobi: unreachable\n  nairobi-hv1: not reachable (timed out).')
    expect(sumText({ ...report(lost, site({ commands: 2 })), interrupted: true })).toBe(
      'No drift. 1 site as declared, 1 site unreachable. 2 free commands not looked at. Interrupted: the rest was not looked at.',
    )
    expect(sumText(report(lost))).toBe('Whether there is drift is not known. 1 site unreachable.')
  })
})

describe('a value in a cell', () => {
  it('stands on one line, and is cut where it is long', () => {
    expect(valueText('running')).toBe('running')
    expect(valueText('a\r\nb')).toBe('"a\\r\\nb"')
    expect(valueText('')).toBe('""')
    expect(valueText([1, { a: true }])).toBe('[1,{"a":true}]')
    expect(valueText('x'.repeat(5000))).toMatch(/^x{39}… \(4\.9 KB\)$/)
  })
})
