import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import type { SitePreview, Waits } from '../run/types.ts'
import { previewSum, previewTable, previewText } from './preview.ts'
import { beirut, nairobi, samplePreview, sampleRow } from './sample.test-rig.ts'

const unreachable: SitePreview = {
  ...samplePreview(nairobi, []),
  failed: {
    outcome: 'unreachable',
    because: 'no host answered',
    failures: [{ kind: 'unreachable', host: 'nairobi-hv1', detail: 'connection refused' }],
  },
}
const changing = samplePreview(beirut, [
  sampleRow({ name: 'File c:\\chancery\\motd.txt', change: 'create', because: ['it is absent'] }),
  sampleRow({
    name: 'VirtualMachine beirut-mail',
    change: 'update',
    because: ['memory: 4096 MiB wanted, 2048 MiB found'],
    effects: ['powers-off'],
  }),
  sampleRow({ name: 'Service spooler', change: 'same' }),
])
const now = Date.UTC(2026, 10, 24, 6)

describe('the preview', () => {
  it('tells each change with its reason, then each link with its cost', () => {
    expect(previewText([changing, unreachable], { width: undefined, now })).toBe(
      [
        'beirut',
        '  + beirut-hv1 File c:\\chancery\\motd.txt',
        '      it is absent',
        '  ~ beirut-hv1 VirtualMachine beirut-mail',
        '      memory: 4096 MiB wanted, 2048 MiB found',
        '      ! powers off',
        '',
        'nairobi',
        '  unreachable: no host answered',
        '  nairobi-hv1: not reachable (connection refused). Its state is untouched. Run again when the link is up.',
        '',
        'site     link                         create  update  same      up    down  trips   time  note',
        'beirut   satellite 512 kbit/s 600 ms       1       1     1  6.1 KB  3.0 KB      4  2.7 s  powers off',
        'nairobi  terrestrial 2 Mbit/s 180 ms       0       0     0  6.1 KB  3.0 KB      4  2.7 s  unreachable',
        '',
        '2 changes at 1 site, 9.1 KB over the links. 1 site could not be previewed.',
      ].join('\n'),
    )
  })

  it.each([60, 100])('fits a terminal of %i columns', (width) => {
    for (const line of previewText([changing, unreachable], { width, now }).split('\n'))
      expect(stringWidth(line)).toBeLessThanOrEqual(width)
  })

  it('keeps what matters at 60 columns: changes, time and what it does to the host', () => {
    expect(previewTable([changing], { width: 60, now })).toBe(
      [
        'site    create  update      up    down   time  note',
        'beirut       1       1  6.1 KB  3.0 KB  2.7 s  powers off',
        '(too narrow for: link, same, trips)',
      ].join('\n'),
    )
  })

  it('tells a removal and a refusal by name', () => {
    const rows = [
      sampleRow({ name: 'File a', change: 'delete', because: ['no longer declared'] }),
      sampleRow({
        name: 'VirtualSwitch dmz',
        change: 'fail',
        failure: {
          kind: 'refused',
          host: 'beirut-hv1',
          resource: 'VirtualSwitch dmz',
          rule: 'carries-session',
          because: 'the adapter carries this session',
          fix: 'Choose another adapter.',
        },
      }),
    ]
    const text = previewText([samplePreview(beirut, rows)], { width: undefined, now })
    expect(text).toContain('- beirut-hv1 File a (delete)')
    expect(text).toContain('x beirut-hv1 VirtualSwitch dmz (refused)')
    expect(text).toContain('Choose another adapter.')
  })

  it('says that an offline preview rests on an old look, and how old', () => {
    const offline = { ...samplePreview(beirut, []), observedAt: now - 7_500_000 }
    expect(previewTable([offline], { width: undefined, now })).toContain('as seen 2 h 05 min ago')
  })

  const waiting = (wait: Partial<Waits> = {}): SitePreview => ({
    ...changing,
    waits: {
      outcome: 'deferred',
      because: 'the window is closed; it fits at 2026-11-24 20:00 Asia/Beirut (2026-11-24 18:00 UTC)',
      fix: 'Run again then, or add --now --reason.',
      fitsAt: Date.UTC(2026, 10, 24, 18),
      ...wait,
    },
  })

  it('says before anybody is asked which site would be deferred, why, and when it fits', () => {
    const text = previewText([waiting(), samplePreview(nairobi, [])], { width: undefined, now })
    expect(text).toContain(
      '  would be deferred now: the window is closed; it fits at 2026-11-24 20:00 Asia/Beirut (2026-11-24 18:00 UTC). Run again then, or add --now --reason.',
    )
    expect(text).toContain('2.7 s  deferred to 2026-11-24 20:00 Asia/Beirut, powers off')
    expect(text).toMatch(/over the links\. As it stands 1 site would be deferred\.$/)
    const refused = waiting({ outcome: 'failed', fitsAt: undefined, because: 'rule needs-primary: too slow' })
    expect(previewText([refused], { width: undefined, now })).toMatch(
      /would fail now: rule needs-primary: too slow\. .*would fail now, powers off.*As it stands 1 site would fail\.$/s,
    )
  })

  it.each([60, 80, 100])('of a site that waits fits %i columns', (width) => {
    for (const line of previewText([waiting(), waiting({ fitsAt: undefined })], { width, now }).split('\n'))
      expect(stringWidth(line)).toBeLessThanOrEqual(width)
  })

  it('shows the figures of the backup line, and what may be used of it, while that carries', () => {
    const line = {
      line: 'backup',
      medium: 'satellite',
      kbitPerS: 256,
      rttMs: 700,
      budgetKbitPerS: 64,
    } as const
    expect(previewTable([{ ...changing, line }], { width: undefined, now })).toContain(
      'beirut  backup satellite 256 kbit/s 700 ms, 64 kbit/s for us  ',
    )
  })

  it('says that a site is held up where something of it is refused', () => {
    const rows = [
      sampleRow({ name: 'File a', change: 'create' }),
      sampleRow({ name: 'File b', change: 'fail' }),
    ]
    const held = {
      ...samplePreview(beirut, rows),
      failed: { outcome: 'failed', because: 'no', failures: [] },
    } as const
    expect(previewSum([held])).toBe(
      '1 change at 1 site, 9.1 KB over the links. 1 site held up by what is marked x or ….',
    )
    expect(previewSum([{ ...held, rows: rows.slice(0, 1) }])).toMatch(
      / 1 site held up by what is said of it\.$/,
    )
    expect(previewSum([unreachable])).toBe('1 site could not be previewed.')
  })

  it('counts a site without changes as such', () => {
    const idle = samplePreview(beirut, [sampleRow({ name: 'File a', change: 'same' })])
    expect(previewSum([idle])).toBe('No changes at 1 site.')
    expect(previewText([idle], { width: undefined, now })).not.toContain('File a')
  })
})
