import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatComplaints } from './complaint.ts'
import { readTable } from './csv.ts'
import { loadInventory } from './load.ts'
import { schemaFiles } from './schema-files.ts'
import { siteColumns } from './sites.ts'

const inventories = join(import.meta.dirname, '../../inventories')
const folder = join(inventories, 'ministry')
const loaded = loadInventory(folder)
if (!loaded.ok) throw new Error(formatComplaints(loaded.error))
const ministry = loaded.value
const missions = ministry.sites.filter(({ kind }) => kind !== 'home')
const site = (id: string) => ministry.sites.find((s) => s.id === id)

describe('the ministry', () => {
  test('has 107 missions, 98 terrestrial and 9 satellite, and one home site', () => {
    expect(missions.length).toBe(107)
    expect(missions.filter(({ link }) => link.medium === 'satellite').length).toBe(9)
    expect(missions.filter(({ link }) => link.medium === 'terrestrial').length).toBe(98)
    expect(ministry.sites.filter(({ kind }) => kind === 'home').map(({ id }) => id)).toEqual([
      'asiatisk-plads',
    ])
  })

  test('has 1,333 users at its missions and 667 at home', () => {
    expect(missions.reduce((sum, { users }) => sum + users, 0)).toBe(1_333)
    expect(site('asiatisk-plads')!.users).toBe(667)
  })

  test('keeps the provenance of every mission', () => {
    const counted = Map.groupBy(missions, ({ provenance }) => provenance)
    expect([...counted].map(([key, { length }]) => [key, length]).sort()).toEqual([
      ['public', 82],
      ['strategy', 17],
      ['synthetic', 8],
    ])
  })

  test('has the three sites of the tour as mission servers on their own links', () => {
    for (const [id, medium, kbitPerS, rttMs] of [
      ['beirut', 'satellite', 512, 600],
      ['nairobi', 'terrestrial', 2_000, 119],
      ['brussels-eu', 'terrestrial', 60_000, 24],
    ] as const) {
      expect(site(id)).toMatchObject({
        profile: 'mission-server',
        link: { medium, kbitPerS, rttMs },
        hosts: [{ id: `${id}-hv1` }],
      })
      expect(ministry.siteProfiles.get(id)).toMatchObject({
        machines: [{ name: 'login' }, { name: 'mail' }, { name: 'file-print' }],
      })
    }
  })

  test('chooses profiles by the rule that its README states', () => {
    for (const { profile, link, size, users } of missions) {
      const centralised =
        link.medium === 'terrestrial' && size === 'small' && link.kbitPerS / users >= 100 && link.rttMs <= 60
      expect(profile).toBe(
        centralised ? (users >= 6 ? 'serverless-gateway' : 'serverless') : 'mission-server',
      )
    }
    const counted = Map.groupBy(missions, ({ profile }) => profile)
    expect([...counted].map(([key, { length }]) => [key, length]).sort()).toEqual([
      ['mission-server', 77],
      ['serverless', 16],
      ['serverless-gateway', 14],
    ])
  })

  test('has links that carry every serverless site by its profile’s own limits', () => {
    for (const { id, link, users } of missions) {
      const profile = ministry.siteProfiles.get(id)!
      if (profile.model !== 'serverless') continue
      expect(link.kbitPerS / users).toBeGreaterThanOrEqual(profile.requires.minKbitPerSPerUser)
      expect(link.rttMs).toBeLessThanOrEqual(profile.requires.maxRttMs)
    }
  })

  test('has one host where the profile has one, two at home, each with a port of its own on the lab’s address', () => {
    for (const { id, profile, hosts } of ministry.sites)
      expect(hosts.map((host) => host.id)).toEqual(
        {
          'mission-server': [`${id}-hv1`],
          'serverless-gateway': [`${id}-gw1`],
          serverless: [],
          home: [`${id}-hv1`, `${id}-hv2`],
        }[profile],
      )
    const hosts = ministry.sites.flatMap((s) => s.hosts)
    expect(new Set(hosts.map(({ port }) => port)).size).toBe(hosts.length)
    expect(hosts.every(({ address, account }) => address === '127.0.0.1' && account === 'chancery')).toBe(
      true,
    )
  })

  test('has no budget above what the line carries', () => {
    for (const { link } of ministry.sites)
      for (const { kbitPerS } of link.budget) expect(kbitPerS).toBeLessThanOrEqual(link.kbitPerS)
  })

  test('keeps the weekend of the site’s country', () => {
    expect(site('riyadh')!.weekend).toEqual(['fri', 'sat'])
    expect(site('kathmandu')!.weekend).toEqual(['sat'])
    expect(site('tehran')!.link.budget[0]!.days).toEqual(['mon', 'tue', 'wed', 'thu', 'sat', 'sun'])
  })

  test('loads in less than 150 ms of processor time', () => {
    const before = process.cpuUsage()
    loadInventory(folder)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1_000).toBeLessThan(150)
  })

  test('carries objectives and figures of home with their sources', () => {
    const lines = (file: string) => readFileSync(join(folder, file), 'utf8').trim().split('\n').length - 1
    expect(lines('objectives.csv')).toBe(26)
    expect(lines('home.csv')).toBe(20)
  })
})

test('a table reads all its cells, quoted commas included', () => {
  const { rows, complaints } = readTable(
    'sites.csv',
    readFileSync(join(folder, 'sites.csv'), 'utf8'),
    siteColumns,
  )
  expect(complaints).toEqual([])
  expect(rows?.length).toBe(108)
  expect(rows![0]!.cell('name')).toMatchObject({ text: 'Embassy of Denmark, Abu Dhabi', line: 2, column: 11 })
})

test('the JSON Schemas for editors are those of the reader (npm run schemas writes them)', () => {
  const written = Object.fromEntries(
    readdirSync(join(inventories, 'schema')).map((name) => [
      name,
      readFileSync(join(inventories, 'schema', name), 'utf8'),
    ]),
  )
  expect(written).toEqual(Object.fromEntries(schemaFiles()))
})

test('every YAML file of the ministry names its schema for editors', () => {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) =>
    f.endsWith('.yaml'),
  )) {
    const [, schema] =
      /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(join(folder, file), 'utf8')) ?? []
    expect(
      schemaFiles().has(join(folder, file, '..', schema ?? '').slice(join(inventories, 'schema').length + 1)),
      file,
    ).toBe(true)
  }
})
