import type { z } from 'zod'
import type { DiskProfile, MachineProfile, Profile } from '../domain/profile.ts'
import { didYouMean, type Complaint } from './complaint.ts'
import type { exceptionSchema, profileSchema } from './schemas.ts'
import type { YamlFile } from './yaml.ts'

export type ExceptionText = z.infer<typeof exceptionSchema>

/** A profile file as the domain has it. */
export function profileOf(id: string, text: z.infer<typeof profileSchema>): Profile {
  if (text.model !== 'mission-server') return { id, ...text }
  return {
    id,
    ...text,
    machines: text.machines.map(machineOf),
    localApplications: text.localApplications.map(machineOf),
  }
}

type MachineText = Extract<z.infer<typeof profileSchema>, { model: 'mission-server' }>['machines'][number]

/** The same without keys that are undefined. */
const machineOf = ({ vlan, disks, ...rest }: MachineText): MachineProfile => ({
  ...rest,
  ...(vlan === undefined ? {} : { vlan }),
  disks: disks.map(diskOf),
})

const diskOf = ({ copyFrom, ...disk }: MachineText['disks'][number]): DiskProfile => ({
  ...disk,
  ...(copyFrom === undefined ? {} : { copyFrom }),
})

/** The profile of a site with its exception applied; what doesn't fit the profile becomes a complaint. */
export function applyException(
  profile: Profile,
  file: YamlFile<ExceptionText>,
  complaints: Complaint[],
): Profile {
  const { machines, localApplications, gateway } = file.value!
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
