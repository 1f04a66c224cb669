import { describe, expect, test } from 'vitest'
import type { Site } from '../domain/site.ts'
import { formatComplaint, formatComplaints } from './complaint.ts'
import { loadInventory } from './load.ts'
import { smallInventory, writeInventory } from './small-inventory.ts'

function sitesOf(changes: Readonly<Record<string, string>>): ReadonlyMap<string, Site> {
  using written = writeInventory(changes)
  const loaded = loadInventory(written.folder)
  if (!loaded.ok) throw new Error(formatComplaints(loaded.error))
  return new Map(loaded.value.sites.map((site) => [site.id, site]))
}

function complaints(changes: Readonly<Record<string, string>>): readonly string[] {
  using written = writeInventory(changes)
  const loaded = loadInventory(written.folder)
  return loaded.ok ? [] : loaded.error.map(formatComplaint)
}

const organisation = smallInventory['organisation.yaml']!
const withConference = `${organisation.replace('    windows: []\n  terrestrial', '    windows: []\n    video: { atMostKbitPerS: 64 }\n  terrestrial')}conference:
  url: https://conference.example/rooms/{site}
  pointer: /rooms/{site}/state
  live: [in-call, ringing]
  everySeconds: 10
  onFailure: last
`

describe('holidays.csv', () => {
  const header = 'of,date,name,source\n'

  test('gives a site the days off of its country and its own, and its weekday entries leave them out', () => {
    const sites = sitesOf({
      'holidays.csv': `${header}LB,2026-11-22,Independence Day,public\nbeirut,2026-04-16,The Queen’s birthday,synthetic\nDK,2026-12-25,Christmas Day,public\n`,
    })
    expect(sites.get('beirut')!.link.holidays).toEqual([
      { date: '2026-04-16', name: 'The Queen’s birthday' },
      { date: '2026-11-22', name: 'Independence Day' },
    ])
    expect(sites.get('beirut')!.link.budget[0]).toMatchObject({ kbitPerS: 128, onHoliday: 'never' })
    expect(sites.get('riyadh')!.link.holidays).toBeUndefined()
    expect(sites.get('riyadh')!.link.budget[0]).not.toHaveProperty('onHoliday')
  })

  test('with mistakes is told with line and column, all at once', () => {
    expect(
      complaints({
        'holidays.csv': `${header}LB,2026-02-30,Nothing,public\nXX,2026-01-01,New Year,public\nLB,2026-11-22,,public\nLB,2026-01-01,New Year,public\nLB,2026-01-01,Again,public\nbeirutt,2026-01-01,New Year,public\n`,
      }),
    ).toEqual([
      'holidays.csv:2:4: date: expected a date of the calendar, YYYY-MM-DD, got "2026-02-30". Write one such as 2026-12-25.',
      expect.stringContaining(
        'holidays.csv:3:1: of: expected a country of sites.csv, or the id of a site there, got "XX".',
      ),
      'holidays.csv:4:15: name: expected a text, got nothing. Fill in the cell.',
      'holidays.csv:6:4: date: expected each date once for LB, got "2026-01-01". It is New Year already; remove one.',
      'holidays.csv:7:1: of: expected a country of sites.csv, or the id of a site there, got "beirutt". Did you mean "beirut"?',
    ])
  })
})

describe('a zone that does not exist', () => {
  test('is told where it stands', () => {
    const sites = smallInventory['sites.csv']!.replace('Asia/Beirut', 'Asia/Beiruth')
    expect(complaints({ 'sites.csv': sites })).toEqual([
      'sites.csv:2:44: time_zone: expected an IANA time zone, got "Asia/Beiruth". Did you mean "Asia/Beirut"?',
    ])
  })
})

describe('blackouts.yaml', () => {
  test('gives each site that is meant its blackouts; they may overlap', () => {
    const sites = sitesOf({
      'blackouts.yaml': `blackouts:
  - { from: '2026-12-20T18:00', to: '2026-12-28T00:00', because: Year end }
  - { sites: ['link=satellite', bern], from: '2026-12-24T00:00', to: '2027-01-04T08:00', because: Freeze }
`,
    })
    expect(sites.get('beirut')!.link.blackouts!.map(({ because }) => because)).toEqual(['Year end', 'Freeze'])
    expect(sites.get('riyadh')!.link.blackouts).toEqual([
      { from: '2026-12-20T18:00', to: '2026-12-28T00:00', because: 'Year end' },
    ])
  })

  test('with mistakes is told with line and column', () => {
    expect(
      complaints({
        'blackouts.yaml': `blackouts:
  - { from: '2026-12-20 18:00', to: '2026-12-28T00:00', because: Year end }
  - { from: '2026-12-24T00:00', to: '2026-12-24T00:00', because: Freeze }
  - { sites: [beirutt], from: '2026-02-29T00:00', to: '2027-01-04T08:00', because: x }
`,
      }),
    ).toEqual([
      "blackouts.yaml:2:13: blackouts.0.from: expected a date and time such as 2026-12-20T18:00, got \"'2026-12-20 18:00'\". Write '2026-12-20T18:00', for example.",
      'blackouts.yaml:3:37: blackouts.1.to: expected an end after 2026-12-24T00:00, got "\'2026-12-24T00:00\'". Correct one of them.',
      "blackouts.yaml:4:31: blackouts.2.from: expected a date and time such as 2026-12-20T18:00, got \"'2026-02-29T00:00'\". Write '2026-12-20T18:00', for example.",
    ])
    expect(
      complaints({
        'blackouts.yaml': `blackouts: [{ sites: [beirutt], from: '2026-02-28T00:00', to: '2027-01-04T08:00', because: x }]\n`,
      }),
    ).toEqual([
      'blackouts.yaml:1:23: blackouts.0.sites.0: expected a selector that means some site, got "beirutt". Expected the id of a site, got "beirutt". Did you mean "beirut"?',
    ])
  })
})

describe('live video', () => {
  test('leaves a rate by link class, and the conference system is asked for each site', () => {
    const sites = sitesOf({ 'organisation.yaml': withConference })
    expect(sites.get('beirut')!.link.video).toEqual({
      atMostKbitPerS: 64,
      probe: {
        url: 'https://conference.example/rooms/beirut',
        pointer: '/rooms/beirut/state',
        live: ['in-call', 'ringing'],
        everyMs: 10_000,
        timeoutMs: 5_000,
        onFailure: 'last',
      },
    })
    expect(sites.get('bern')!.link.video).toBeUndefined()
  })

  test('is not asked with a password in the address', () => {
    expect(
      complaints({ 'organisation.yaml': withConference.replace('//conf', '//me:secret@conf') })[0],
    ).toContain('conference.url: expected an http:// or https:// URL without user name or password')
  })
})

describe('second-lines.yaml', () => {
  const lines = (text: string) => ({ 'second-lines.yaml': text })
  const sites = smallInventory['sites.csv']!.replace('satellite,none,512', 'satellite,terrestrial,512')

  test('gives a link its second line, probed over the first', () => {
    const beirut = sitesOf({
      'sites.csv': sites,
      ...lines(`lines:
  beirut:
    provenance: synthetic
    medium: terrestrial
    kbitPerS: 256
    rttMs: 90
    hosts: { beirut-hv1: { address: 10.30.0.1 } }
`),
    }).get('beirut')!
    expect(beirut.link.backup).toEqual({
      medium: 'terrestrial',
      kbitPerS: 256,
      rttMs: 90,
      budget: [
        { days: ['sat', 'sun'], fromMinute: 0, toMinute: 1440, kbitPerS: 256 },
        { days: ['mon', 'tue'], fromMinute: 1320, toMinute: 360, kbitPerS: 256 },
        {
          days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
          fromMinute: 0,
          toMinute: 1440,
          kbitPerS: 128,
        },
      ],
      hosts: { 'beirut-hv1': { address: '10.30.0.1', port: 22 } },
      probe: {
        address: '10.20.0.1',
        port: 22,
        expect: 'banner',
        everyMs: 10_000,
        timeoutMs: 5_000,
        failures: 3,
        goodMs: 120_000,
        holdMs: 300_000,
      },
      largeBytes: 1_000_000,
    })
  })

  test('with mistakes is told with line and column', () => {
    expect(
      complaints(
        lines(`lines:
  beirut: { provenance: x, medium: terrestrial, kbitPerS: 256, rttMs: 90, hosts: { beirut-hv2: { address: 10.201.0.7 } } }
  lima: { provenance: x, medium: terrestrial, kbitPerS: 256, rttMs: 90, probe: { address: 10.0.0.1, port: 22 } }
`),
      ),
    ).toEqual([
      'second-lines.yaml:2:3: lines.beirut: expected a site with a second line in sites.csv, got "beirut". Write terrestrial or satellite-backup in its column second_line, or remove the line here.',
      'second-lines.yaml:2:84: lines.beirut.hosts.beirut-hv2: expected a host of beirut in hosts.csv, got "beirut-hv2". Did you mean "beirut-hv1"?',
      'second-lines.yaml:2:107: lines.beirut.hosts.beirut-hv2.address: expected an address outside regnem (REGNEM), which is never a target, got "10.201.0.7". Remove it. Nothing overrides this.',
      expect.stringContaining(
        'second-lines.yaml:3:3: lines.lima: expected the id of a site in sites.csv, got "lima".',
      ),
    ])
    expect(
      complaints(lines(`lines:\n  bern: { provenance: x, medium: satellite, kbitPerS: 256, rttMs: 600 }\n`)),
    ).toEqual([
      'second-lines.yaml:2:9: lines.bern: expected hosts with an address of their own over it, or a probe, got "{ provenance: x, medium: satellite, kbitPerS: 256, rttMs:...". Add probe.',
    ])
  })
})
