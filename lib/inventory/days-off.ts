import type { Blackout, Holiday, Site } from '../domain/site.ts'
import type { z } from 'zod'
import { anyText, calendarDate, countryCode, type Reader } from './cells.ts'
import { didYouMean, type Complaint } from './complaint.ts'
import type { Row } from './csv.ts'
import type { blackoutsSchema } from './schemas.ts'
import { parseSelector, selectSites } from './selector.ts'
import type { SiteRow } from './sites.ts'
import type { YamlFile } from './yaml.ts'

export const holidayColumns = ['of', 'date', 'name', 'source'] as const

/** Holidays by what they are of: a country or a site. */
export type Holidays = ReadonlyMap<string, readonly Holiday[]>

/**
 * Reads holidays.csv: days off of a country (`DK`) or of a site (`beirut`), each date once for each of them.
 * `sites` undefined: the register could not be read.
 */
export function readHolidays(
  reader: Reader,
  table: readonly Row[],
  sites: readonly SiteRow[] | undefined,
): Holidays {
  const all = new Map<string, Holiday[]>()
  const countries = new Set(sites?.map(({ country }) => country))
  const ids = sites?.map(({ id }) => id) ?? []
  for (const row of table) {
    if (!row.whole) continue
    const of = row.cell('of')
    const isCountry = 'value' in countryCode(of.text)
    if (sites !== undefined && !of.absent && !(isCountry ? countries.has(of.text) : ids.includes(of.text)))
      reader.complain(
        of,
        'a country of sites.csv, or the id of a site there',
        didYouMean(of.text, [...countries, ...ids]) || 'Add the site first, or remove the line.',
      )
    const date = reader.read(row.cell('date'), calendarDate)
    const name = reader.read(row.cell('name'), anyText)
    reader.read(row.cell('source'), anyText)
    if (date === undefined || name === undefined) continue
    const known = all.get(of.text) ?? []
    const twice = known.find((h) => h.date === date)
    if (twice !== undefined)
      reader.complain(
        row.cell('date'),
        `each date once for ${of.text}`,
        `It is ${twice.name} already; remove one.`,
      )
    else all.set(of.text, [...known, { date, name }])
  }
  return all
}

/** Days off of a site: those of its country and its own, in order of date. */
export const holidaysOf = (
  holidays: Holidays,
  { id, country }: Pick<Site, 'id' | 'country'>,
): readonly Holiday[] =>
  [...(holidays.get(country) ?? []), ...(holidays.get(id) ?? [])]
    .filter(({ date }, i, all) => all.findIndex((h) => h.date === date) === i)
    .toSorted((a, b) => (a.date < b.date ? -1 : 1))

/** Blackouts by site; selectors must be readable and mean some site. */
export function readBlackouts(
  file: YamlFile<z.infer<typeof blackoutsSchema>> | undefined,
  sites: readonly SiteRow[] | undefined,
  complaints: Complaint[],
): ReadonlyMap<string, readonly Blackout[]> {
  const bySite = new Map<string, Blackout[]>()
  if (file?.value === undefined || sites === undefined) return bySite
  for (const [i, { sites: selectors, from, to, because }] of file.value.blackouts.entries()) {
    const meant = new Set(selectors === undefined ? sites.map(({ id }) => id) : [])
    const path = ['blackouts', i, 'sites']
    for (const id of sitesMeant(file, path, selectors ?? [], sites, complaints)) meant.add(id)
    for (const id of meant) bySite.set(id, [...(bySite.get(id) ?? []), { from, to, because }])
  }
  return bySite
}

/** Ids of the sites that any of the selectors at a path means; one that means none is told. */
export function sitesMeant(
  file: YamlFile<unknown>,
  path: readonly PropertyKey[],
  selectors: readonly string[],
  sites: readonly SiteRow[],
  complaints: Complaint[],
): ReadonlySet<string> {
  const meant = new Set<string>()
  for (const [s, text] of selectors.entries()) {
    const selector = parseSelector(text)
    const found = selector.ok ? selectSites(sites, selector.value) : selector
    if (found.ok) for (const { id } of found.value) meant.add(id)
    else
      complaints.push(file.complain([...path, s], 'a selector that means some site', sentence(found.error)))
  }
  return meant
}

/** What the selector's own complaint says, without the selector, which is told already. */
const sentence = (error: string): string => {
  const text = error.replace(/^selector "[^"]*": /, '')
  return `${text[0]!.toUpperCase()}${text.slice(1)}`
}
