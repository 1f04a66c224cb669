import type { z } from 'zod'
import type { Profile } from '../domain/profile.ts'
import { didYouMean, type Complaint } from './complaint.ts'
import { diskOf, machineOf } from './profiles.ts'
import { exceptionSchema } from './schemas.ts'
import type { Sources } from './sources.ts'
import type { YamlFile } from './yaml.ts'

type ExceptionText = z.infer<typeof exceptionSchema>
/** What differs at one site, with its positions. */
export type Exception = YamlFile<ExceptionText> & { readonly value: ExceptionText }

/** Reads exceptions/*.yaml, by site. `siteIds` undefined: the register could not be read. */
export function readExceptions(
  sources: Sources,
  siteIds: readonly string[] | undefined,
  complaints: Complaint[],
): ReadonlyMap<string, Exception> {
  const bySite = new Map<string, Exception>()
  for (const path of sources.in('exceptions')) {
    const file = sources.yaml(path, exceptionSchema)
    if (file?.value === undefined) continue
    const { site } = file.value
    const other = bySite.get(site)
    if (siteIds !== undefined && !siteIds.includes(site))
      complaints.push(
        file.complain(
          ['site'],
          'the id of a site in sites.csv',
          didYouMean(site, siteIds) || 'Add the site first.',
        ),
      )
    else if (other !== undefined)
      complaints.push(
        file.complain(['site'], 'one exception a site', `${other.file} has one already; join them.`),
      )
    else bySite.set(site, { ...file, value: file.value })
  }
  return bySite
}

/** The profile of a site with its exception applied; what doesn't fit the profile becomes a complaint. */
export function applyException(profile: Profile, file: Exception, complaints: Complaint[]): Profile {
  const { machines, localApplications, gateway } = file.value
  const misfit = (key: string) =>
    complaints.push(
      file.complainKey(
        [key],
        `keys that fit the profile ${profile.id} (${profile.model})`,
        `Remove ${key}, or give the site another profile.`,
      ),
    )
  if (gateway !== undefined && profile.model !== 'serverless') misfit('gateway')
  if (profile.model === 'serverless') {
    if (machines !== undefined) misfit('machines')
    if (localApplications !== undefined) misfit('localApplications')
    return gateway === undefined ? profile : { ...profile, gateway }
  }
  if (profile.model === 'home') {
    if (machines !== undefined) misfit('machines')
    if (localApplications !== undefined) misfit('localApplications')
    return profile
  }
  const names = profile.machines.map(({ name }) => name)
  for (const name of Object.keys(machines ?? {}))
    if (!names.includes(name))
      complaints.push(
        file.complainKey(
          ['machines', name],
          `a machine of the profile ${profile.id}`,
          didYouMean(name, names) || 'Add it to localApplications.',
        ),
      )
  const taken = new Set([...names, ...profile.localApplications.map(({ name }) => name)])
  localApplications?.forEach(({ name }, i) => {
    if (taken.has(name))
      complaints.push(
        file.complain(['localApplications', i, 'name'], 'a name that the profile does not use', 'Rename it.'),
      )
  })
  return {
    ...profile,
    machines: profile.machines.map((machine) => {
      const change = machines?.[machine.name]
      if (change === undefined) return machine
      const { about, memoryMiB, processors, vlan, disks } = change
      return {
        name: machine.name,
        about: about ?? machine.about,
        memoryMiB: memoryMiB ?? machine.memoryMiB,
        processors: processors ?? machine.processors,
        ...((vlan ?? machine.vlan) === undefined ? {} : { vlan: vlan ?? machine.vlan! }),
        disks: disks === undefined ? machine.disks : disks.map(diskOf),
      }
    }),
    localApplications: [...profile.localApplications, ...(localApplications ?? []).map(machineOf)],
  }
}
