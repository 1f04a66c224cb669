import type { PsObject } from '../../../powershell/values.ts'
import type { HostSettings } from '../../world/hyperv.ts'
import type { World } from '../../world/world.ts'
import type { Behaviour } from '../cmdlet.ts'
import { flagOf, int32, int64, list, numberOf, object, strings, textOf, timeSpan, uint32 } from '../values.ts'
import { enumName, enumValue } from './enums.ts'
import { hypervCmdlet, invalidArgument } from './errors.ts'

/** The host's own settings. */

const serverObject = (world: World): PsObject => {
  const { settings } = world.hyperv
  return object(
    ['Microsoft.HyperV.PowerShell.VMHost'],
    {
      Name: world.computerName,
      ComputerName: world.computerName,
      FullyQualifiedDomainName: 'WORKGROUP',
      VirtualMachinePath: settings.machinePath,
      VirtualHardDiskPath: settings.diskPath,
      LogicalProcessorCount: int32(world.hyperv.logicalProcessors),
      MemoryCapacity: int64(world.hyperv.memory),
      MacAddressMinimum: settings.macMinimum,
      MacAddressMaximum: settings.macMaximum,
      MaximumVirtualMachineMigrations: uint32(settings.maximumMachineMigrations),
      MaximumStorageMigrations: uint32(settings.maximumStorageMigrations),
      VirtualMachineMigrationEnabled: settings.migrationEnabled,
      VirtualMachineMigrationAuthenticationType: enumValue(
        'MigrationAuthenticationType',
        settings.migrationAuthentication,
      ),
      VirtualMachineMigrationPerformanceOption: enumValue(
        'VMMigrationPerformance',
        settings.migrationPerformance,
      ),
      UseAnyNetworkForMigration: settings.anyNetworkForMigration,
      NumaSpanningEnabled: settings.numaSpanning,
      EnableEnhancedSessionMode: settings.enhancedSession,
      ResourceMeteringSaveInterval: timeSpan(settings.meteringInterval * 60_000),
      IovSupport: false,
      IovSupportReasons: strings([
        'Ensure that the system has chipset support for SR-IOV and that I/O virtualization is enabled in the BIOS.',
      ]),
      SupportedVmVersions: strings(['8.0', '8.1', '8.2', '8.3', '9.0', '9.1', '9.2', '9.3', '10.0']),
      InternalNetworkAdapters: list('Microsoft.HyperV.PowerShell.VMInternalNetworkAdapter', []),
      IsDeleted: false,
    },
    world.hyperv,
    `VMHost [${world.computerName}]`,
  )
}

const setHost = hypervCmdlet('Set-VMHost')((call, world) => {
  const cmdlet = 'Set-VMHost'
  const { settings } = world.hyperv
  const text = (name: string): string | undefined => textOf(call.bound.get(name))
  for (const name of ['VirtualMachinePath', 'VirtualHardDiskPath']) {
    const path = text(name)
    if (path !== undefined && world.files.folder(path) === undefined)
      return call.fail(invalidArgument(cmdlet, `The path '${path}' was not found.`))
  }
  const next: HostSettings = {
    ...settings,
    machinePath: text('VirtualMachinePath') ?? settings.machinePath,
    diskPath: text('VirtualHardDiskPath') ?? settings.diskPath,
    macMinimum: text('MacAddressMinimum') ?? settings.macMinimum,
    macMaximum: text('MacAddressMaximum') ?? settings.macMaximum,
    maximumMachineMigrations:
      numberOf(call.bound.get('MaximumVirtualMachineMigrations')) ?? settings.maximumMachineMigrations,
    maximumStorageMigrations:
      numberOf(call.bound.get('MaximumStorageMigrations')) ?? settings.maximumStorageMigrations,
    migrationAuthentication: (enumName(
      'MigrationAuthenticationType',
      text('VirtualMachineMigrationAuthenticationType'),
    ) ?? settings.migrationAuthentication) as HostSettings['migrationAuthentication'],
    migrationPerformance: (enumName(
      'VMMigrationPerformance',
      text('VirtualMachineMigrationPerformanceOption'),
    ) ?? settings.migrationPerformance) as HostSettings['migrationPerformance'],
    anyNetworkForMigration:
      flagOf(call.bound.get('UseAnyNetworkForMigration')) ?? settings.anyNetworkForMigration,
    numaSpanning: flagOf(call.bound.get('NumaSpanningEnabled')) ?? settings.numaSpanning,
    enhancedSession: flagOf(call.bound.get('EnableEnhancedSessionMode')) ?? settings.enhancedSession,
  }
  Object.assign(settings, next)
  if (flagOf(call.bound.get('Passthru')) === true) call.write(serverObject(world))
})

export const serverCmdlets: { readonly [name: string]: Behaviour } = {
  'Get-VMHost': hypervCmdlet('Get-VMHost')((call, world) => call.write(serverObject(world))),
  'Set-VMHost': setHost,
  'Enable-VMMigration': hypervCmdlet('Enable-VMMigration')((_call, world) => {
    world.hyperv.settings.migrationEnabled = true
  }),
  'Disable-VMMigration': hypervCmdlet('Disable-VMMigration')((_call, world) => {
    world.hyperv.settings.migrationEnabled = false
  }),
}
