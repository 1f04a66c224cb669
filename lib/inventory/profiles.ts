import type { z } from 'zod'
import type { DiskProfile, MachineProfile, Profile } from '../domain/profile.ts'
import type { Complaint } from './complaint.ts'
import { isKebab, profileSchema } from './schemas.ts'
import type { Sources } from './sources.ts'

/** Profiles by id; `ids` names those too that could not be read. */
export type Profiles = { readonly ids: readonly string[]; readonly profiles: ReadonlyMap<string, Profile> }

/** Reads profiles/*.yaml; a file's name is its profile's id. */
export function readProfiles(sources: Sources, complaints: Complaint[]): Profiles {
  const ids: string[] = []
  const profiles = new Map<string, Profile>()
  for (const file of sources.in('profiles')) {
    const id = file.slice('profiles/'.length, -'.yaml'.length)
    ids.push(id)
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
    const value = sources.yaml(file, profileSchema)?.value
    if (value !== undefined) profiles.set(id, profileOf(id, value))
  }
  return { ids, profiles }
}

function profileOf(id: string, text: z.infer<typeof profileSchema>): Profile {
  if (text.model !== 'mission-server') return { id, ...text }
  return {
    id,
    ...text,
    machines: text.machines.map(machineOf),
    localApplications: text.localApplications.map(machineOf),
  }
}

export type MachineText = Extract<
  z.infer<typeof profileSchema>,
  { model: 'mission-server' }
>['machines'][number]

/** A machine as written, without keys that are undefined. */
export const machineOf = ({ vlan, disks, ...rest }: MachineText): MachineProfile => ({
  ...rest,
  ...(vlan === undefined ? {} : { vlan }),
  disks: disks.map(diskOf),
})

/** Likewise for a disk. */
export const diskOf = ({ copyFrom, ...disk }: MachineText['disks'][number]): DiskProfile => ({
  ...disk,
  ...(copyFrom === undefined ? {} : { copyFrom }),
})
