import { z } from 'zod'
import { windowsPath } from '../../windows-path.ts'

/** Inputs of `windows:Feature`. */
export const props = z.strictObject({
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
      'expected the name of a role or feature as Get-WindowsFeature lists it, like Hyper-V or RSAT-DNS-Server',
    )
    .describe(
      'Name as `Get-WindowsFeature` lists it: `Hyper-V`, `Failover-Clustering`, `Print-Server`. Another name is another feature (replacement).',
    ),
  includeManagementTools: z
    .boolean()
    .default(false)
    .describe(
      'Install its consoles and PowerShell module too. Matters when it is installed, is not compared later. Default false.',
    ),
  source: windowsPath
    .optional()
    .describe(
      'Folder on the host with the installation files, for a feature whose files were removed from the disk. Not set: Windows looks where it is configured to.',
    ),
})

/** What `observe.ps1` prints of a feature that is installed, or about to be or to go. */
export const found = z.strictObject({
  name: z.string().describe('The name as Windows writes it.'),
  installState: z
    .string()
    .describe(
      '`Installed`; `InstallPending`: active after a restart; `UninstallPending`: gone after a restart. An available feature counts as absent.',
    ),
})

export type Want = z.infer<typeof props>
export type Found = z.infer<typeof found>
