import { z } from 'zod'
import { windowsPath } from '../../windows-path.ts'

const count = z.number().int().min(0).max(1000)

/** Inputs of `hyperv:Host`. */
export const props = z.strictObject({
  virtualMachinePath: windowsPath
    .optional()
    .describe(
      'Folder in which new machines keep their configuration; created when absent. Machines that exist stay where they are.',
    ),
  virtualHardDiskPath: windowsPath
    .optional()
    .describe(
      'Folder that is proposed for new disks; created when absent. Disks that exist stay where they are.',
    ),
  enhancedSession: z.boolean().optional().describe('Whether consoles may use enhanced session mode.'),
  migration: z
    .boolean()
    .optional()
    .describe(
      'Whether live migration to and from this host is on. Needs a host that is a member of a domain.',
    ),
  migrationAuthentication: z
    .enum(['credssp', 'kerberos'])
    .optional()
    .describe(
      'How hosts authenticate to each other; `kerberos` needs constrained delegation on both computer accounts.',
    ),
  migrationPerformance: z
    .enum(['tcpip', 'compression', 'smb'])
    .optional()
    .describe('How memory is carried over.'),
  migrationOverAnyNetwork: z
    .boolean()
    .optional()
    .describe('Whether migration may use every network of the host. The traffic is not encrypted.'),
  maximumMigrations: count
    .optional()
    .describe('Live migrations at once, 0 to 1000; in a cluster the cluster’s own number rules.'),
  maximumStorageMigrations: count.optional().describe('Storage migrations at once, 0 to 1000.'),
})

/** What `observe.ps1` prints. */
export const found = z.strictObject({
  virtualMachinePath: z.string().describe('Folder for configurations, without a backslash at the end.'),
  virtualHardDiskPath: z.string().describe('Folder for disks, without a backslash at the end.'),
  enhancedSession: z.boolean().describe('EnableEnhancedSessionMode.'),
  migration: z.boolean().describe('VirtualMachineMigrationEnabled.'),
  migrationAuthentication: z.string().describe('`CredSSP` or `Kerberos`.'),
  migrationPerformance: z.string().describe('`TCPIP`, `Compression` or `SMB`.'),
  migrationOverAnyNetwork: z.boolean().describe('UseAnyNetworkForMigration.'),
  maximumMigrations: z.number().int().describe('MaximumVirtualMachineMigrations.'),
  maximumStorageMigrations: z.number().int().describe('MaximumStorageMigrations.'),
})

export type Want = z.infer<typeof props>
export type Found = z.infer<typeof found>
