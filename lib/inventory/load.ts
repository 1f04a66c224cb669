import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { z } from 'zod'
import type { Estate, Profile } from '../domain/profile.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { Host, Site, Weekday } from '../domain/site.ts'
import { didYouMean, type Complaint } from './complaint.ts'
import { readTable, type Row } from './csv.ts'
import { digestOf, readFolder } from './folder.ts'
import { readHosts } from './hosts.ts'
import { readNetworks } from './networks.ts'
import { applyException, profileOf, type ExceptionText } from './profiles.ts'
import {
  anyText,
  countryCode,
  hostColumns,
  kebabId,
  networkColumns,
  Reader,
  readSite,
  siteColumns,
  weekendColumns,
  weekendDays,
  type SiteRow,
} from './register.ts'
import { exceptionSchema, isKebab, offLimitsSchema, organisationSchema, profileSchema } from './schemas.ts'
import { budgetEntries, windowEntries } from './timetable-text.ts'
import { readYaml, type YamlFile } from './yaml.ts'

/**
 * Reads an inventory's folder: every site has hosts, a profile and a link with its timetable, or every mistake is told at once,
 * in order of file and line. Reads files and nothing else; relative paths in the result are made absolute.
 */
export function loadInventory(folder: string): Result<Estate, readonly Complaint[]> {
  const { texts, complaints: missing } = readFolder(folder)
  const complaints: Complaint[] = [...missing]
  const reader = new Reader()
  const table = (file: string, columns: readonly string[]): readonly Row[] | undefined => {
    const text = texts.get(file)
    if (text === undefined) return undefined
    const read = readTable(file, text, columns)
    complaints.push(...read.complaints)
    return read.rows
  }
  const yaml = <T>(file: string, schema: z.ZodType<T>): YamlFile<T> | undefined => {
    const text = texts.get(file)
    if (text === undefined) return undefined
    const read = readYaml(file, text, schema)
    complaints.push(...read.complaints)
    return read
  }

  const organisation = yaml('organisation.yaml', organisationSchema)
  const networks = readNetworks(
    reader,
    table('networks-off-limits.csv', networkColumns),
    yaml('off-limits.yaml', offLimitsSchema),
    complaints,
  )
  const weekends = readWeekends(reader, table('weekends.csv', weekendColumns))

  const profileIds = new Set<string>()
  const profiles = new Map<string, Profile>()
  const exceptions: YamlFile<ExceptionText>[] = []
  for (const file of texts.keys()) {
    const id = /^profiles\/(.*)\.yaml$/.exec(file)?.[1]
    if (id !== undefined) {
      profileIds.add(id)
      if (!isKebab(id))
        complaints.push({
          file,
          line: 1,
          column: 1,
          field: 'file',
          expected: 'a name in kebab-case, which is the profile’s id',
          got: id,
          fix: 'Rename the file.',
        })
      const value = yaml(file, profileSchema)?.value
      if (value !== undefined) profiles.set(id, profileOf(id, value))
    } else if (file.startsWith('exceptions/')) {
      const read = yaml(file, exceptionSchema)
      if (read !== undefined) exceptions.push(read)
    }
  }

  const register = table('sites.csv', siteColumns)
  const siteRows = register === undefined ? undefined : reader.ids(register, 'id', kebabId)
  const rows: SiteRow[] = []
  for (const [id, row] of siteRows ?? []) {
    if (!row.whole) continue
    const country = row.cell('country')
    if (weekends !== undefined && 'value' in countryCode(country.text) && !weekends.has(country.text))
      reader.complain(country, 'a country of weekends.csv', `Add ${country.text} there, or correct the code.`)
    const profile = row.cell('profile')
    if (profile.text !== '' && !profileIds.has(profile.text))
      reader.complain(
        profile,
        'a profile of the folder profiles',
        didYouMean(profile.text, [...profileIds]) || `Add profiles/${profile.text}.yaml.`,
      )
    const site = readSite(reader, row, id)
    if (site !== undefined) rows.push(site)
  }

  const bySite = exceptionsBySite(exceptions, siteRows && new Set(siteRows.keys()), complaints)
  const siteProfiles = new Map<string, Profile>()
  for (const { id, profile: name } of rows) {
    const profile = profiles.get(name)
    const exception = bySite.get(id)
    if (profile !== undefined)
      siteProfiles.set(id, exception === undefined ? profile : applyException(profile, exception, complaints))
  }

  const hostTable = table('hosts.csv', hostColumns)
  const { account = '', port = 22, key } = organisation?.value?.defaults ?? {}
  const siteIds = siteRows && new Set(siteRows.keys())
  const hosts =
    hostTable === undefined
      ? []
      : readHosts(reader, hostTable, { siteIds, networks, defaults: { account, port, key } })

  complaints.push(...reader.complaints)
  const org = organisation?.value
  if (complaints.length > 0 || org === undefined || weekends === undefined) return err(inOrder(complaints))

  const hostsBySite = Map.groupBy(hosts, ({ site }) => site)
  const sites = rows.map((row): Site => {
    const weekend = weekends.get(row.country)!
    const { budget, windows } = { ...org.linkClasses[row.link.medium], ...bySite.get(row.id)?.value?.link }
    const { row: _, ...site } = row
    return {
      ...site,
      weekend,
      hosts: (hostsBySite.get(row.id) ?? []).map((host) => withKey(folder, host)),
      link: {
        ...row.link,
        budget: budgetEntries(budget ?? org.linkClasses[row.link.medium].budget, weekend, row.link.kbitPerS),
        windows: windowEntries(windows ?? org.linkClasses[row.link.medium].windows, weekend),
      },
    }
  })
  return ok({
    organisation: org.organisation,
    folder: resolve(folder),
    sites,
    offLimits: networks,
    stateBackend: absoluteBackend(folder, org.stateBackend),
    knownHosts: resolve(folder, org.knownHosts),
    digest: digestOf(texts),
    profiles,
    siteProfiles,
  })
}

function readWeekends(
  reader: Reader,
  table: readonly Row[] | undefined,
): ReadonlyMap<string, readonly Weekday[]> | undefined {
  if (table === undefined) return undefined
  const weekends = new Map<string, readonly Weekday[]>()
  for (const [country, row] of reader.ids(table, 'country', countryCode)) {
    if (row.whole) reader.read(row.cell('provenance'), anyText)
    weekends.set(country, row.whole ? (reader.read(row.cell('weekend_days'), weekendDays) ?? []) : [])
  }
  return weekends
}

function exceptionsBySite(
  files: readonly YamlFile<ExceptionText>[],
  siteIds: ReadonlySet<string> | undefined,
  complaints: Complaint[],
): ReadonlyMap<string, YamlFile<ExceptionText>> {
  const bySite = new Map<string, YamlFile<ExceptionText>>()
  for (const file of files) {
    const site = file.value?.site
    if (site === undefined) continue
    const other = bySite.get(site)
    if (siteIds !== undefined && !siteIds.has(site))
      complaints.push(
        file.complain(
          ['site'],
          'the id of a site in sites.csv',
          didYouMean(site, [...siteIds]) || 'Add the site first.',
        ),
      )
    else if (other !== undefined)
      complaints.push(
        file.complain(['site'], 'one exception a site', `${other.file} has one already; join them.`),
      )
    else bySite.set(site, file)
  }
  return bySite
}

const withKey = (folder: string, { key, ...host }: Host): Host =>
  key === undefined ? host : { ...host, key: resolve(folder, key) }

/** `file://` with a relative path is relative to the inventory. */
function absoluteBackend(folder: string, backend: string): string {
  const path = /^file:\/\/(.+)$/.exec(backend)?.[1]
  return path === undefined || isAbsolute(path) || path.startsWith('~')
    ? backend
    : pathToFileURL(resolve(folder, path)).href
}

const inOrder = (complaints: readonly Complaint[]): readonly Complaint[] =>
  complaints.toSorted((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column,
  )
