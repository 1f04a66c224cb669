import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Estate } from '../domain/profile.ts'
import { formatComplaint, formatComplaints } from './complaint.ts'
import { loadInventory } from './load.ts'
import { smallInventory, writeInventory } from './small-inventory.ts'

const fixture = join(import.meta.dirname, 'fixtures/thirty-mistakes')

function load(changes: Readonly<Record<string, string | null>> = {}): Estate {
  using written = writeInventory(changes)
  const loaded = loadInventory(written.folder)
  if (!loaded.ok) throw new Error(formatComplaints(loaded.error))
  return loaded.value
}

function complaints(changes: Readonly<Record<string, string | null>>): readonly string[] {
  using written = writeInventory(changes)
  const loaded = loadInventory(written.folder)
  return loaded.ok
    ? []
    : loaded.error.map((c) => formatComplaint({ ...c, file: c.file.replace(written.folder, 'FOLDER') }))
}

const edited = (file: string, from: string, to: string): Readonly<Record<string, string>> => {
  const text = smallInventory[file]!
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`)
  return { [file]: text.replace(from, to) }
}

describe('an inventory without mistakes', () => {
  test('gives each site its hosts, its weekend and its timetable in its own days', () => {
    const { sites } = load()
    expect(sites.map(({ id, weekend, hosts }) => [id, weekend, hosts.length])).toEqual([
      ['beirut', ['sat', 'sun'], 1],
      ['riyadh', ['fri', 'sat'], 0],
      ['bern', ['sat', 'sun'], 0],
      ['home', ['sat', 'sun'], 2],
    ])
    expect(sites[1]!.link).toEqual({
      id: 'riyadh',
      medium: 'terrestrial',
      secondLine: 'none',
      kbitPerS: 4000,
      rttMs: 83,
      timeZone: 'Asia/Riyadh',
      budget: [
        { days: ['fri', 'sat'], fromMinute: 0, toMinute: 1440, kbitPerS: 4000 },
        // No budget exceeds what the line carries.
        { days: ['mon', 'tue'], fromMinute: 1320, toMinute: 360, kbitPerS: 4000 },
        {
          days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
          fromMinute: 0,
          toMinute: 1440,
          kbitPerS: 2000,
        },
      ],
      windows: [
        { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], fromMinute: 1200, toMinute: 1440 },
      ],
    })
    expect(sites[2]!.link.budget.at(-1)!.kbitPerS).toBe(500)
  })

  test('fills in what hosts leave open and makes paths absolute', () => {
    using written = writeInventory()
    const loaded = loadInventory(written.folder)
    if (!loaded.ok) throw new Error(formatComplaints(loaded.error))
    const { sites, knownHosts, stateBackend, folder } = loaded.value
    expect(sites.flatMap(({ hosts }) => hosts)).toEqual([
      {
        id: 'beirut-hv1',
        site: 'beirut',
        address: '10.20.0.1',
        port: 22,
        account: 'chancery',
        key: join(folder, 'keys/default'),
        jump: 'home-hv1',
      },
      {
        id: 'home-hv1',
        site: 'home',
        address: 'hv1.home.example',
        port: 2222,
        account: 'admin',
        key: join(folder, 'keys/admin'),
      },
      { id: 'home-hv2', site: 'home', address: '2001:db8::2', port: 22, account: 'chancery' },
    ])
    expect(knownHosts).toBe(join(folder, 'known_hosts'))
    expect(stateBackend).toBe(`file://${join(folder, '../state')}`)
  })

  test('leaves a backend alone that is no relative path', () => {
    for (const backend of [
      'postgres://state.example/chancery',
      's3://bucket?region=eu',
      'file:///srv/state',
      'file://~',
    ])
      expect(load(edited('organisation.yaml', 'file://../state', backend)).stateBackend).toBe(backend)
  })

  test('takes no password in a backend, and does not repeat it', () => {
    for (const backend of [
      'postgres://ops:s3cret@state.example/chancery',
      'postgres://state.example/chancery?password=s3cret',
    ]) {
      const [only, ...more] = complaints(edited('organisation.yaml', 'file://../state', backend))
      expect(more).toEqual([])
      expect(only).toMatch(/organisation\.yaml:2:15: .*a URL without a password/)
      expect(only).not.toContain('s3cret')
    }
  })

  test('names the database that leases lie in, and takes no password in it', () => {
    const named = (url: string): Readonly<Record<string, string>> =>
      edited('organisation.yaml', 'knownHosts:', `leases: { postgres: '${url}' }\nknownHosts:`)
    const url = 'postgres://chancery@db.example/state?sslmode=verify-full'
    expect(load(named(url)).leases).toEqual({ postgres: url })
    expect(load().leases).toBeUndefined()
    const [only, ...more] = complaints(named('postgres://ops:s3cret@db.example/state'))
    expect([only, more]).toEqual([
      expect.stringMatching(/: leases\.postgres: .*a URL without a password/),
      [],
    ])
    expect(only).not.toContain('s3cret')
    expect(complaints(named('mysql://db.example/state'))).toEqual([
      expect.stringContaining('a URL: postgres://account@server/database'),
    ])
  })

  test('applies a site’s exception to its profile and to no other', () => {
    const { siteProfiles, profiles } = load()
    expect(siteProfiles.get('beirut')).toMatchObject({
      machines: [
        { name: 'mail', memoryMiB: 4096, processors: 4, vlan: 10 },
        { name: 'login', memoryMiB: 2048 },
      ],
      localApplications: [{ name: 'crisis-list' }],
    })
    expect(profiles.get('mission-server')).toMatchObject({
      machines: [{ memoryMiB: 8192 }, { memoryMiB: 2048 }],
      localApplications: [],
    })
    expect([...siteProfiles.keys()]).toEqual(['beirut', 'riyadh', 'bern', 'home'])
  })

  test('lets an exception replace a timetable and a gateway', () => {
    const text = `site: bern
because: Test
link: { budget: [{ kbitPerS: 64 }], windows: [] }
gateway: { features: [BranchCache], services: [] }
`
    const { sites, siteProfiles } = load({ 'exceptions/bern.yaml': text })
    expect(sites[2]!.link).toMatchObject({ budget: [{ kbitPerS: 64 }], windows: [] })
    expect(siteProfiles.get('bern')).toMatchObject({ gateway: { features: ['BranchCache'] } })
    expect(siteProfiles.get('riyadh')).toMatchObject({ gateway: null })
  })

  test('has a digest that changes with any byte of any file, and with nothing else', () => {
    expect(load().digest).toBe(load().digest)
    expect(load().digest).toMatch(/^[0-9a-f]{64}$/)
    const digests = Object.entries(smallInventory).map(([file, text]) => load({ [file]: `${text}\n` }).digest)
    expect(new Set([...digests, load().digest]).size).toBe(digests.length + 1)
  })

  test('may come from an editor that writes a byte order mark and CR LF', () => {
    const crlf = Object.fromEntries(
      Object.entries(smallInventory).map(([file, text]) => [file, `\ufeff${text.replaceAll('\n', '\r\n')}`]),
    )
    expect(load(crlf).sites).toEqual(
      load().sites.map((site) => ({ ...site, hosts: expect.any(Array) as unknown })),
    )
  })
})

describe('an inventory with more than thirty mistakes', () => {
  const loaded = loadInventory(fixture)
  const found = loaded.ok ? [] : loaded.error

  test('is told every one of them at once, each where it stands', () => {
    expect(found.map(({ file, line, column, field }) => `${file}:${line}:${column} ${field}`)).toEqual([
      'exceptions/lima.yaml:1:7 site',
      'hosts.csv:1:22 header',
      'hosts.csv:3:10 site',
      'hosts.csv:4:15 address',
      'hosts.csv:5:25 port',
      'hosts.csv:6:30 jump',
      'hosts.csv:7:31 jump',
      'hosts.csv:8:31 jump',
      'hosts.csv:9:21 address',
      'networks-off-limits.csv:3:1 id',
      'networks-off-limits.csv:3:19 rule',
      'off-limits.yaml:4:29 networks.regnem.ranges.1',
      'off-limits.yaml:5:17 networks.regnem.hostNames.0',
      'organisation.yaml:2:15 stateBackend',
      'organisation.yaml:3:1 knownHost',
      'organisation.yaml:10:33 linkClasses.satellite.budget.0.from',
      'organisation.yaml:11:9 linkClasses.satellite.budget.1',
      'organisation.yaml:15:9 linkClasses.terrestrial.budget.0',
      'organisation.yaml:19:18 linkClasses.lan.budget.0.share',
      'profiles/mission-server.yaml:3:61 switch.managementOs',
      'profiles/mission-server.yaml:10:16 machines.0.memoryMiB',
      'profiles/mission-server.yaml:12:12 machines.0.disks',
      'profiles/serverless.yaml:1:8 model',
      'sites.csv:2:1 id',
      'sites.csv:3:47 time_zone',
      'sites.csv:4:1 id',
      'sites.csv:7:59 link',
      'sites.csv:8:35 country',
      'sites.csv:8:82 kbit_per_s',
      'sites.csv:8:97 users',
      'sites.csv:8:99 profile',
      'sites.csv:9:35 country',
      'sites.csv:9:50 latitude',
      'sites.csv:9:88 size',
      'sites.csv:10:1 row',
      'weekends.csv:3:4 weekend_days',
    ])
  })

  test('finds at each position the very text that it complains of', () => {
    for (const { file, line, column, got, field } of found.filter((c) => c.field !== 'row')) {
      const lines = readFileSync(join(fixture, file), 'utf8').split('\n')
      const rest = lines[line - 1]!.slice(column - 1)
      expect(
        rest.replace(/^"/, '').startsWith(got),
        `${file}:${line}:${column} ${field}: "${rest}" starts with "${got}"`,
      ).toBe(true)
    }
  })

  test('says in each complaint what was expected and what to write', () => {
    for (const { expected, fix } of found) {
      expect(expected).not.toMatch(/Invalid|undefined|^$/)
      expect(fix).toMatch(/[.?]$/)
    }
    const words = loaded.ok ? '' : formatComplaints(loaded.error)
    expect(words).toContain('sites.csv:8:82: kbit_per_s: expected a whole number > 0, got "512k". Write 512.')
    expect(words).toContain('Did you mean "Africa/Nairobi"?')
    expect(words.endsWith('36 mistakes. Nothing was changed.')).toBe(true)
  })
})

describe('a mistake', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string | null>>, readonly string[]])[] = [
    [
      'in a missing file is told once, and not again by all that refers to it',
      { 'sites.csv': null },
      ['sites.csv:1:1: file: expected this file, got nothing. Create it.'],
    ],
    [
      'in a missing column is told once, and not again for each row',
      {
        'weekends.csv': smallInventory['weekends.csv']!.replaceAll(',public', '').replace(',provenance', ''),
      },
      ['weekends.csv:1:1: header: expected a column provenance, got nothing. Add provenance.'],
    ],
    [
      'in quoting is told where the quote stands',
      edited('weekends.csv', '"sat,sun",public\nDK', '"sat,sun"x,public\nDK'),
      [
        'weekends.csv:2:4: row: expected double quotes around a whole cell, doubled inside it, got "CH,"sat,sun"x,public". Close the quotes, or double those inside the cell. The rest of the file was not read.',
      ],
    ],
    [
      'in quoting is told where it stands also after a carriage return of its own',
      edited('weekends.csv', '"sat,sun",public\nDK,"sat,sun"', '"sat,\rsun",public\nDK,"sat,sun"x'),
      [
        'weekends.csv:3:4: row: expected double quotes around a whole cell, doubled inside it, got "DK,"sat,sun"x,public". Close the quotes, or double those inside the cell. The rest of the file was not read.',
      ],
    ],
    [
      'in YAML itself is told where the parser stopped',
      edited('profiles/home.yaml', 'about: The', 'about: [The'),
      [
        'profiles/home.yaml:3:1: file: expected YAML, got nothing. Flow sequence in block collection must be sufficiently indented and end with a ]. The rest of the file was not checked.',
      ],
    ],
    [
      'of a key given twice is told at the second',
      edited('profiles/home.yaml', 'about:', 'model: home\nabout:'),
      [
        'profiles/home.yaml:2:1: file: expected YAML, got "model". Map keys must be unique. The rest of the file was not checked.',
      ],
    ],
    [
      'of a text that begins like an alias is told with what to do',
      edited('profiles/home.yaml', 'The data centre', '*centre'),
      [
        'profiles/home.yaml:2:8: file: expected an anchor &centre before its alias, got "*centre". Put text that begins with * in quotes.',
      ],
    ],
    [
      'of aliases that multiply beyond measure is told instead of filling the memory',
      {
        'profiles/home.yaml': `model: home\nabout: x\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]\n`,
      },
      [
        'profiles/home.yaml:1:1: file: expected values written out, got "model: home about: x a: &a [x,x,x,x,x,x,x,x,x] b: &b [*a,...". Aliases stand for too much here; write the values out.',
      ],
    ],
    [
      'of a file with the wrong ending is told instead of passed over',
      { 'exceptions/bern.yml': 'site: bern\n' },
      ['exceptions/bern.yml:1:1: file: expected a .yaml file, got "bern.yml". Rename it or move it away.'],
    ],
    [
      'of two exceptions for one site is told at the second',
      { 'exceptions/later.yaml': 'site: beirut\nbecause: Again\n' },
      [
        'exceptions/later.yaml:1:7: site: expected one exception a site, got "beirut". exceptions/beirut.yaml has one already; join them.',
      ],
    ],
    [
      'of an exception that doesn’t fit the profile is told at its key',
      { 'exceptions/bern.yaml': 'site: bern\nbecause: Test\nmachines: {}\n' },
      [
        'exceptions/bern.yaml:3:1: machines: expected keys that fit the profile serverless (serverless), got "machines". Remove machines, or give the site another profile.',
      ],
    ],
    [
      'of an exception for a machine that the profile lacks is told with what is near',
      edited('exceptions/beirut.yaml', '  mail:', '  mial:'),
      [
        'exceptions/beirut.yaml:4:3: machines.mial: expected a machine of the profile mission-server, got "mial". Did you mean "mail"?',
      ],
    ],
    [
      'of two hosts on one socket is told at the second',
      edited('hosts.csv', 'home-hv2,home,2001:db8::2,,', 'home-hv2,home,HV1.home.example,2222,'),
      [
        'hosts.csv:4:32: port: expected an address and port that no other host has, got "2222". home-hv1 has them already; correct one.',
      ],
    ],
    [
      'of a host that jumps over itself is told',
      edited('hosts.csv', ',home-hv1,synthetic', ',beirut-hv1,synthetic'),
      [
        'hosts.csv:2:32: jump: expected a chain of jump hosts that ends, got "beirut-hv1". It goes beirut-hv1 > beirut-hv1; break it.',
      ],
    ],
    [
      'of a host with a name that is off limits is told',
      edited('hosts.csv', 'hv1.home.example', 'a.b.Regnem.example.'),
      [
        'hosts.csv:3:15: address: expected an address outside regnem (REGNEM), which is never a target, got "a.b.Regnem.example.". Remove the host. Nothing overrides this.',
      ],
    ],
    [
      'of a host whose address hides one that is off limits is told',
      edited('hosts.csv', '2001:db8::2', '::ffff:10.201.2.3'),
      [
        'hosts.csv:4:15: address: expected an address outside regnem (REGNEM), which is never a target, got "::ffff:10.201.2.3". Remove the host. Nothing overrides this.',
      ],
    ],
    [
      'of an address range for a network that the register lacks is told',
      edited(
        'off-limits.yaml',
        '  regnem:',
        '  acid: { provenance: synthetic, ranges: [], hostNames: [acid] }\n  regnem:',
      ),
      [
        'off-limits.yaml:2:3: networks.acid: expected a network of networks-off-limits.csv, got "acid". Known: regnem.',
      ],
    ],
    [
      'of a network that nothing would recognise is told',
      edited(
        'off-limits.yaml',
        `ranges: [10.201.0.0/16, 'fdc5:201::/32']\n    hostNames: ['regnem.example', '*.regnem.example']`,
        'ranges: []\n    hostNames: []',
      ),
      [
        'off-limits.yaml:3:5: networks.regnem: expected at least one range or host name, got "provenance: synthetic ranges: [] hostNames: []". Correct it; until then the network is not protected.',
      ],
    ],
    [
      'of half a span is told, and of an empty one',
      edited('organisation.yaml', `to: '24:00' }`, `to: '20:00' }\n      - { from: '01:00' }`),
      [
        'organisation.yaml:17:34: linkClasses.terrestrial.windows.0.from: expected a start that differs from the end, got "\'20:00\'". For the whole day remove from and to.',
        'organisation.yaml:18:17: linkClasses.terrestrial.windows.1.from: expected from and to together, got "\'01:00\'". Add to, or remove both.',
      ],
    ],
    [
      'of two machines with one name is told at the second',
      edited('profiles/mission-server.yaml', 'name: login', 'name: mail'),
      [
        'profiles/mission-server.yaml:7:13: machines.1.name: expected each name once, got "mail". Rename one.',
      ],
    ],
    [
      'of a key that is nowhere near a known one is told to be removed',
      edited('profiles/home.yaml', 'about:', 'colour: blue\nabout:'),
      ['profiles/home.yaml:2:1: colour: expected a known key, got "colour". Remove it.'],
    ],
  ]
  test.each(cases)('%s', (_, changes, expected) => {
    expect(complaints(changes)).toEqual(expected)
  })

  test('of bytes that are no UTF-8 is told', () => {
    using written = writeInventory()
    writeFileSync(join(written.folder, 'hosts.csv'), Buffer.from('id,site\nB\xe9', 'latin1'))
    const loaded = loadInventory(written.folder)
    expect(loaded.ok ? [] : loaded.error.map(formatComplaint)).toEqual([
      'hosts.csv:1:1: file: expected UTF-8 text, got "other bytes". Save it as UTF-8.',
    ])
  })

  test('of a folder that isn’t there is one complaint', () => {
    using written = writeInventory()
    const loaded = loadInventory(join(written.folder, 'nowhere'))
    expect(loaded.ok ? [] : loaded.error.length).toBe(1)
  })

  test('leaves the files as they are', () => {
    using written = writeInventory()
    cpSync(fixture, written.folder, { recursive: true })
    const before = readFileSync(join(written.folder, 'sites.csv'), 'utf8')
    loadInventory(written.folder)
    expect(readFileSync(join(written.folder, 'sites.csv'), 'utf8')).toBe(before)
  })
})
