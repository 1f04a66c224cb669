import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { z } from 'zod'
import type { Estate, Profile } from '../domain/profile.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { Blackout, Host, Site, Weekday } from '../domain/site.ts'
import { Reader } from './cells.ts'
import type { Complaint } from './complaint.ts'
import { applyException, readExceptions, type Exception } from './exceptions.ts'
import { holidayColumns, holidaysOf, readBlackouts, readHolidays, type Holidays } from './days-off.ts'
import { digestOf, readFolder, type Texts } from './folder.ts'
import { hostColumns, readHosts } from './hosts.ts'
import { networkColumns, readNetworks } from './networks.ts'
import { readProfiles } from './profiles.ts'
import { blackoutsSchema, offLimitsSchema, organisationSchema, secondLinesSchema } from './schemas.ts'
import { backupOf, checkSecondLines } from './second-lines.ts'
import { readRollouts, rolloutsOf } from './rollouts.ts'
import { readSites, readWeekends, siteColumns, weekendColumns, type SiteRow } from './sites.ts'
import { Sources } from './sources.ts'
import { budgetEntries, windowEntries } from './timetable-text.ts'
import { videoRule } from './video-rule.ts'

/**
 * Reads an inventory's folder: every site has hosts, a profile and a link with its timetable, or every mistake is told at once,
 * in order of file and line. Reads files and nothing else; relative paths in the result are made absolute.
 */
export function loadInventory(folder: string): Result<Estate, readonly Complaint[]> {
  const { texts, complaints } = readFolder(folder)
  return readInventory(folder, texts, complaints)
}

/** The same of texts that were read already; `missing` are the complaints of reading them, `sources` the texts as tables and YAML. Pure. */
export function readInventory(
  folder: string,
  texts: Texts,
  missing: readonly Complaint[],
  sources = new Sources(texts),
): Result<Estate, readonly Complaint[]> {
  const reader = new Reader()
  const complaints: Complaint[] = [...missing]

  const organisation = sources.yaml('organisation.yaml', organisationSchema)?.value
  const networks = readNetworks(
    reader,
    sources.table('networks-off-limits.csv', networkColumns),
    sources.yaml('off-limits.yaml', offLimitsSchema),
    complaints,
  )
  const weekendTable = sources.table('weekends.csv', weekendColumns)
  const weekends = weekendTable && readWeekends(reader, weekendTable)
  const { ids: profileIds, profiles } = readProfiles(sources, complaints)
  const siteTable = sources.table('sites.csv', siteColumns)
  const register = siteTable && readSites(reader, siteTable, profileIds, weekends)
  const exceptions = readExceptions(sources, register?.ids, complaints)
  const siteProfiles = new Map<string, Profile>()
  for (const { id, profile: name } of register?.rows ?? []) {
    const profile = profiles.get(name)
    const exception = exceptions.get(id)
    if (profile !== undefined)
      siteProfiles.set(id, exception === undefined ? profile : applyException(profile, exception, complaints))
  }
  const hostTable = sources.table('hosts.csv', hostColumns)
  const hosts =
    hostTable &&
    readHosts(reader, hostTable, { siteIds: register?.ids, networks, defaults: organisation?.defaults })

  const holidayTable = sources.table('holidays.csv', holidayColumns)
  const holidays = holidayTable && readHolidays(reader, holidayTable, register?.rows)
  const blackouts = readBlackouts(sources.yaml('blackouts.yaml', blackoutsSchema), register?.rows, complaints)
  const secondLines = sources.yaml('second-lines.yaml', secondLinesSchema)
  checkSecondLines(secondLines, { sites: register?.rows, hosts, networks }, complaints)

  const rollouts = readRollouts(sources, register?.rows, complaints)

  complaints.push(...sources.complaints, ...reader.complaints)
  if (complaints.length > 0) return err(inOrder(complaints))
  if (organisation === undefined || weekends === undefined || register === undefined || hosts === undefined)
    throw new Error('Internal error: a file of the inventory is missing and no complaint says so')

  const hostsBySite = Map.groupBy(hosts, ({ site }) => site)
  const sites = register.rows.map((row): Site => {
    const own = (hostsBySite.get(row.id) ?? []).map((host) => withKey(folder, host))
    const site = siteOf(row, {
      weekend: weekends.get(row.country)!,
      organisation,
      exception: exceptions.get(row.id),
      holidays: holidays ?? new Map(),
      blackouts: blackouts.get(row.id) ?? [],
    })
    const backup = backupOf(secondLines?.value, site, own, organisation.linkClasses)
    return { ...site, hosts: own, link: backup === undefined ? site.link : { ...site.link, backup } }
  })
  return ok({
    organisation: organisation.organisation,
    folder: resolve(folder),
    sites,
    offLimits: networks,
    stateBackend: absoluteBackend(folder, organisation.stateBackend),
    ...(organisation.passphraseFile === undefined
      ? {}
      : { passphraseFile: resolve(folder, organisation.passphraseFile) }),
    ...(organisation.leases === undefined ? {} : { leases: organisation.leases }),
    knownHosts: resolve(folder, organisation.knownHosts),
    digest: digestOf(texts),
    profiles,
    siteProfiles,
    rollouts: rolloutsOf(rollouts, sites),
  })
}

/** A site with its weekend, days off and timetable: those of its link's class, unless its exception has others. */
function siteOf(
  row: SiteRow,
  {
    weekend,
    organisation,
    exception,
    holidays: all,
    blackouts,
  }: {
    readonly weekend: readonly Weekday[]
    readonly organisation: z.infer<typeof organisationSchema>
    readonly exception: Exception | undefined
    readonly holidays: Holidays
    readonly blackouts: readonly Blackout[]
  },
): Omit<Site, 'hosts'> {
  const linkClass = organisation.linkClasses[row.link.medium]
  const own = exception?.value.link ?? {}
  const { budget = linkClass.budget, windows = linkClass.windows, video = linkClass.video } = own
  const holidays = holidaysOf(all, row)
  const daysOff = holidays.length > 0
  return {
    ...row,
    weekend,
    link: {
      ...row.link,
      budget: budgetEntries(budget, weekend, row.link.kbitPerS, daysOff),
      windows: windowEntries(windows, weekend, daysOff),
      ...(daysOff ? { holidays } : {}),
      ...(blackouts.length > 0 ? { blackouts } : {}),
      ...(video === undefined ? {} : { video: videoRule(video, organisation.conference, row.id) }),
    },
  }
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
