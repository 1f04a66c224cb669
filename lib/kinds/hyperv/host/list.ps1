param($Params)
$server = Get-VMHost -ErrorAction Stop
$things = @()
$things += [pscustomobject]@{
    virtualMachinePath = $server.VirtualMachinePath.TrimEnd('\')
    virtualHardDiskPath = $server.VirtualHardDiskPath.TrimEnd('\')
    enhancedSession = $server.EnableEnhancedSessionMode
    migration = $server.VirtualMachineMigrationEnabled
    migrationAuthentication = $server.VirtualMachineMigrationAuthenticationType.ToString()
    migrationPerformance = $server.VirtualMachineMigrationPerformanceOption.ToString()
    migrationOverAnyNetwork = $server.UseAnyNetworkForMigration
    maximumMigrations = $server.MaximumVirtualMachineMigrations
    maximumStorageMigrations = $server.MaximumStorageMigrations
}
[pscustomobject]@{
    things = $things
}
