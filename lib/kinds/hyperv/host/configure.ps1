param($Params)
$set = @{ ErrorAction = 'Stop' }
if ($null -ne $Params.virtualMachinePath) {
    $null = [IO.Directory]::CreateDirectory($Params.virtualMachinePath)
    $set.VirtualMachinePath = $Params.virtualMachinePath
}
if ($null -ne $Params.virtualHardDiskPath) {
    $null = [IO.Directory]::CreateDirectory($Params.virtualHardDiskPath)
    $set.VirtualHardDiskPath = $Params.virtualHardDiskPath
}
if ($null -ne $Params.enhancedSession) {
    $set.EnableEnhancedSessionMode = $Params.enhancedSession
}
if ($null -ne $Params.migrationAuthentication) {
    $set.VirtualMachineMigrationAuthenticationType = $Params.migrationAuthentication
}
if ($null -ne $Params.migrationPerformance) {
    $set.VirtualMachineMigrationPerformanceOption = $Params.migrationPerformance
}
if ($null -ne $Params.migrationOverAnyNetwork) {
    $set.UseAnyNetworkForMigration = $Params.migrationOverAnyNetwork
}
if ($null -ne $Params.maximumMigrations) {
    $set.MaximumVirtualMachineMigrations = $Params.maximumMigrations
}
if ($null -ne $Params.maximumStorageMigrations) {
    $set.MaximumStorageMigrations = $Params.maximumStorageMigrations
}
Set-VMHost @set
