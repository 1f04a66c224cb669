import type { Link, Site, Weekday } from '../domain/site.ts'
import {
  anyText,
  countryCode,
  degrees,
  kebabId,
  oneOf,
  timeZone,
  weekendDays,
  wholeNumber,
  type Reader,
} from './cells.ts'
import { didYouMean } from './complaint.ts'
import type { Row } from './csv.ts'

// prettier-ignore
export const siteColumns = [
  'id', 'name', 'kind', 'city', 'country', 'time_zone', 'latitude', 'longitude', 'link', 'second_line',
  'kbit_per_s', 'rtt_ms', 'size', 'users', 'profile', 'provenance',
] as const
export const weekendColumns = ['country', 'weekend_days', 'provenance'] as const

/** Rows of sites.csv whose cells are right, and the ids of all. */
export type SiteRows = { readonly ids: readonly string[]; readonly rows: readonly SiteRow[] }

/** Reads sites.csv; profiles and countries must be known, unless their files could not be read. */
export function readSites(
  reader: Reader,
  table: readonly Row[],
  profileIds: readonly string[],
  weekends: ReadonlyMap<string, readonly Weekday[]> | undefined,
): SiteRows {
  const all = reader.ids(table, 'id', kebabId)
  const rows: SiteRow[] = []
  for (const [id, row] of all) {
    if (!row.whole) continue
    const country = row.cell('country')
    if (weekends !== undefined && 'value' in countryCode(country.text) && !weekends.has(country.text))
      reader.complain(country, 'a country of weekends.csv', `Add ${country.text} there, or correct the code.`)
    const profile = row.cell('profile')
    if (profile.text !== '' && !profileIds.includes(profile.text))
      reader.complain(
        profile,
        'a profile of the folder profiles',
        didYouMean(profile.text, profileIds) || `Add profiles/${profile.text}.yaml.`,
      )
    const site = readSite(reader, row, id)
    if (site !== undefined) rows.push(site)
  }
  return { ids: [...all.keys()], rows }
}

/** Reads weekends.csv: days by country. */
export function readWeekends(reader: Reader, table: readonly Row[]): ReadonlyMap<string, readonly Weekday[]> {
  const weekends = new Map<string, readonly Weekday[]>()
  for (const [country, row] of reader.ids(table, 'country', countryCode)) {
    if (row.whole) reader.read(row.cell('provenance'), anyText)
    weekends.set(country, row.whole ? (reader.read(row.cell('weekend_days'), weekendDays) ?? []) : [])
  }
  return weekends
}

export type SiteRow = Omit<Site, 'weekend' | 'link' | 'hosts'> & {
  readonly link: Omit<Link, 'budget' | 'windows'>
}

/** A row of sites.csv, or undefined when a complaint was made. */
function readSite(reader: Reader, row: Row, id: string): SiteRow | undefined {
  const before = reader.complaints.length
  const text = (column: (typeof siteColumns)[number]) => reader.read(row.cell(column), anyText) ?? ''
  const number = (column: (typeof siteColumns)[number], example: number) =>
    reader.read(row.cell(column), wholeNumber(1, undefined, example)) ?? 0
  const zone = reader.read(row.cell('time_zone'), timeZone) ?? ''
  const site: SiteRow = {
    id,
    name: text('name'),
    kind: reader.read(row.cell('kind'), kebabId) ?? '',
    city: text('city'),
    country: reader.read(row.cell('country'), countryCode) ?? '',
    timeZone: zone,
    users: number('users', 10),
    size: reader.read(row.cell('size'), oneOf(['small', 'medium', 'large', 'home'])) ?? 'small',
    profile: text('profile'),
    provenance: reader.read(row.cell('provenance'), oneOf(['strategy', 'public', 'synthetic', 'own'])) ?? '',
    link: {
      id,
      medium: reader.read(row.cell('link'), oneOf(['satellite', 'terrestrial', 'lan'])) ?? 'lan',
      secondLine:
        reader.read(row.cell('second_line'), oneOf(['none', 'terrestrial', 'satellite-backup'])) ?? 'none',
      kbitPerS: number('kbit_per_s', 512),
      rttMs: number('rtt_ms', 600),
      timeZone: zone,
    },
  }
  // Nothing is reckoned with them: they may be left empty.
  for (const [column, limit] of [
    ['latitude', 90],
    ['longitude', 180],
  ] as const)
    if (row.cell(column).text !== '') reader.read(row.cell(column), degrees(limit))
  return reader.complaints.length === before ? site : undefined
}
