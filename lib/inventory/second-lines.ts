import type { z } from 'zod'
import type { BackupLine, Host, OffLimitsNetwork, Site } from '../domain/site.ts'
import { didYouMean, type Complaint } from './complaint.ts'
import { offLimits } from './off-limits.ts'
import type { organisationSchema, secondLinesSchema } from './schemas.ts'
import type { SiteRow } from './sites.ts'
import { budgetEntries } from './timetable-text.ts'
import type { YamlFile } from './yaml.ts'

type Text = z.infer<typeof secondLinesSchema>

/** Sites and hosts exist, the register knows of the line, no address is off limits. */
export function checkSecondLines(
  file: YamlFile<Text> | undefined,
  {
    sites,
    hosts,
    networks,
  }: {
    readonly sites: readonly SiteRow[] | undefined
    readonly hosts: readonly Host[] | undefined
    readonly networks: readonly OffLimitsNetwork[]
  },
  complaints: Complaint[],
): void {
  if (file?.value === undefined || sites === undefined) return
  const allowed = (path: readonly PropertyKey[], address: string): void => {
    const network = offLimits(networks, { address }) ?? offLimits(networks, { hostName: address })
    if (network === undefined) return
    complaints.push(
      file.complain(
        path,
        `an address outside ${network.id} (${network.name}), which is never a target`,
        'Remove it. Nothing overrides this.',
      ),
    )
  }
  for (const [id, line] of Object.entries(file.value.lines)) {
    const site = sites.find((s) => s.id === id)
    if (site === undefined) {
      const ids = sites.map((s) => s.id)
      const fix = didYouMean(id, ids) || 'Add the site first.'
      complaints.push(file.complainKey(['lines', id], 'the id of a site in sites.csv', fix))
      continue
    }
    if (site.link.secondLine === 'none')
      complaints.push(
        file.complainKey(
          ['lines', id],
          'a site with a second line in sites.csv',
          `Write terrestrial or satellite-backup in its column second_line, or remove the line here.`,
        ),
      )
    if (line.probe !== undefined) allowed(['lines', id, 'probe', 'address'], line.probe.address)
    const own = hosts?.filter((host) => host.site === id).map((host) => host.id)
    for (const [host, { address }] of Object.entries(line.hosts)) {
      if (own !== undefined && !own.includes(host))
        complaints.push(
          file.complainKey(
            ['lines', id, 'hosts', host],
            `a host of ${id} in hosts.csv`,
            didYouMean(host, own) || 'Add the host first.',
          ),
        )
      allowed(['lines', id, 'hosts', host, 'address'], address)
    }
  }
}

/** The second line of a site as its link has it; undefined = there is none in the file. */
export function backupOf(
  file: Text | undefined,
  { id, weekend, link }: Pick<Site, 'id' | 'weekend' | 'link'>,
  hosts: readonly Host[],
  linkClasses: z.infer<typeof organisationSchema>['linkClasses'],
): BackupLine | undefined {
  const line = file?.lines[id]
  if (file === undefined || line === undefined) return undefined
  const { everySeconds, timeoutSeconds, failures, goodSeconds, holdSeconds } = file.probing
  const first = hosts.find((host) => line.hosts[host.id] !== undefined)
  const target =
    line.probe ?? (first && { address: first.address, port: first.port, expect: 'banner' as const })
  if (target === undefined) throw new Error(`Internal error: nothing to probe of the second line of ${id}`)
  const budget = line.budget ?? linkClasses[line.medium].budget
  return {
    medium: line.medium,
    kbitPerS: line.kbitPerS,
    rttMs: line.rttMs,
    budget: budgetEntries(budget, weekend, line.kbitPerS, link.holidays !== undefined),
    hosts: Object.fromEntries(
      hosts.flatMap((host) => {
        const other = line.hosts[host.id]
        return other === undefined
          ? []
          : [[host.id, { address: other.address, port: other.port ?? host.port }] as const]
      }),
    ),
    probe: {
      ...target,
      everyMs: everySeconds * 1000,
      timeoutMs: timeoutSeconds * 1000,
      failures,
      goodMs: goodSeconds * 1000,
      holdMs: holdSeconds * 1000,
    },
    largeBytes: line.largeBytes,
  }
}
