import type { Described, Listing } from '../../kind.ts'
import { foldCase } from '../../windows-path.ts'
import type { Found, Want } from './props.ts'

/** Roles and features that are installed. */
export const listing: Listing<Want, Found> = {
  when: 'always',
  brought: (found) => shipped.has(foldCase(found.name)),
  describe,
}

/** Installed on every Windows Server with desktop or core, 2016 to 2025. Source: Get-WindowsFeature on fresh installations. */
const shipped: ReadonlySet<string> = new Set(
  [
    'FileAndStorage-Services',
    'File-Services',
    'FS-FileServer',
    'Storage-Services',
    'NET-Framework-45-Features',
    'NET-Framework-45-Core',
    'NET-WCF-Services45',
    'NET-WCF-TCP-PortSharing45',
    'PowerShellRoot',
    'PowerShell',
    'PowerShell-ISE',
    'Windows-Defender',
    'Windows-Defender-Features',
    'Windows-Defender-Gui',
    'FS-SMB1',
    'System-DataArchiver',
    'AzureArcSetup',
    'WoW64-Support',
    'XPS-Viewer',
    'Wireless-Networking',
  ].map(foldCase),
)

function describe(found: Found): Described<Want> {
  if (found.installState !== 'Installed') {
    return {
      refused: `it is ${found.installState}, which ends at the next restart of the host`,
      fix: 'Restart the host with chancery restart, then list again.',
    }
  }
  return { want: { name: found.name, includeManagementTools: false }, notes: [] }
}
