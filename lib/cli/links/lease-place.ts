import type { Estate } from '../../domain/profile.ts'
import type { Result } from '../../domain/result.ts'
import { LeaseStoreUnusable } from '../../link/lease-failure.ts'
import type { LeasePlace } from '../../link/leases.ts'
import { leaseFile, managedFrom } from './machine-folder.ts'

type Of = Pick<Estate, 'organisation' | 'stateBackend' | 'leases'>

/** Those of all machines where the inventory names a database, and no others should it fail; else those of this machine. */
export function leasePlace(estate: Of, folder: Result<string, string>): LeasePlace {
  const { leases } = estate
  if (leases !== undefined)
    return {
      open: async () => {
        const { openPostgresLeases } = await import('../../link/lease-postgres.ts')
        return openPostgresLeases(leases.postgres, managedFrom(estate))
      },
    }
  if (folder.ok) return { file: leaseFile(folder.value) }
  const nowhere = new LeaseStoreUnusable('leases of this machine', 'nowhere', folder.error)
  return { open: () => Promise.reject(nowhere) }
}

/** Where this checkout keeps who uses which link, and who else keeps it there, in words. */
export const leaseWords = ({ leases }: Of, folder: Result<string, string>): string =>
  leases !== undefined
    ? `${leases.postgres.replace(/\?.*$/, '')}, for every machine whose organisation.yaml names it`
    : `${folder.ok ? leaseFile(folder.value) : 'a folder of this machine'}, of this machine alone`
